// The whole product at 5,000 events a second: how late its main thread is, and how long TikTok waits for the
// acknowledgement of a frame, which is sent once its rows are durable (WAL, synchronous=FULL).

import type { Bench, Figure } from './figures.ts'
import { quantile } from './figures.ts'
import { startProduct, tempFolder } from './app.ts'
import { startChild } from './child.ts'
import type { Go, Sent, ServerInput, Serving } from './load-server.ts'

const RATE = 5_000
const LIMIT_MS = 120_000
const LIVE = 'SELECT count(*) FROM sessions WHERE archived_at IS NULL'
const STORED = 'SELECT coalesce(sum(event_count), 0) FROM sessions'

/** Until then the product compiles what it runs, and a second's frames can wait. */
const WARM_UP_S = 3

const run = async (rooms: number, seconds: number): Promise<readonly (string | number)[]> => {
  const folder = tempFolder()
  const messagesPerRoom = Math.ceil((RATE * (WARM_UP_S + seconds)) / rooms / 5) * 5
  const server = startChild('load-server.ts', { rooms, messagesPerRoom, perFrame: 5 } satisfies ServerInput)
  try {
    const { origin, broadcasts } = await server.hear<Serving>('serving')
    const product = await startProduct(origin, folder.path)
    await product.addRooms(broadcasts.map(({ handle }) => handle))
    await product.until(LIVE, rooms, LIMIT_MS)
    server.tell('go', { rate: RATE, warmUp: RATE * WARM_UP_S } satisfies Go)
    await server.hear('warm')
    const enough = await product.measure()
    const { ackMs, missing } = await server.hear<Sent>('sent')
    const { loopP99Ms, loopMaxMs, cpuUs } = await enough()
    const events = messagesPerRoom * rooms
    const durableMs = (await product.metric('roomkeeper_writer_ack_seconds{quantile="0.99"}')) * 1000
    await product.until(STORED, events, LIMIT_MS)
    await product.leave()
    return [
      `${rooms} room(s)`,
      loopP99Ms,
      loopMaxMs,
      quantile(ackMs, 0.5),
      quantile(ackMs, 0.99),
      missing,
      durableMs,
      cpuUs / (events - RATE * WARM_UP_S),
    ]
  } finally {
    await server.close()
    folder.remove()
  }
}

export const bench: Bench = async ({ quick }): Promise<readonly Figure[]> => {
  const seconds = quick ? 4 : 20
  const rows: (readonly (string | number)[])[] = []
  for (const rooms of quick ? [10] : [10, 100]) rows.push(await run(rooms, seconds))
  const worst = (column: number): number => Math.max(...rows.map((row) => Number(row[column])))
  return [
    {
      title: `At ${RATE} events/s for ${seconds} s, 5 a gzipped frame`,
      columns: [
        'rooms',
        'loop p99 ms',
        'loop max ms',
        'ack p50 ms',
        'ack p99 ms',
        'unacked',
        'durable p99 ms',
        'CPU µs/event',
      ],
      rows,
      aims: [
        {
          what: 'main-thread delay p99 under 10 ms',
          value: `${worst(1).toFixed(1)} ms`,
          met: worst(1) < 10,
        },
        {
          what: 'acknowledgement p99 under 50 ms',
          value: `${worst(4).toFixed(0)} ms`,
          met: worst(4) < 50 && worst(5) === 0,
        },
      ],
      notes: [
        'An acknowledgement is timed by the server, from its write to its read, in whole milliseconds.',
        `The first ${WARM_UP_S} s of the load come before these and are not timed; "durable" has them in it.`,
      ],
    },
  ]
}
