// Every export of one large session, asked of the whole product by HTTP, beside a plain read of the same rows. The
// product is started anew for each, so that what it held at most is that export's.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXPORT_FORMATS, type ExportFormat } from '../src/archive/exports/formats.ts'
import { startProduct, tempFolder, type Product } from './app.ts'
import { startChild } from './child.ts'
import { seedArchived } from './exports-seed.ts'
import type { Bench } from './figures.ts'

const EVENTS = 1_000_000
const QUICK_EVENTS = 20_000
const TOKEN = 'bench-operator-token-0123456789'
/** Nobody answers there; no room is watched. */
const NOWHERE = 'http://127.0.0.1:9'
const LOOP_MS = 20
const REST_MS = 5_000

interface Exported {
  readonly format: ExportFormat
  readonly bytes: number
  readonly ms: number
  readonly cpuMs: number
  readonly moreMiB: number
  readonly loopP99Ms: number
  readonly loopMaxMs: number
  readonly said: number
}

/** Reads it as fast as it comes and keeps nothing. */
const take = async (product: Product, format: ExportFormat) => {
  const startedAt = performance.now()
  const response = await fetch(`${product.url}/api/sessions/s1/export?format=${format}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  if (!response.ok || response.body === null) throw new Error(`${format} answered ${response.status}`)
  let bytes = 0
  for await (const chunk of response.body) bytes += chunk.byteLength
  const said = Number(response.headers.get('x-estimated-bytes'))
  return { bytes, ms: performance.now() - startedAt, said }
}

const measure = async (folder: string, format: ExportFormat): Promise<Exported> => {
  const product = await startProduct(NOWHERE, folder)
  try {
    const { rss } = await product.weigh()
    const stop = await product.measure()
    const taken = await take(product, format)
    const { cpuUs, loopP99Ms, loopMaxMs, rssMostMiB } = await stop()
    const moreMiB = Math.max(0, rssMostMiB - rss / 1024 / 1024)
    await product.leave()
    return { format, ...taken, cpuMs: cpuUs / 1_000, loopP99Ms, loopMaxMs, moreMiB }
  } finally {
    await product.close()
  }
}

/** The product with nothing to do, for as long as an export may take: what the machine itself does to the loop. */
const rest = async (folder: string) => {
  const product = await startProduct(NOWHERE, folder)
  try {
    const stop = await product.measure()
    await sleep(REST_MS)
    const stopped = await stop()
    await product.leave()
    return stopped
  } finally {
    await product.close()
  }
}

const readRaw = async (path: string): Promise<number> => {
  const child = startChild('exports-raw.ts', { path })
  const { ms } = await child.hear<{ readonly ms: number }>('read')
  await child.close()
  return ms
}

export const bench: Bench = async ({ quick }) => {
  const events = quick ? QUICK_EVENTS : EVENTS
  const folder = tempFolder()
  try {
    const path = join(folder.path, 'roomkeeper.db')
    await seedArchived(path, events)
    // Twice: the first brings the file into the system's cache for all that follow.
    await readRaw(path)
    const rawMs = await readRaw(path)
    const resting = await rest(folder.path)
    const found: Exported[] = []
    for (const format of EXPORT_FORMATS) found.push(await measure(folder.path, format))
    const worst = (of: (one: Exported) => number): number => Math.max(...found.map(of))
    return [
      {
        title: `Exports of a session of ${events.toLocaleString('en')} events`,
        columns: [
          'format',
          'MB',
          's',
          'events/s',
          'MB/s',
          '× plain read',
          'CPU s',
          'MiB more at most',
          'loop p99 ms',
          'loop max ms',
          'said / was',
        ],
        rows: [
          ['at rest', '', '', '', '', '', '', '', resting.loopP99Ms, resting.loopMaxMs, ''],
          ['plain read', '', rawMs / 1_000, Math.round((events / rawMs) * 1_000), '', 1, '', '', '', '', ''],
          ...found.map((one) => [
            one.format,
            one.bytes / 1e6,
            one.ms / 1_000,
            Math.round((events / one.ms) * 1_000),
            one.bytes / 1e3 / one.ms,
            one.ms / rawMs,
            one.cpuMs / 1_000,
            Math.round(one.moreMiB),
            one.loopP99Ms,
            one.loopMaxMs,
            one.said / one.bytes,
          ]),
        ],
        aims: [
          {
            what: 'p99 of the main loop during any export',
            value: `${worst(({ loopP99Ms }) => loopP99Ms).toFixed(1)} ms`,
            met: worst(({ loopP99Ms }) => loopP99Ms) < LOOP_MS,
          },
          {
            what: 'more memory than at rest, at most',
            value: `${Math.round(worst(({ moreMiB }) => moreMiB))} MiB`,
            met: worst(({ moreMiB }) => moreMiB) < 400,
          },
        ],
        notes: [
          'Asked by HTTP and read as fast as it comes, by another process on the same machine.',
          'The plain read iterates over all columns with the SQLite of Node, in a process of its own.',
        ],
      },
    ]
  } finally {
    folder.remove()
  }
}
