// The one transaction that ends a session: what is open in it is closed, its totals become its report, and the
// row is never changed again. It reads and writes a handful of rows, however many events the session has.

import type { Committed, Statement, Transaction } from '../db/database.ts'
import type { Counters } from '../domain/session.ts'
import { sessionId } from '../domain/session.ts'
import { sessionRowOf } from '../db/session-row.ts'
import type { ArchiveSpec } from './recorder.ts'
import { OURS } from './session-writes.ts'

const ADDRESS = (spec: ArchiveSpec) => [spec.session.no, spec.session.epoch] as const

const IS_OURS = `EXISTS (SELECT 1 FROM sessions WHERE ${OURS})`

/** A streak that was silent for so long had ended before the session did. */
const STREAK_SILENCE_MS = 30_000

const closings = (spec: ArchiveSpec, endedAt: number): readonly Statement[] => {
  const args = [...ADDRESS(spec), endedAt]
  return [
    {
      sql: `UPDATE session_gaps SET to_at = max(from_at, ?3) WHERE session_no = ?1 AND to_at IS NULL AND ${IS_OURS}`,
      args,
    },
    {
      sql: `UPDATE session_pauses SET to_at = max(from_at, ?3) WHERE session_no = ?1 AND to_at IS NULL AND ${IS_OURS}`,
      args,
    },
    {
      sql: `UPDATE gifts INDEXED BY gifts_open
SET closed_by = iif(last_at < ?3 - ${STREAK_SILENCE_MS}, 'timeout', 'end')
WHERE session_no = ?1 AND closed_by IS NULL AND ${IS_OURS}`,
      args,
    },
  ]
}

const intervals = (table: 'session_gaps' | 'session_pauses'): string =>
  `(SELECT json_object('count', count(*), 'totalMs', coalesce(sum(to_at - from_at), 0))
  FROM ${table} WHERE session_no = ?1)`

// What came late comes after the archive and is in no report; it is counted by its rows.
const REPORT = `json_object('frames', frames, 'bytes', bytes, 'messages', received, 'stored', event_count,
'duplicates', duplicates, 'poison', poison, 'late', 0, 'gaps', json(${intervals('session_gaps')}),
'pauses', json(${intervals('session_pauses')}), 'timings', json_object('openedAt', opened_at, 'lastAt', last_at,
'endedAt', ?5, 'archivedAt', ?3, 'archiveStartedAt', ?6, 'durationMs', ?9))`

// The start was noted when the session was opened; who archives it may be another process, which never saw it.
const SNAPSHOT = `json_object(
'start', json(coalesce(json_extract(snapshot_json, '$.start'), json_extract(?8, '$.start'))),
'end', json(json_extract(?8, '$.end')))`

// A session that was opened in the moment in which its room was merged into another one belongs to that one. Not
// earlier: while it is open, the other room may have an open session of its own.
const HOME = `coalesce((SELECT merged_into FROM rooms WHERE id = sessions.room_id), room_id)`

const closeSession = (spec: ArchiveSpec, endedAt: number, durationMs: number, now: number): Statement => ({
  sql: `UPDATE sessions SET archived_at = ?3, room_id = ${HOME}, end_reason = ?4, ended_at = max(?5, opened_at),
duration_ms = ?9, secondary_json = ?7, snapshot_json = ${SNAPSHOT}, report_json = ${REPORT}
WHERE ${OURS} RETURNING *`,
  args: [
    ...ADDRESS(spec),
    now,
    spec.end.reason,
    endedAt,
    spec.startedAt,
    JSON.stringify(spec.secondary),
    JSON.stringify(spec.snapshot),
    durationMs,
  ],
})

const ATTEMPT = `INSERT INTO archive_attempts (session_no, trigger, detail, started_at, finished_at, duration_ms,
rows, outcome, error_class)`

const doneAttempt = (spec: ArchiveSpec, now: number): Statement => ({
  sql: `${ATTEMPT} SELECT no, ?2, ?3, ?4, max(?5, ?4), max(?5 - ?4, 0), event_count, 'done', NULL
FROM sessions WHERE no = ?1`,
  args: [spec.session.no, spec.end.reason, spec.end.detail, spec.startedAt, now],
})

/** Triggers that were not the first: what each of them would have done had been done. */
export const noopAttempts = (
  no: number,
  triggers: ArchiveSpec['secondary'],
  now: number,
): readonly Statement[] =>
  triggers.map(({ reason, at, detail }) => ({
    sql: `${ATTEMPT} VALUES (?1, ?2, ?3, min(?4, ?5), ?5, max(?5 - ?4, 0), 0, 'noop', NULL)`,
    args: [no, reason, detail, at, now],
  }))

/** Once each, however often they are handed in. */
const failedAttempts = (spec: ArchiveSpec): readonly Statement[] =>
  spec.failedAttempts.map(({ startedAt, finishedAt, errorClass }) => ({
    sql: `${ATTEMPT} SELECT no, ?2, ?3, ?4, max(?5, ?4), max(?5 - ?4, 0), 0, 'failed', ?6 FROM sessions
WHERE no = ?1 AND NOT EXISTS (SELECT 1 FROM archive_attempts WHERE session_no = ?1 AND started_at = ?4
AND outcome = 'failed')`,
    args: [spec.session.no, spec.end.reason, spec.end.detail, startedAt, finishedAt, errorClass],
  }))

const CLOSINGS = 3

export interface Known {
  /** From the opening to the end, by a clock that is not set. */
  readonly durationMs: number
  /** What was counted so far, for the fact alone: the row's own counters go into the report. */
  readonly counters: Counters | null
}

export const archiveTransaction = (spec: ArchiveSpec, known: Known, now: number): Transaction => {
  const { session, end } = spec
  const endedAt = Math.max(end.at, session.openedAt)
  const durationMs = Math.max(0, Math.round(known.durationMs))
  return {
    statements: [
      ...closings(spec, endedAt),
      closeSession(spec, endedAt, durationMs, now),
      ...failedAttempts(spec),
      doneAttempt(spec, now),
      ...noopAttempts(session.no, spec.secondary, now),
    ],
    guard: CLOSINGS,
    otherwise: [{ sql: 'SELECT * FROM sessions WHERE no = ?1', args: [session.no] }],
    facts: [
      {
        name: 'session.archived',
        at: now,
        roomId: session.roomId,
        sessionId: sessionId(session.no),
        body: {
          reason: end.reason,
          broadcastId: session.broadcastId,
          endedAt,
          durationMs,
          secondary: spec.secondary.map(({ reason }) => reason),
          ...(known.counters !== null && {
            events: known.counters.events,
            chats: known.counters.chats,
            giftValue: known.counters.giftValue,
            viewersPeak: known.counters.viewersPeak,
          }),
        },
      },
    ],
  }
}

/** The counters of the archived row; null when it is not archived: another owner has it, or there is none. */
export const archivedCounters = ({ applied, results }: Committed): Counters | null => {
  const row = (applied ? results[CLOSINGS] : results[0])?.rows[0]
  if (row === undefined || row['archived_at'] === null) return null
  return sessionRowOf(row).counters
}
