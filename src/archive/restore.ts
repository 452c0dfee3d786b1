// What the ingest must know of a session that is taken over: its counters, and the newest message ids, so that
// a replay of history is told from news. Bounded reads, however long the session is.

import * as Effect from 'effect/Effect'
import type { Database } from '../db/database.ts'
import { int, text } from '../db/row.ts'
import { sessionRowOf } from '../db/session-row.ts'
import type { DbError } from '../domain/errors.ts'
import type { Restored } from './hand-over.ts'
import { WINDOW } from './ingest/known-ids.ts'

/** ?1: the session's number. Ids come as one text: a row for each would cost a hundred times as much. */
const IDS_SQL = `SELECT group_concat(msg_id, ' ') AS ids FROM (
  SELECT CAST(msg_id AS TEXT) AS msg_id FROM events
  WHERE id > ?1 << 26 AND id < (?1 + 1) << 26 ORDER BY id DESC LIMIT ${WINDOW})`
const POISON_IDS_SQL = `SELECT group_concat(msg_id, ' ') AS ids FROM (
  SELECT CAST(msg_id AS TEXT) AS msg_id FROM poison
  WHERE session_no = ?1 AND msg_id IS NOT NULL ORDER BY frame_id DESC LIMIT ${WINDOW})`
const FRAME_SQL = `SELECT max(conn) AS conn FROM (
  SELECT conn FROM frames WHERE id > ?1 << 26 AND id < (?1 + 1) << 26 ORDER BY id DESC LIMIT 1)`
const STREAKS_SQL = `SELECT EXISTS (
  SELECT 1 FROM gifts INDEXED BY gifts_open WHERE session_no = ?1 AND closed_by IS NULL) AS open`

export interface TakenOver {
  readonly restored: Restored
  /** Number of the last connection. */
  readonly conn: number
}

/** Null when there is no such session. */
export const restoreSession = Effect.fnUntraced(function* (
  database: Database['Service'],
  no: number,
): Effect.fn.Return<TakenOver | null, DbError> {
  const [found] = yield* database.read('SELECT * FROM sessions WHERE no = ?1', [no])
  if (found === undefined) return null
  const [events, poison, frame, streaks] = yield* Effect.all(
    [
      database.read(IDS_SQL, [no]),
      database.read(POISON_IDS_SQL, [no]),
      database.read(FRAME_SQL, [no]),
      database.read(STREAKS_SQL, [no]),
    ],
    { concurrency: 'unbounded' },
  )
  return {
    restored: {
      counters: sessionRowOf(found).counters,
      lastFrameSeq: int(found['last_frame_seq']),
      msgIds: `${text(events[0]?.['ids'])} ${text(poison[0]?.['ids'])}`.trim(),
      openStreaks: streaks[0]?.['open'] === 1,
    },
    conn: int(frame[0]?.['conn']),
  }
})
