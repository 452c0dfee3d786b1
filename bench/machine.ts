// What the numbers were measured on: the processor, and how long the disk takes to make a page durable, which decides
// what one INSERT per event can do.

import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { quantile } from './figures.ts'

export interface Machine {
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly load: number
  readonly fsyncP50Ms: number
  readonly fsyncP99Ms: number
}

const PAGE = Buffer.alloc(4096)
const TRIES = 200

const fsyncs = (): readonly number[] => {
  const path = join(tmpdir(), `roomkeeper-fsync-${process.pid}`)
  const file = openSync(path, 'w')
  try {
    return Array.from({ length: TRIES }, () => {
      writeSync(file, PAGE)
      const startedAt = performance.now()
      fdatasyncSync(file)
      return performance.now() - startedAt
    })
  } finally {
    closeSync(file)
    rmSync(path, { force: true })
  }
}

export const lookAtMachine = (): Machine => {
  const took = fsyncs()
  return {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    load: loadavg()[0] ?? 0,
    fsyncP50Ms: quantile(took, 0.5),
    fsyncP99Ms: quantile(took, 0.99),
  }
}

const STAT = '/proc/stat'

/**
 * From here on: the share of the processors' time that other machines on the same host took, in percent, as the
 * kernel counts it (`steal`, proc_stat(5)); null where it does not. Above a few percent the tails are not ours.
 */
export const watchSteal = (): (() => number | null) => {
  const read = (): readonly number[] | null =>
    existsSync(STAT)
      ? (/^cpu +(.*)$/m.exec(readFileSync(STAT, 'utf8'))?.[1] ?? '').split(' ').slice(0, 8).map(Number)
      : null
  const before = read()
  return () => {
    const after = read()
    if (before === null || after === null) return null
    const spent = after.map((ticks, index) => ticks - (before[index] ?? 0))
    const all = spent.reduce((sum, ticks) => sum + ticks, 0)
    return all === 0 ? null : (100 * (spent[7] ?? 0)) / all
  }
}

export const describe = (machine: Machine): string =>
  `${machine.cpu} × ${machine.cores}, node ${machine.node}, load ${machine.load.toFixed(2)}, ` +
  `fsync ${machine.fsyncP50Ms.toFixed(2)} ms (p99 ${machine.fsyncP99Ms.toFixed(2)} ms)`
