// From socket to durable row, in 1, 50 and 200 rooms: ours beside the unmodified connector that only decodes and
// beside one INSERT per event from the connector's own events. The server is a process of its own.

import * as P from 'tiktok-live-proto/v3'
import { startChild } from './child.ts'
import type { ReaderInput } from './connector-reader.ts'
import type { Bench, Figure } from './figures.ts'
import { quantile } from './figures.ts'
import type { Go, ServerInput, Serving } from './load-server.ts'
import type { Metered } from './meter.ts'

const WAYS = [
  'connector, stores nothing',
  'connector, INSERT of columns',
  'connector, INSERT with JSON',
] as const
type Way = (typeof WAYS)[number]
const STORES: Readonly<Record<Way, ReaderInput['store']>> = {
  'connector, stores nothing': 'nothing',
  'connector, INSERT of columns': 'columns',
  'connector, INSERT with JSON': 'json',
}

interface Read extends Metered {
  readonly decoded: number
}

const run = async (way: Way, spec: ServerInput): Promise<Read> => {
  const server = startChild('load-server.ts', spec)
  try {
    const { origin, broadcasts, methods } = await server.hear<Serving>('serving')
    const known = [...methods].reduce((sum, [method, count]) => sum + (method in P ? count : 0), 0)
    const reader = startChild('connector-reader.ts', {
      origin,
      handles: broadcasts.map(({ handle }) => handle),
      store: STORES[way],
      expected: known * spec.rooms,
    } satisfies ReaderInput)
    try {
      await reader.hear('ready')
      server.tell('go', {} satisfies Go)
      return await reader.hear<Read>('read')
    } finally {
      await reader.close()
    }
  } finally {
    await server.close()
  }
}

export const bench: Bench = async ({ quick }) => {
  const total = quick ? 4_000 : 40_000
  const figures: Figure[] = []
  for (const rooms of [1, 50, 200]) {
    const spec: ServerInput = { rooms, messagesPerRoom: Math.ceil(total / rooms), perFrame: 5 }
    const messages = spec.messagesPerRoom * rooms
    const rows: (readonly (string | number)[])[] = []
    for (const way of WAYS) {
      const read = await run(way, spec)
      rows.push([way, Math.round(messages / (read.ms / 1000)), read.cpuUs / messages, read.decoded])
    }
    figures.push({
      title: `${messages} messages, 5 a gzipped frame, ${rooms} room(s)`,
      columns: ['way', 'events/s', 'CPU µs/event', 'decoded or stored'],
      rows,
      aims: [],
    })
  }
  return figures
}
void quantile
