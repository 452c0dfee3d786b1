// The writer alone: the product's rows by its own way beside the drivers alone, each in a process of its own, in turns.

import { startChild } from './child.ts'
import type { Bench } from './figures.ts'
import { median } from './figures.ts'
import type { Metered } from './meter.ts'

const WAYS = [
  ['libsql, prepared, one transaction a batch', 'writer-raw.ts', { driver: 'libsql' }],
  ['node:sqlite, the same', 'writer-raw.ts', { driver: 'node:sqlite' }],
  ['ours, from statements', 'writer-own.ts', { from: 'statements' }],
  ['ours, from frames: rows are made as well', 'writer-own.ts', { from: 'frames' }],
] as const

export const bench: Bench = async ({ quick }) => {
  const messages = quick ? 5_000 : 40_000
  const rounds = quick ? 1 : 3
  const perBatch = 500
  const runs = WAYS.map((): Metered[] => [])
  for (let round = 0; round < rounds; round += 1)
    for (const [index, [, file, more]] of WAYS.entries()) {
      const child = startChild(file, { messages, perFrame: 5, perBatch, ...more })
      runs[index]!.push(await child.hear<Metered>('written'))
      await child.close()
    }
  const rate = runs.map((all) => median(all.map(({ ms }) => messages / (ms / 1000))))
  const cpu = runs.map((all) => median(all.map(({ cpuUs }) => cpuUs / messages)))
  const share = rate[2]! / rate[0]!
  const cpuShare = cpu[0]! / cpu[2]!
  return [
    {
      title: `The writer alone: ${messages} events in ${messages / 5} frames, ${perBatch} events a commit, synchronous=FULL (median of ${rounds})`,
      columns: ['way', 'events/s', 'CPU µs/event'],
      rows: WAYS.map(([name], index) => [name, Math.round(rate[index]!), cpu[index]!]),
      aims: [
        {
          what: 'ours, from statements ÷ raw libsql, events/s, at least 0.7',
          value: share.toFixed(2),
          met: share >= 0.7,
        },
        { what: 'the same by CPU', value: cpuShare.toFixed(2), met: cpuShare >= 0.7 },
      ],
    },
  ]
}
