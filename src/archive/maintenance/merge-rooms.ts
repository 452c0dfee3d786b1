// What it takes to make one room's sessions and assets another's. The sessions keep the number their events carry, the
// handles' history is kept for both, and the first room's epoch rises so that whoever still holds it is fenced.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { handOver } from '../../db/asset-writes.ts'
import { removeAll as removeDestinations } from '../../db/destinations.ts'
import { CommandRefused } from '../../domain/errors.ts'
import { int } from '../pieces.ts'
import type { RoomMove } from './merge-commit.ts'
import type { RoomRow } from './room-of.ts'

const STATE = `SELECT
(SELECT count(*) FROM sessions WHERE room_id IN (?1, ?2) AND archived_at IS NULL) AS open,
(SELECT count(*) FROM sessions WHERE room_id = ?1) AS sessions,
(SELECT count(*) FROM room_handles WHERE room_id = ?1) AS handles,
(SELECT count(*) FROM assets WHERE owner = ?1 AND removed_at IS NULL) AS assets,
(SELECT count(*) FROM outbound_sessions WHERE room_id = ?1 AND ended_at IS NULL) AS sent,
(SELECT json_group_array(DISTINCT room_no) FROM sessions WHERE room_id = ?1) AS nos`

// ?1 of the guard is the plan of `merge-commit.ts`.
const GUARD = `SELECT 1 WHERE (SELECT count(*) FROM rooms WHERE id IN (?2, ?3) AND removed_at IS NULL) = 2
AND NOT EXISTS (SELECT 1 FROM sessions WHERE room_id IN (?2, ?3) AND archived_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM outbound_sessions WHERE room_id = ?2 AND ended_at IS NULL)`

const statements = (from: string, into: string, at: number): RoomMove['statements'] => [
  { sql: 'UPDATE sessions SET room_id = ?2 WHERE room_id = ?1', args: [from, into] },
  {
    sql: `INSERT INTO room_handles (room_id, handle, since, until)
SELECT ?2, handle, since, coalesce(until, ?3) FROM room_handles WHERE room_id = ?1 ON CONFLICT DO NOTHING`,
    args: [from, into, at],
  },
  { sql: 'UPDATE room_handles SET until = ?2 WHERE room_id = ?1 AND until IS NULL', args: [from, at] },
  {
    sql: `UPDATE rooms SET removed_at = ?3, updated_at = ?3, merged_into = ?2, monitor = 0, epoch = epoch + 1
WHERE id = ?1`,
    args: [from, into, at],
  },
  { sql: 'UPDATE rooms SET merged_into = ?2 WHERE merged_into = ?1', args: [from, into] },
  {
    sql: 'UPDATE tokens SET revoked_at = ?2 WHERE room_id = ?1 AND revoked_at IS NULL',
    args: [from, at],
  },
  ...handOver(from, into),
  // Stream keys go with the room that they were given to.
  ...removeDestinations(from),
]

/** Refused when they are the same room, one has a session that is still open, or the first is being sent out. */
export const roomMove = Effect.fnUntraced(function* (from: RoomRow, into: RoomRow) {
  if (from.id === into.id) {
    return yield* new CommandRefused({ code: 'conflict', message: 'A room cannot be merged into itself.' })
  }
  const database = yield* Database
  const [row] = yield* database.read(STATE, [from.id, into.id])
  if (int(row?.['open']) > 0) {
    return yield* new CommandRefused({
      code: 'conflict',
      message: `@${from.handle} or @${into.handle} records now: stop it first.`,
    })
  }
  if (int(row?.['sent']) > 0) {
    return yield* new CommandRefused({
      code: 'destination_in_use',
      message: `@${from.handle} is being sent out: stop that first.`,
    })
  }
  const at = yield* Clock.currentTimeMillis
  const nos = JSON.parse(String(row?.['nos'] ?? '[]')) as readonly number[]
  const move: RoomMove = {
    from: from.id,
    into: into.id,
    sessionsMoved: int(row?.['sessions']),
    assetsMoved: int(row?.['assets']),
    handles: int(row?.['handles']),
    roomNos: nos,
    statements: statements(from.id, into.id, at),
    guard: { sql: GUARD, args: [from.id, into.id] },
  }
  return move
})
