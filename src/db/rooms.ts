// The rooms' rows and the history of their handles. Writes are statements for the caller's transaction, so
// that they are committed with their facts and audit; what a room is doing is not here.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { Room } from '../domain/room.ts'
import { Database, type Row, type SqlValue, type Statement } from './database.ts'
import { bool, int, intOrNull, text, textOrNull } from './row.ts'

/** A room as it is stored: its proxy is sealed (see `seal.ts`), with `proxyAad(id)` as what it is sealed for. */
export interface RoomRow extends Omit<Room, 'proxyUrl'> {
  readonly proxyUrlSealed: string | null
  readonly quarantineError: string | null
  /** The room this one was merged into, which removes it. */
  readonly mergedInto: string | null
  readonly removedAt: number | null
}

export interface NewRoomRow {
  readonly id: string
  readonly handle: string
  readonly displayName: string | null
  readonly monitor: boolean
  readonly proxyUrlSealed: string | null
  readonly at: number
}

/** What is not given stays. */
export interface RoomRowChange {
  readonly displayName?: string | null
  readonly monitor?: boolean
  readonly proxyUrlSealed?: string | null
}

export interface HandleSpan {
  readonly handle: string
  readonly since: number
  readonly until: number | null
}

export const proxyAad = (roomId: string): string => `room:${roomId}:proxy_url`

const rowOf = (row: Row): RoomRow => ({
  id: text(row['id']),
  no: int(row['no']),
  handle: text(row['handle']),
  displayName: textOrNull(row['display_name']),
  monitor: bool(row['monitor']),
  proxyUrlSealed: textOrNull(row['proxy_url_sealed']),
  cooldownUntil: intOrNull(row['cooldown_until']),
  cooldownReason: textOrNull(row['cooldown_reason']),
  quarantinedAt: intOrNull(row['quarantined_at']),
  quarantineError: textOrNull(row['quarantine_error']),
  epoch: int(row['epoch']),
  mergedInto: textOrNull(row['merged_into']),
  createdAt: int(row['created_at']),
  updatedAt: int(row['updated_at']),
  removedAt: intOrNull(row['removed_at']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

const one = (where: string, args: readonly SqlValue[]): Query<RoomRow | null> =>
  Effect.map(
    Database.use((database) => database.read(`SELECT * FROM rooms WHERE ${where} LIMIT 1`, args)),
    ([row]) => (row === undefined ? null : rowOf(row)),
  )

/** By our id, whether it was removed or not. */
export const find = (id: string): Query<RoomRow | null> => one('id = ?', [id])

/** By the handle it has now; removed rooms have none. */
export const findByHandle = (handle: string): Query<RoomRow | null> =>
  one('handle = ? AND removed_at IS NULL', [handle])

const PAGE = 5_000

/** Every room that was not removed, oldest first. */
export const list: Query<readonly RoomRow[]> = Effect.gen(function* () {
  const database = yield* Database
  const rooms: RoomRow[] = []
  for (let after = 0; ; after = rooms.at(-1)?.no ?? 0) {
    const rows = yield* database.read(
      'SELECT * FROM rooms WHERE removed_at IS NULL AND no > ? ORDER BY no LIMIT ?',
      [after, PAGE],
    )
    rooms.push(...rows.map(rowOf))
    if (rows.length < PAGE) return rooms
  }
})

/** The handles a room has had, oldest first. */
export const handles = (roomId: string): Query<readonly HandleSpan[]> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        'SELECT handle, since, until FROM room_handles WHERE room_id = ? ORDER BY since LIMIT 1000',
        [roomId],
      ),
    ),
    (rows) =>
      rows.map((row) => ({
        handle: text(row['handle']),
        since: int(row['since']),
        until: intOrNull(row['until']),
      })),
  )

/** Guard on the first statement: it returns the room's `no`, or nothing when another room has the handle. */
export const insert = (room: NewRoomRow): readonly Statement[] => [
  {
    sql: `INSERT INTO rooms (id, handle, display_name, monitor, proxy_url_sealed, created_at, updated_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6
WHERE NOT EXISTS (SELECT 1 FROM rooms WHERE handle = ?2 AND removed_at IS NULL) RETURNING no`,
    args: [room.id, room.handle, room.displayName, room.monitor ? 1 : 0, room.proxyUrlSealed, room.at],
  },
  {
    sql: 'INSERT INTO room_handles (room_id, handle, since) VALUES (?, ?, ?)',
    args: [room.id, room.handle, room.at],
  },
]

const COLUMNS = {
  displayName: 'display_name',
  monitor: 'monitor',
  proxyUrlSealed: 'proxy_url_sealed',
} as const

const set = (id: string, assignments: readonly (readonly [string, SqlValue])[], at: number): Statement => ({
  sql: `UPDATE rooms SET ${[...assignments.map(([column]) => `${column} = ?`), 'updated_at = ?'].join(', ')}
WHERE id = ? AND removed_at IS NULL`,
  args: [...assignments.map(([, value]) => value), at, id],
})

/** Changes no row when the room was removed. */
export const update = (id: string, change: RoomRowChange, at: number): Statement =>
  set(
    id,
    Object.entries(change).map(([key, value]): readonly [string, SqlValue] => [
      COLUMNS[key as keyof RoomRowChange],
      typeof value === 'boolean' ? Number(value) : (value ?? null),
    ]),
    at,
  )

/** Guard on the first statement: it changes nothing when another room has the handle or this one has it already. */
export const rename = (id: string, handle: string, at: number): readonly Statement[] => [
  {
    sql: `UPDATE rooms SET handle = ?1, updated_at = ?2 WHERE id = ?3 AND removed_at IS NULL AND handle <> ?1
AND NOT EXISTS (SELECT 1 FROM rooms WHERE handle = ?1 AND removed_at IS NULL)`,
    args: [handle, at, id],
  },
  {
    sql: 'UPDATE room_handles SET until = max(since, ?1) WHERE room_id = ?2 AND until IS NULL',
    args: [at, id],
  },
  {
    // Two renames in one millisecond still have an order.
    sql: `INSERT INTO room_handles (room_id, handle, since)
SELECT ?1, ?2, max(?3, coalesce((SELECT max(since) + 1 FROM room_handles WHERE room_id = ?1), ?3))`,
    args: [id, handle, at],
  },
]

export const cooldown = (id: string, until: number | null, reason: string | null, at: number): Statement =>
  set(
    id,
    [
      ['cooldown_until', until],
      ['cooldown_reason', reason],
    ],
    at,
  )

/** `null` releases it. */
export const quarantine = (id: string, error: string | null, at: number): Statement =>
  set(
    id,
    [
      ['quarantined_at', error === null ? null : at],
      ['quarantine_error', error],
    ],
    at,
  )

/** A new owner of the room: returns the epoch that its writes must carry from now on. */
export const raiseEpoch = (id: string, at: number): Statement => ({
  sql: `UPDATE rooms SET epoch = epoch + 1, updated_at = ? WHERE id = ? AND removed_at IS NULL RETURNING epoch`,
  args: [at, id],
})

/** The row and its sessions stay; its handle is free again. Guard on the first. */
export const remove = (id: string, at: number): readonly Statement[] => [
  {
    sql: 'UPDATE rooms SET removed_at = ?1, updated_at = ?1 WHERE id = ?2 AND removed_at IS NULL',
    args: [at, id],
  },
  {
    sql: 'UPDATE room_handles SET until = max(since, ?1) WHERE room_id = ?2 AND until IS NULL',
    args: [at, id],
  },
]
