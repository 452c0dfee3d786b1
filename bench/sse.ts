// The status stream to many clients: how long after its commit a fact reaches each of them, and what a delivery costs
// the server, threads and database included.

import { startChild } from './child.ts'
import type { Bench } from './figures.ts'
import { quantile } from './figures.ts'
import type { Metered } from './meter.ts'
import type { SseClientsInput } from './sse-clients.ts'
import type { SseServerInput } from './sse-server.ts'

const TOKEN = 'bench-token-0123456789-0123456789'

interface Published extends Metered {
  readonly publishedAt: readonly (readonly [seq: number, at: number])[]
}
interface Complete {
  readonly arrivals: readonly Float64Array[]
  readonly seqs: readonly Int32Array[]
}

const run = async (clients: number, factsPerSecond: number, facts: number) => {
  const server = startChild('sse-server.ts', { token: TOKEN, factsPerSecond, facts } satisfies SseServerInput)
  const port = await server.hear<number>('listening')
  const many =
    clients === 0
      ? null
      : startChild('sse-clients.ts', { port, token: TOKEN, clients, facts } satisfies SseClientsInput)
  await many?.hear('open')
  server.tell('go')
  const complete = (await many?.hear<Complete>('complete')) ?? { arrivals: [], seqs: [] }
  server.tell('all there')
  const published = await server.hear<Published>('published')
  many?.tell('leave')
  server.tell('leave')
  await Promise.all([many?.close(), server.close()])
  const at = new Map(published.publishedAt)
  const delays = complete.arrivals.flatMap((arrivals, client) =>
    [...arrivals].map((arrival, index) => arrival - at.get(complete.seqs[client]![index]!)!),
  )
  return { delays, cpuUs: published.cpuUs }
}

export const bench: Bench = async ({ quick }) => {
  const facts = quick ? 200 : 1_200
  const rows: (readonly (string | number)[])[] = []
  let p99 = 0
  for (const factsPerSecond of [20, 100]) {
    const alone = await run(0, factsPerSecond, facts / 4)
    const { delays, cpuUs } = await run(500, factsPerSecond, facts)
    const deliveries = delays.length
    // What the facts themselves cost, without anybody listening, is not the fan-out's.
    const own = Math.max(0, cpuUs - alone.cpuUs * 4)
    p99 = Math.max(p99, quantile(delays, 0.99))
    rows.push([
      `${factsPerSecond} facts/s`,
      deliveries,
      quantile(delays, 0.5),
      quantile(delays, 0.99),
      cpuUs / deliveries,
      own / deliveries,
    ])
  }
  return [
    {
      title: 'Status stream to 500 clients',
      columns: [
        'load',
        'deliveries',
        'p50 ms',
        'p99 ms',
        'CPU µs/delivery, all in',
        'CPU µs/delivery, fan-out',
      ],
      rows,
      aims: [{ what: 'p99 from commit to client', value: `${p99.toFixed(1)} ms`, met: p99 < 100 }],
      notes: ['The 500 clients are one process on the same machine; its own delay is in the numbers.'],
    },
  ]
}
