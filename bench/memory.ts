// Memory of a room that is watched and of a room that is live and silent, from the growth with their number.

import type { Bench } from './figures.ts'
import { startProduct, tempFolder } from './app.ts'
import type { Memory } from './app-child.ts'
import { startChild } from './child.ts'
import type { ServerInput, Serving } from './load-server.ts'
import { seed } from './seed.ts'

const LIMIT_MS = 600_000
const KIB = 1024

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
    else
      await product.until(
        `SELECT count(DISTINCT room_id) FROM journal WHERE name = 'room.looked'`,
        0,
        LIMIT_MS,
      )
    const memory = await product.weigh()
    await product.leave()
    return memory
  } finally {
    await server.close()
    folder.remove()
  }
}

export const bench: Bench = async ({ quick }) => {
  const counts = quick ? [50, 100] : [1_000, 5_000]
  const none = await weigh(0, false)
  const rows: (readonly (string | number)[])[] = []
  for (const live of [false, true])
    for (const count of counts) {
      const { rss, heapUsed } = await weigh(count, live)
      rows.push([
        `${count} ${live ? 'live and silent' : 'watching'}`,
        Math.round(rss / KIB / KIB),
        (rss - none.rss) / KIB / count,
        (heapUsed - none.heapUsed) / KIB / count,
      ])
    }
  return [
    {
      title: `Memory (without rooms: ${Math.round(none.rss / KIB / KIB)} MiB resident)`,
      columns: ['rooms', 'MiB resident', 'KiB resident per room', 'KiB heap per room'],
      rows,
      aims: [],
      notes: ['After a full collection. Sockets are the client side only; the server is another process.'],
    },
  ]
}
