// A child: the unmodified connector in every room, which decodes and stores nothing; or stores as one finds it done
// today, with one INSERT per event from its events.

import { createClient } from '@libsql/client'
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
  /**
   * `columns`: the few that everybody keeps, prepared once, in WAL; `json`: the whole event beside them; `client`: the
   * columns by `client.execute`, one after the other, in a database as the client makes it.
   */
  readonly store: 'nothing' | 'columns' | 'json' | 'client'
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

const TABLE = `CREATE TABLE events (id INTEGER PRIMARY KEY, room INTEGER, msg_id TEXT, at INTEGER, method TEXT,
  user_id TEXT, handle TEXT, nickname TEXT, text TEXT, json TEXT, UNIQUE (room, msg_id))`
const INSERT = `INSERT OR IGNORE INTO events (room, msg_id, at, method, user_id, handle, nickname, text, json)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

type Keep = (room: number, method: string, event: AnyEvent) => void | Promise<unknown>

const open = async (): Promise<Keep> => {
  if (store === 'nothing') return () => undefined
  const path = join(folder, 'events.db')
  let sequence = 0
  const rowOf = (room: number, method: string, event: AnyEvent): (string | number | null)[] => {
    const { user } = event
    return [
      room,
      // The ids inside are the same in each round of the load; here they are made different, as real ones are.
      `${event.common?.msgId ?? ''}-${(sequence += 1)}`,
      Number(event.common?.createTime ?? 0),
      method,
      user?.id ?? null,
      user?.displayId ?? null,
      user?.nickname ?? null,
      typeof event.content === 'string' ? event.content : null,
      store === 'json' ? JSON.stringify(event) : null,
    ]
  }
  if (store === 'client') {
    const client = createClient({ url: `file:${path}` })
    await client.execute(TABLE)
    let last: Promise<unknown> = Promise.resolve()
    return (room, method, event) => {
      const args = rowOf(room, method, event)
      last = last.then(() => client.execute({ sql: INSERT, args }))
      return last
    }
  }
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec(TABLE)
  const insert = database.prepare(INSERT)
  return (room, method, event) => void insert.run(rowOf(room, method, event))
}

const keep = await open()
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
    const kept = keep(room, method, data as AnyEvent)
    const count = (): void => {
      seen.decoded += 1
      seen.lastAt = performance.now()
      if (seen.decoded >= expected) done.resolve()
    }
    if (kept === undefined) count()
    else void kept.then(count)
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
