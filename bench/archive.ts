// The archive of a session: one transaction that touches no event, so its time must not depend on how many there are.

import { startChild } from './child.ts'
import type { ArchiveInput } from './archive-child.ts'
import type { Bench } from './figures.ts'
import { median } from './figures.ts'
import { tempFolder } from './app.ts'
import { seed } from './seed.ts'

export const bench: Bench = async ({ quick }) => {
  const large = quick ? 50_000 : 1_000_000
  const pairs = quick ? 2 : 3
  const folder = tempFolder()
  try {
    const at = Date.now() - 3_600_000
    // The first one warms the statements and the code; it is not counted.
    const sizes = [1_000, ...Array.from({ length: pairs }, () => [1_000, large, 1_000]).flat()]
    const sessions = await seed(folder.path, { rooms: sizes.length, sessions: sizes, at })
    const child = startChild('archive-child.ts', { folder: folder.path, sessions, at } satisfies ArchiveInput)
    const took = (await child.hear<number[]>('took')).slice(1)
    await child.close()
    const of = (events: number): readonly number[] => took.filter((_, index) => sizes[index + 1] === events)
    const row = (events: number): readonly (string | number)[] => [
      `${events.toLocaleString('en')} events`,
      of(events).length,
      median(of(events)),
      Math.max(...of(events)),
    ]
    const worst = Math.max(...took)
    return [
      {
        title: 'Archiving one session, from the call to its durable answer',
        columns: ['session', 'runs', 'median ms', 'longest ms'],
        rows: [row(1_000), row(large)],
        aims: [{ what: 'under 20 ms whatever its size', value: `${worst.toFixed(1)} ms`, met: worst < 20 }],
      },
    ]
  } finally {
    folder.remove()
  }
}
