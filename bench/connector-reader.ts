// A child: the unmodified connector in every room, which decodes and stores nothing; or stores as one finds it done
// today, with one INSERT per event from its events.

import Database from 'libsql'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectorAt } from '../test/_support/tiktok/unmodified.ts'
import { parent } from './child.ts'
import { meter, type Metered } from './meter.ts'

export interface ReaderInput {
  readonly origin: string
  readonly handles: readonly string[]
  /** `columns`: the few that everybody keeps; `json`: the whole event beside them. */
  readonly store: 'nothing' | 'columns' | 'json'
  /** Decoded messages to wait for. */
  readonly expected: number
}

interface AnyEvent {
  readonly common?: { readonly msgId?: string; readonly createTime?: string }
  readonly user?: { readonly id?: string; readonly displayId?: string; readonly nickname?: string }
  readonly content?: unknown
}

const { origin, handles, store, expected } = parent.input<ReaderInput>()
const folder = await mkdtemp(join(tmpdir(), 'roomkeeper-bench-'))

const open = (): ((room: number, method: string, event: AnyEvent) => void) => {
  if (store === 'nothing') return () => undefined
  const database = new Database(join(folder, 'events.db'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec(`CREATE TABLE events (id INTEGER PRIMARY KEY, room INTEGER, msg_id TEXT, at INTEGER, method TEXT,
    user_id TEXT, handle TEXT, nickname TEXT, text TEXT, json TEXT, UNIQUE (room, msg_id))`)
  const insert = database.prepare(
    `INSERT OR IGNORE INTO events (room, msg_id, at, method, user_id, handle, nickname, text, json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  let sequence = 0
  return (room, method, event) => {
    const { user } = event
    // The ids inside are the same in each round of the load; here they are made different, as real ones are.
    const id = `${event.common?.msgId ?? ''}-${(sequence += 1)}`
    insert.run([
      room,
      id,
      Number(event.common?.createTime ?? 0),
      method,
      user?.id ?? null,
      user?.displayId ?? null,
      user?.nickname ?? null,
      typeof event.content === 'string' ? event.content : null,
      store === 'json' ? JSON.stringify(event) : null,
    ])
  }
}

const keep = open()
interface Seen {
  decoded: number
  lastAt: number
  started: (() => Metered) | null
}
/** Set by listeners that the compiler does not see run. */
const newSeen = (): Seen => ({ decoded: 0, lastAt: 0, started: null })
const seen = newSeen()
const done = Promise.withResolvers<void>()
const connections = handles.map((handle, room) => {
  const connection = connectorAt(origin, handle, { fetchRoomInfoOnConnect: false })
  connection.on('websocketData', () => (seen.started ??= meter()))
  connection.on('decodedData', (method: string, { data }: { data: unknown }) => {
    keep(room, method, data as AnyEvent)
    seen.decoded += 1
    seen.lastAt = performance.now()
    if (seen.decoded >= expected) done.resolve()
  })
  connection.on('error', () => undefined)
  return connection
})
for (const connection of connections) await connection.connect()
// What came while connecting is not measured.
Object.assign(seen, newSeen())
parent.tell('ready')

// Nothing new for two seconds is the end as well: what the connector loses never comes.
const watch = async (): Promise<void> => {
  while (seen.lastAt === 0 || performance.now() - seen.lastAt < 2000) await sleep(50)
}
await Promise.race([done.promise, watch()])
const metered = seen.started?.()
const quietMs = performance.now() - seen.lastAt
parent.tell('read', { ...metered, ms: (metered?.ms ?? 0) - quietMs, count: seen.decoded })
for (const connection of connections) await connection.disconnect()
await rm(folder, { recursive: true, force: true })
process.exit(0)
