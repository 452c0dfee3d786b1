// Memory of a room that is watched and of a room that is live and silent, from the growth with their number.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './figures.ts'
import { startProduct, tempFolder } from './app.ts'
import type { Memory } from './app-child.ts'
import { startChild, type Child } from './child.ts'
import type { ServerInput, Serving } from './load-server.ts'
import { seed } from './seed.ts'

const LIMIT_MS = 600_000
const KIB = 1024

/** Every room has been looked at once, so everything that a look leaves behind is there. */
const looked = async (server: Child, rooms: number): Promise<void> => {
  for (const startedAt = performance.now(); performance.now() - startedAt < LIMIT_MS; await sleep(100)) {
    server.tell('looked?')
    if ((await server.hear<number>('looked')) >= rooms) return
  }
  throw new Error(`not all of ${rooms} rooms were looked at`)
}

/** Weighs the product with this many rooms, watched or live. */
const weigh = async (rooms: number, live: boolean): Promise<Memory> => {
  const folder = tempFolder()
  const server = startChild('load-server.ts', {
    rooms,
    live,
    messagesPerRoom: 5,
    perFrame: 5,
  } satisfies ServerInput)
  try {
    const { origin } = await server.hear<Serving>('serving')
    await seed(folder.path, { rooms, sessions: [], at: Date.now() })
    const product = await startProduct(origin, folder.path, { SILENCE_TIMEOUT_MS: '86400000' })
    if (live) await product.until('SELECT count(*) FROM sessions WHERE archived_at IS NULL', rooms, LIMIT_MS)
    else await looked(server, rooms)
    const memory = await product.weigh()
    await product.leave()
    return memory
  } finally {
    await server.close()
    folder.remove()
  }
}

export const bench: Bench = async ({ quick }) => {
  // The first is what the others are compared with: what is there once, whatever the rooms, falls out.
  const counts = quick ? [10, 50, 100] : [50, 1_000, 5_000]
  const rows: (readonly (string | number)[])[] = []
  for (const live of [false, true]) {
    let least: Memory | null = null
    for (const count of counts) {
      const memory = await weigh(count, live)
      const { rss, heapUsed } = memory
      least ??= memory
      const more = count - counts[0]!
      const what = `${count} ${live ? 'live and silent' : 'watching'}`
      const resident = Math.round(rss / KIB / KIB)
      rows.push(
        more === 0
          ? [what, resident, '', '']
          : [what, resident, (rss - least.rss) / KIB / more, (heapUsed - least.heapUsed) / KIB / more],
      )
    }
  }
  return [
    {
      title: 'Memory of a room',
      columns: ['rooms', 'MiB resident', 'KiB resident per room', 'KiB heap per room'],
      rows,
      aims: [],
      notes: [
        `After a full collection; per room is the growth beyond ${counts[0]} rooms.`,
        'A socket is counted on its client side only; the server is another process.',
      ],
    },
  ]
}
