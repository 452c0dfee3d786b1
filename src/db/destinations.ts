// The rows of destinations and of LiveKit room names. Keys are sealed (see `seal.ts`), with `keyAad` as what they
// are sealed for. Writes are statements for the caller's transaction; what a destination may be is the domain's.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Schema from 'effect/Schema'
import type { Encoding, Source } from '../domain/destination.ts'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row, type Statement } from './database.ts'
import { int, json, text, textOrNull } from './row.ts'

/** A destination as it is stored; what is null is the platform's preset or the server's default. */
export interface DestinationRow {
  readonly roomId: string
  readonly platform: string
  readonly url: string | null
  readonly keySealed: string | null
  readonly keyLast4: string | null
  readonly source: Source | null
  readonly encoding: Encoding | null
  readonly createdAt: number
  readonly updatedAt: number
}

export const keyAad = (roomId: string, platform: string): string => `destination:${roomId}:${platform}:key`

const SourceJson = Schema.Union([
  Schema.Struct({ type: Schema.Literal('room'), layout: Schema.String }),
  Schema.Struct({
    type: Schema.Literal('participant'),
    identity: Schema.String,
    screenShare: Schema.Boolean,
  }),
  Schema.Struct({ type: Schema.Literal('web'), url: Schema.String }),
])
const EncodingJson = Schema.Struct({
  width: Schema.Int,
  height: Schema.Int,
  framerate: Schema.Int,
  videoKbps: Schema.Int,
  audioKbps: Schema.Int,
  keyframeSeconds: Schema.Int,
})
const sourceIn = Schema.decodeUnknownOption(SourceJson)
const encodingIn = Schema.decodeUnknownOption(EncodingJson)

const rowOf = (row: Row): DestinationRow => ({
  roomId: text(row['room_id']),
  platform: text(row['platform']),
  url: textOrNull(row['url']),
  keySealed: textOrNull(row['key_sealed']),
  keyLast4: textOrNull(row['key_last4']),
  source: Option.getOrNull(sourceIn(json(row['source_json']))),
  encoding: Option.getOrNull(encodingIn(json(row['encoding_json']))),
  createdAt: int(row['created_at']),
  updatedAt: int(row['updated_at']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

/** Destinations of one room at most. */
export const DESTINATIONS_MAX = 16

/** Of one room, by platform. */
export const list = (roomId: string): Query<readonly DestinationRow[]> =>
  Effect.map(
    Database.use((database) =>
      database.read('SELECT * FROM destinations WHERE room_id = ? ORDER BY platform LIMIT 100', [roomId]),
    ),
    (rows) => rows.map(rowOf),
  )

export const find = (roomId: string, platform: string): Query<DestinationRow | null> =>
  Effect.map(
    Database.use((database) =>
      database.read('SELECT * FROM destinations WHERE room_id = ? AND platform = ?', [roomId, platform]),
    ),
    ([row]) => (row === undefined ? null : rowOf(row)),
  )

const orNull = (value: Source | Encoding | null): string | null =>
  value === null ? null : JSON.stringify(value)

/** Changes no row when the room was removed: a key never outlives its room. */
export const put = (row: Omit<DestinationRow, 'createdAt'>): Statement => ({
  sql: `INSERT INTO destinations
(room_id, platform, url, key_sealed, key_last4, source_json, encoding_json, created_at, updated_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8
WHERE EXISTS (SELECT 1 FROM rooms WHERE id = ?1 AND removed_at IS NULL)
ON CONFLICT (room_id, platform) DO UPDATE SET url = excluded.url, key_sealed = excluded.key_sealed,
key_last4 = excluded.key_last4, source_json = excluded.source_json, encoding_json = excluded.encoding_json,
updated_at = excluded.updated_at`,
  args: [
    row.roomId,
    row.platform,
    row.url,
    row.keySealed,
    row.keyLast4,
    orNull(row.source),
    orNull(row.encoding),
    row.updatedAt,
  ],
})

export const remove = (roomId: string, platform: string): Statement => ({
  sql: 'DELETE FROM destinations WHERE room_id = ? AND platform = ?',
  args: [roomId, platform],
})

/** What goes with a room that is removed. */
export const removeAll = (roomId: string): readonly Statement[] => [
  { sql: 'DELETE FROM destinations WHERE room_id = ?', args: [roomId] },
  { sql: 'DELETE FROM livekit_rooms WHERE room_id = ?', args: [roomId] },
]

/** The name that was set, or null. */
export const findLivekitRoom = (roomId: string): Query<string | null> =>
  Effect.map(
    Database.use((database) => database.read('SELECT name FROM livekit_rooms WHERE room_id = ?', [roomId])),
    ([row]) => textOrNull(row?.['name']),
  )

/** Changes no row when the room was removed. */
export const putLivekitRoom = (roomId: string, name: string, at: number): Statement => ({
  sql: `INSERT INTO livekit_rooms (room_id, name, updated_at)
SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM rooms WHERE id = ?1 AND removed_at IS NULL)
ON CONFLICT (room_id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at`,
  args: [roomId, name, at],
})

/**
 * The LiveKit room of a room whose handle changes stays the one it was: its producers are in there, and whoever
 * may rename a room must not get at another LiveKit room by that.
 */
export const keepLivekitRoom = (roomId: string, handle: string, at: number): Statement => ({
  sql: 'INSERT INTO livekit_rooms (room_id, name, updated_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  args: [roomId, handle, at],
})

/** Whether a run of sending this room out has not ended. */
export const isSentOut = (roomId: string): Query<boolean> =>
  Effect.map(
    Database.use((database) =>
      database.read('SELECT 1 FROM outbound_sessions WHERE room_id = ? AND ended_at IS NULL', [roomId]),
    ),
    (rows) => rows.length > 0,
  )
