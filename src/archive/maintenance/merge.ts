// Merging: sessions of one broadcast, whole rooms that were added twice, and taking a merge back.
// It finds what is to be done and refuses what must not be; `merge-commit.ts` does it.

import * as Effect from 'effect/Effect'
import { Database, type Row, type SqlValue } from '../../db/database.ts'
import { CommandRefused } from '../../domain/errors.ts'
import { sessionNo } from '../../domain/session.ts'
import { int, intOrNull, text } from '../pieces.ts'
import type { Asker } from './log.ts'
import { changesOf, commit, type Change } from './merge-commit.ts'
import { planMerges, type Candidate } from './merge-plan.ts'
import { roomMove } from './merge-rooms.ts'
import type { MergeRequest } from './requests.ts'
import { roomOf } from './room-of.ts'

type Request<What extends MergeRequest['what']> = Extract<MergeRequest, { readonly what: What }>

/** Sessions merged in one run, and looked at for it, at most: what is left is found by the next. */
const MERGES_MAX = 1_000
const CANDIDATES_MAX = 10_000

const conflict = (message: string) => new CommandRefused({ code: 'conflict', message })

const candidate = (row: Row): Candidate => ({
  no: int(row['no']),
  roomNo: int(row['room_no']),
  broadcastId: text(row['broadcast_id']),
  openedAt: int(row['opened_at']),
  endedAt: intOrNull(row['ended_at']) ?? int(row['last_at']),
  events: int(row['event_count']),
})

const roomIdIn = (rows: readonly Row[]) => {
  const rooms = new Map(rows.map((row) => [int(row['no']), text(row['room_id'])]))
  return (no: number): string => rooms.get(no) ?? ''
}

const COLUMNS = 'no, room_id, room_no, broadcast_id, opened_at, ended_at, last_at, event_count'
const MERGEABLE = 'archived_at IS NOT NULL AND merged_into IS NULL'

const candidates = Effect.fnUntraced(function* (where: string, args: readonly SqlValue[]) {
  const database = yield* Database
  return yield* database.read(
    `SELECT ${COLUMNS} FROM sessions WHERE ${MERGEABLE} AND ${where} ORDER BY room_id, no LIMIT ${CANDIDATES_MAX}`,
    args,
  )
})

const SHARED = `(room_id, broadcast_id) IN (SELECT room_id, broadcast_id FROM sessions
WHERE ${MERGEABLE} AND (?1 IS NULL OR room_id = ?1) GROUP BY room_id, broadcast_id HAVING count(*) > 1 LIMIT ?2)`

const mergeBroadcasts = Effect.fnUntraced(function* (request: Request<'broadcasts'>, asker: Asker) {
  const room = request.room === undefined ? null : (yield* roomOf(request.room)).id
  const rows = yield* candidates(SHARED, [room, MERGES_MAX])
  const rooms = Map.groupBy(rows, (row) => text(row['room_id']))
  const merges = [...rooms.values()].flatMap((list) => planMerges(list.map(candidate)))
  return yield* commit({
    asker,
    dryRun: request.dryRun === true,
    roomId: room,
    target: room,
    changes: yield* changesOf(merges.slice(0, MERGES_MAX), roomIdIn(rows)),
    move: null,
    undone: false,
    truncated: merges.length > MERGES_MAX || rows.length === CANDIDATES_MAX,
  })
})

const mergeSessions = Effect.fnUntraced(function* (request: Request<'sessions'>, asker: Asker) {
  const into = sessionNo(request.into) ?? 0
  const nos = [...new Set([into, ...request.from.map((id) => sessionNo(id) ?? 0)])]
  const rows = yield* candidates('no IN (SELECT value FROM json_each(?1))', [JSON.stringify(nos)])
  if (rows.length !== nos.length) {
    return yield* conflict('Every session must exist, be archived, and not be merged already.')
  }
  if (new Set(rows.map((row) => JSON.stringify([row['room_id'], row['broadcast_id']]))).size > 1) {
    return yield* conflict(
      'Only sessions of one room and one broadcast can be merged; merge the rooms first.',
    )
  }
  const merges = planMerges(rows.map(candidate), into)
  if (merges.length === 0)
    return yield* conflict('There is nothing to merge: name two sessions with a broadcast id.')
  return yield* commit({
    asker,
    dryRun: request.dryRun === true,
    roomId: text(rows[0]?.['room_id']),
    target: request.into,
    changes: yield* changesOf(merges, roomIdIn(rows)),
    move: null,
    undone: false,
    truncated: false,
  })
})

const mergeRooms = Effect.fnUntraced(function* (request: Request<'rooms'>, asker: Asker) {
  const from = yield* roomOf(request.from)
  const into = yield* roomOf(request.into)
  const move = yield* roomMove(from, into)
  const rows = yield* candidates(
    `broadcast_id IN (SELECT broadcast_id FROM sessions WHERE room_id IN (?1, ?2)
GROUP BY broadcast_id HAVING count(*) > 1) AND room_id IN (?1, ?2)`,
    [from.id, into.id],
  )
  const merges = planMerges(rows.map(candidate))
  return yield* commit({
    asker,
    dryRun: request.dryRun === true,
    roomId: into.id,
    target: from.id,
    changes: yield* changesOf(merges.slice(0, MERGES_MAX), () => into.id),
    move,
    undone: false,
    truncated: merges.length > MERGES_MAX || rows.length === CANDIDATES_MAX,
  })
})

const undoMerge = Effect.fnUntraced(function* (request: Request<'undo'>, asker: Asker) {
  const database = yield* Database
  const [row] = yield* database.read(
    `SELECT result ->> '$.undo.rooms' AS rooms, result ->> '$.undo.sessions' AS sessions FROM maintenance_log
WHERE id = ?1 AND kind = 'merge' AND dry_run = 0`,
    [request.logId],
  )
  if (row === undefined)
    return yield* conflict(`Log entry ${request.logId} is not a merge that was carried out.`)
  if (row['rooms'] !== null) {
    return yield* conflict(
      'A merge of rooms is not taken back by itself: tokens and handles have changed hands.',
    )
  }
  const changes = JSON.parse(text(row['sessions'])) as readonly Change[]
  return yield* commit({
    asker,
    dryRun: request.dryRun === true,
    roomId: null,
    target: String(request.logId),
    changes: changes.map((change) => ({ ...change, was: change.becomes, becomes: change.was })),
    move: null,
    undone: true,
    truncated: false,
  })
})

/** Merges as asked. Refuses what is open, recording, or already merged; a session's events never move. */
export const merge = Effect.fn('merge')(function* (request: MergeRequest, asker: Asker) {
  switch (request.what) {
    case 'sessions':
      return yield* mergeSessions(request, asker)
    case 'broadcasts':
      return yield* mergeBroadcasts(request, asker)
    case 'rooms':
      return yield* mergeRooms(request, asker)
    case 'undo':
      return yield* undoMerge(request, asker)
  }
})
