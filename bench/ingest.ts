// From socket to durable row, in 1, 50 and 200 rooms: ours beside the unmodified connector that only decodes and
// beside one INSERT per event from the connector's own events. The server is a process of its own.

import * as P from 'tiktok-live-proto/v3'
import { startProduct, tempFolder } from './app.ts'
import { startChild, type Child } from './child.ts'
import type { ReaderInput } from './connector-reader.ts'
import type { Bench, Figure } from './figures.ts'
import { median } from './figures.ts'
import type { Go, ServerInput, Serving } from './load-server.ts'
import type { Metered } from './meter.ts'
import { seed } from './seed.ts'

/** What a reader stores; `ours` is the product. */
const WAYS = {
  'ours: frames, events, counters, durable': 'ours',
  'connector, stores nothing': 'nothing',
  'connector, INSERT of columns': 'columns',
  'connector, INSERT with JSON': 'json',
  'connector, INSERT by client.execute': 'client',
} as const
type Way = keyof typeof WAYS

interface Read extends Metered {
  /** Messages decoded by the connector, or stored by us. */
  readonly count: number
}

const LIMIT_MS = 600_000
const LIVE = 'SELECT count(*) FROM sessions WHERE archived_at IS NULL'
const STORED = 'SELECT coalesce(sum(event_count), 0) FROM sessions'

const readOurs = async (server: Child, { origin, broadcasts }: Serving, messages: number): Promise<Read> => {
  const folder = tempFolder()
  try {
    await seed(folder.path, { rooms: broadcasts.length, sessions: [], at: Date.now() })
    const product = await startProduct(origin, folder.path)
    await product.until(LIVE, broadcasts.length, LIMIT_MS)
    const enough = await product.measure()
    const startedAt = performance.now()
    server.tell('go', {} satisfies Go)
    await product.until(STORED, messages, LIMIT_MS)
    const ms = performance.now() - startedAt
    const { cpuUs } = await enough()
    const count = product.ask(STORED)
    await product.leave()
    return { ms, cpuUs, count }
  } finally {
    folder.remove()
  }
}

const readConnector = async (
  server: Child,
  { origin, broadcasts, methods }: Serving,
  store: ReaderInput['store'],
): Promise<Read> => {
  const known = [...methods].reduce((sum, [method, count]) => sum + (method in P ? count : 0), 0)
  const reader = startChild('connector-reader.ts', {
    origin,
    handles: broadcasts.map(({ handle }) => handle),
    store,
    expected: known * broadcasts.length,
  } satisfies ReaderInput)
  try {
    await reader.hear('ready')
    server.tell('go', {} satisfies Go)
    return await reader.hear<Read>('read')
  } finally {
    await reader.close()
  }
}

const run = async (way: Way, spec: ServerInput): Promise<Read> => {
  const server = startChild('load-server.ts', spec)
  try {
    const serving = await server.hear<Serving>('serving')
    const store = WAYS[way]
    return await (store === 'ours'
      ? readOurs(server, serving, spec.messagesPerRoom * spec.rooms)
      : readConnector(server, serving, store))
  } finally {
    await server.close()
  }
}

/** One INSERT per event is so slow that it gets a part of the load: what is compared is a rate. */
const PART: Readonly<Record<(typeof WAYS)[Way], number>> = {
  ours: 1,
  nothing: 1,
  columns: 8,
  json: 8,
  client: 8,
}

export const bench: Bench = async function* ({ quick }) {
  const total = quick ? 4_000 : 40_000
  const rounds = quick ? 1 : 3
  const ways = Object.keys(WAYS) as Way[]
  for (const rooms of [1, 50, 200]) {
    const rates = ways.map((): number[] => [])
    const cpus = ways.map((): number[] => [])
    const counts = ways.map(() => '')
    for (let round = 0; round < rounds; round += 1)
      for (const [index, way] of ways.entries()) {
        const messagesPerRoom = Math.ceil(total / PART[WAYS[way]] / rooms / 5) * 5
        const messages = messagesPerRoom * rooms
        const { ms, cpuUs, count } = await run(way, { rooms, messagesPerRoom, perFrame: 5 })
        rates[index]!.push(messages / (ms / 1000))
        cpus[index]!.push(cpuUs / messages)
        counts[index] = `${count} of ${messages}`
      }
    const rate = rates.map(median)
    const cpu = cpus.map(median)
    const against = (index: number): string =>
      `${(rate[0]! / rate[index]!).toFixed(1)} by events/s, ${(cpu[index]! / cpu[0]!).toFixed(1)} by CPU`
    yield {
      title: `${rooms} room(s), 5 messages a gzipped frame (median of ${rounds})`,
      columns: ['way', 'events/s', 'CPU µs/event', 'decoded or stored'],
      rows: ways.map((way, index) => [way, Math.round(rate[index]!), cpu[index]!, counts[index]!]),
      aims: [
        {
          what: 'less CPU than the connector that stores nothing',
          value: against(1),
          met: cpu[0]! < cpu[1]!,
        },
        {
          what: 'ten times the rate of one INSERT per event (columns)',
          value: against(2),
          met: rate[0]! >= 10 * rate[2]!,
        },
        {
          what: 'ten times the rate of one INSERT per event (with JSON)',
          value: against(3),
          met: rate[0]! >= 10 * rate[3]!,
        },
        {
          what: 'ten times the rate of one INSERT per event (client.execute, as it comes)',
          value: against(4),
          met: rate[0]! >= 10 * rate[4]!,
        },
      ],
      notes: [
        'What one INSERT per event can do is decided by fsync, which is on the second line of this report.',
      ],
    } satisfies Figure
  }
}
