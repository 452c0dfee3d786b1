// node-media-server in a process of its own, because it is one for a whole process, prints, and exits when it
// cannot listen. Obeys and tells through the IPC channel; ends when that ends.

import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { Conduct } from './ingest.ts'

/** What of a session of theirs is used here. */
interface Session {
  readonly id: string
  readonly socket: Socket
  readonly streamApp: string
  readonly streamName: string
  readonly inBytes: number
}

interface MediaServer {
  readonly on: (event: string, listener: (session: Session) => void) => void
  readonly run: () => Promise<void>
}

export type Order =
  | { readonly do: 'behave'; readonly conduct: Conduct }
  | { readonly do: 'keys'; readonly keys: readonly string[] | null }
  | { readonly do: 'drop' | 'freeze' | 'thaw' }

export type News =
  | {
      readonly is: 'begun'
      readonly id: string
      readonly app: string
      readonly key: string
      readonly accepted: boolean
    }
  | { readonly is: 'ended'; readonly id: string; readonly bytes: number }
  | { readonly is: 'bytes'; readonly of: readonly (readonly [string, number])[] }
  | { readonly is: 'obeyed'; readonly n: number; readonly count: number }
  | { readonly is: 'fired'; readonly name: string }

const { port, folder, sampleMs } = JSON.parse(process.argv[2] ?? '{}') as {
  port: number
  folder: string
  sampleMs: number
}
const tell = (news: News): void => void process.send?.(news)
const NodeMediaServer = createRequire(import.meta.url)('node-media-server') as new (
  config: unknown,
) => MediaServer
const server = new NodeMediaServer({
  bind: '127.0.0.1',
  rtmp: { port },
  record: { auto: false, path: folder },
  store: { path: folder },
  webadmin: { enable: false },
})
/** Sessions with what of their count is not theirs: one that comes back soon goes on counting where the last ended. */
const publishing = new Map<string, { readonly session: Session; before: number; foreign: number }>()
const bytesOf = (id: string, { inBytes }: Session): number => inBytes - (publishing.get(id)?.foreign ?? 0)
let conduct: Conduct = 'accept'
let keys: readonly string[] | null = null
let frozen = false

server.on('prePublish', (session) => {
  const { id, streamApp: app, streamName: key } = session
  const accepted = conduct !== 'reject' && (keys === null || keys.includes(key))
  tell({ is: 'begun', id, app, key, accepted })
  publishing.set(id, { session, before: session.inBytes, foreign: 0 })
  session.socket.once('close', () => {
    tell({ is: 'ended', id, bytes: bytesOf(id, session) })
    publishing.delete(id)
  })
  if (!accepted) {
    tell({ is: 'fired', name: 'rejected' })
    session.socket.destroy()
  }
})
server.on('postPublish', (session) => {
  const mine = publishing.get(session.id)
  if (mine !== undefined) mine.foreign = session.inBytes - mine.before
  if (conduct === 'close' && publishing.has(session.id) && !session.socket.destroyed) {
    tell({ is: 'fired', name: 'closed' })
    // It says that publishing has begun once this returns.
    setImmediate(() => session.socket.end())
  }
  if (frozen) session.socket.pause()
})

const obey = (order: Order): number => {
  const there = [...publishing.values()].map(({ session }) => session)
  switch (order.do) {
    case 'behave':
      conduct = order.conduct
      return 0
    case 'keys':
      keys = order.keys
      return 0
    case 'drop':
      for (const { socket } of there) socket.destroy()
      return there.length
    default:
      frozen = order.do === 'freeze'
      for (const { socket } of there) {
        if (frozen) socket.pause()
        else socket.resume()
      }
      return there.length
  }
}

process.on('message', ({ n, order }: { n: number; order: Order }) =>
  tell({ is: 'obeyed', n, count: obey(order) }),
)
process.on('disconnect', () => process.exit(0))
setInterval(() => {
  tell({ is: 'bytes', of: [...publishing].map(([id, { session }]) => [id, bytesOf(id, session)] as const) })
}, sampleMs)
await server.run()
