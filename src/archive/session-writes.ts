// The small transactions of a session's life before its archive: opened, taken over, gaps, pauses, the accepted
// end, parked. Each is safe to repeat, and its fact is written exactly when it changed something.

import type { Statement, Transaction } from '../db/database.ts'
import type { Fact, FactName } from '../domain/facts.ts'
import type { EndTrigger, GapCause } from '../domain/reasons.ts'
import { sessionId, type OpenSession } from '../domain/session.ts'
import type { Opening } from './recorder.ts'

/** Which session, whose, and by which epoch we own it; null where only the number is known. */
export interface SessionRef {
  readonly no: number
  readonly roomId: string | null
  readonly epoch: number | null
}

const fact = (
  ref: Pick<SessionRef, 'no' | 'roomId'>,
  name: FactName,
  at: number,
  body: Readonly<Record<string, unknown>>,
): Fact => ({ name, at, roomId: ref.roomId, sessionId: sessionId(ref.no), body })

/** A higher epoch in the row is another owner; a lower one is what we took over and have not written yet. */
export const OURS = 'no = ?1 AND archived_at IS NULL AND (?2 IS NULL OR epoch <= ?2)'

/** Why a guarded write of ours changed nothing. */
export const STATE_SQL = 'SELECT epoch, archived_at FROM sessions WHERE no = ?1'

const guarded = (ref: SessionRef, statements: readonly Statement[], facts: readonly Fact[]): Transaction => ({
  statements,
  guard: 0,
  otherwise: [{ sql: STATE_SQL, args: [ref.no] }],
  facts,
})

export const RESERVE: Transaction = {
  statements: [{ sql: `UPDATE meta SET value = value + 1 WHERE key = 'session_no' RETURNING value` }],
}

export const openTransaction = (session: Opening): Transaction =>
  guarded(
    session,
    [
      {
        sql: `INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at, snapshot_json)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE no = ?1)`,
        args: [
          session.no,
          session.roomId,
          session.roomNo,
          session.handle,
          session.broadcastId,
          session.epoch,
          session.openedAt,
          session.lastAt,
          JSON.stringify({ start: session.start ?? null, end: null }),
        ],
      },
    ],
    [
      fact(session, 'session.opened', session.openedAt, {
        broadcastId: session.broadcastId,
        handle: session.handle,
      }),
    ],
  )

/** The room's epoch becomes the session's: whoever owned it before writes nothing more. */
export const adoptTransaction = (session: OpenSession): Transaction =>
  guarded(
    session,
    [{ sql: `UPDATE sessions SET epoch = ?2 WHERE ${OURS}`, args: [session.no, session.epoch] }],
    [],
  )

export const openGapTransaction = (
  ref: SessionRef,
  cause: GapCause,
  at: number,
  detail: string | null,
): Transaction =>
  guarded(
    ref,
    [
      {
        sql: `INSERT INTO session_gaps (session_no, from_at, cause, detail)
SELECT no, ?3, ?4, ?5 FROM sessions WHERE ${OURS}
AND NOT EXISTS (SELECT 1 FROM session_gaps WHERE session_no = ?1 AND to_at IS NULL)`,
        args: [ref.no, ref.epoch, at, cause, detail],
      },
    ],
    [fact(ref, 'gap.opened', at, { cause, detail })],
  )

/** The recording goes on: the session is not parked any more. `opened` is what is remembered of the gap. */
export const closeGapTransaction = (
  ref: SessionRef,
  at: number,
  opened: { readonly cause: GapCause; readonly at: number } | null,
): Transaction =>
  guarded(
    ref,
    [
      {
        sql: `UPDATE session_gaps SET to_at = max(from_at, ?3) WHERE session_no = ?1 AND to_at IS NULL
AND EXISTS (SELECT 1 FROM sessions WHERE ${OURS})`,
        args: [ref.no, ref.epoch, at],
      },
      { sql: `UPDATE sessions SET parked_at = NULL WHERE ${OURS}`, args: [ref.no, ref.epoch] },
    ],
    [
      fact(ref, 'gap.closed', at, {
        cause: opened?.cause ?? null,
        lastedMs: opened === null ? null : Math.max(0, at - opened.at),
      }),
    ],
  )

export const pauseTransaction = (ref: SessionRef, at: number): Transaction =>
  guarded(
    ref,
    [
      {
        sql: `INSERT INTO session_pauses (session_no, from_at) SELECT no, ?3 FROM sessions WHERE ${OURS}
AND NOT EXISTS (SELECT 1 FROM session_pauses WHERE session_no = ?1 AND to_at IS NULL)`,
        args: [ref.no, ref.epoch, at],
      },
    ],
    [fact(ref, 'session.paused', at, {})],
  )

export const unpauseTransaction = (ref: SessionRef, at: number): Transaction =>
  guarded(
    ref,
    [
      {
        sql: `UPDATE session_pauses SET to_at = max(from_at, ?3) WHERE session_no = ?1 AND to_at IS NULL
AND EXISTS (SELECT 1 FROM sessions WHERE ${OURS})`,
        args: [ref.no, ref.epoch, at],
      },
    ],
    [fact(ref, 'session.unpaused', at, {})],
  )

/** The first end that is accepted stays. */
export const intendEndTransaction = (ref: SessionRef, end: EndTrigger): Transaction =>
  guarded(
    ref,
    [
      {
        sql: `UPDATE sessions SET ending_reason = ?3, ending_at = ?4, ending_detail = ?5
WHERE ${OURS} AND ending_reason IS NULL`,
        args: [ref.no, ref.epoch, end.reason, end.at, end.detail],
      },
    ],
    [fact(ref, 'session.ending', end.at, { reason: end.reason, detail: end.detail })],
  )

export const parkTransaction = (ref: SessionRef, at: number): Transaction =>
  guarded(
    ref,
    [
      {
        sql: `UPDATE sessions SET parked_at = ?3 WHERE ${OURS} AND parked_at IS NULL`,
        args: [ref.no, ref.epoch, at],
      },
    ],
    [fact(ref, 'session.parked', at, {})],
  )
