// The sessions' rows: found, listed, and what hangs on them (gaps, pauses, attempts, gifts). Opening and
// archiving are the recorder's; what a session adds up to is in `archive/stats.ts`.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { EndReason, GapCause } from '../domain/reasons.ts'
import { Database, type Row, type SqlValue } from './database.ts'
import { int, intOrNull, text, textOrNull } from './row.ts'
import { sessionRowOf, type SessionRow } from './session-row.ts'

type Query<A> = Effect.Effect<A, DbError, Database>

const read = <A>(sql: string, args: readonly SqlValue[], of: (row: Row) => A): Query<readonly A[]> =>
  Effect.map(
    Database.use((database) => database.read(sql, args)),
    (rows) => rows.map(of),
  )

export const find = (no: number): Query<SessionRow | null> =>
  Effect.map(read('SELECT * FROM sessions WHERE no = ?', [no], sessionRowOf), ([row]) => row ?? null)

export interface SessionFilter {
  readonly roomId?: string
  readonly broadcastId?: string
  /** Ended for one of these. */
  readonly reasons?: readonly EndReason[]
  /** True: only what is not archived yet; false: only what is. */
  readonly open?: boolean
  /** When it was opened, milliseconds UTC, inclusive and exclusive. */
  readonly from?: number
  readonly to?: number
  /** True: also those that are now part or a double of another. */
  readonly merged?: boolean
  /** The last number of the page before this one. */
  readonly before?: number
  readonly limit: number
}

/** Newest first. */
export const list = (filter: SessionFilter): Query<readonly SessionRow[]> => {
  const where: string[] = []
  const args: SqlValue[] = []
  const add = (sql: string, value: SqlValue | undefined): void => {
    if (value === undefined) return
    where.push(sql)
    args.push(value)
  }
  add('room_id = ?', filter.roomId)
  add('broadcast_id = ?', filter.broadcastId)
  add(
    'end_reason IN (SELECT value FROM json_each(?))',
    filter.reasons === undefined ? undefined : JSON.stringify(filter.reasons),
  )
  add('opened_at >= ?', filter.from)
  add('opened_at < ?', filter.to)
  add('no < ?', filter.before)
  if (filter.open !== undefined) where.push(`archived_at IS ${filter.open ? '' : 'NOT '}NULL`)
  if (filter.merged !== true) where.push('merged_into IS NULL')
  const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`
  return read(
    `SELECT * FROM sessions ${condition} ORDER BY no DESC LIMIT ?`,
    [...args, filter.limit],
    sessionRowOf,
  )
}

const FRAGMENTS_MAX = 10_000

/** The sessions that were merged into these as fragments, in order. */
export const fragments = (of: readonly number[]): Query<readonly SessionRow[]> =>
  read(
    `SELECT * FROM sessions WHERE merge_kind = 'fragment' AND merged_into IN (SELECT value FROM json_each(?))
ORDER BY no LIMIT ${FRAGMENTS_MAX}`,
    [JSON.stringify(of)],
    sessionRowOf,
  )

/** What was left open, by the last start of the process or by this one; at most one a room. */
export const openSessions: Query<readonly SessionRow[]> = Effect.gen(function* () {
  const rows: SessionRow[] = []
  for (;;) {
    const page = yield* read(
      'SELECT * FROM sessions WHERE archived_at IS NULL AND no > ? ORDER BY no LIMIT 5000',
      [rows.at(-1)?.no ?? 0],
      sessionRowOf,
    )
    rows.push(...page)
    if (page.length < 5_000) return rows
  }
})

const HABIT_SESSIONS = 60

/** How many of a room's last 60 sessions were opened in each hour of the day, UTC: 24 numbers. */
export const habitualHours = (roomId: string): Query<readonly number[]> =>
  Effect.map(
    read(
      `SELECT (opened_at / 3600000) % 24 AS hour, count(*) AS n FROM
(SELECT opened_at FROM sessions WHERE room_id = ? AND merged_into IS NULL ORDER BY no DESC LIMIT ${HABIT_SESSIONS})
GROUP BY hour`,
      [roomId],
      (row) => [int(row['hour']), int(row['n'])] as const,
    ),
    (pairs) => {
      const counts = new Map(pairs)
      return Array.from({ length: 24 }, (_, hour) => counts.get(hour) ?? 0)
    },
  )

/** An end of just now is among this many of the newest sessions. */
const NEWEST_SESSIONS = 2_000

/** Broadcasts that ended by themselves since then, the latest of a room last. */
export const endedSince = (
  at: number,
): Query<readonly { readonly roomId: string; readonly broadcastId: string; readonly archivedAt: number }[]> =>
  read(
    `SELECT room_id, broadcast_id, archived_at FROM (
  SELECT room_id, broadcast_id, archived_at, end_reason FROM sessions ORDER BY no DESC LIMIT ${NEWEST_SESSIONS})
WHERE end_reason IN ('stream_end', 'stream_suspended') AND archived_at > ? ORDER BY archived_at`,
    [at],
    (row) => ({
      roomId: text(row['room_id']),
      broadcastId: text(row['broadcast_id']),
      archivedAt: int(row['archived_at']),
    }),
  )

/** The session's own rows and those of its fragments. */
const PIECES = `session_no IN (SELECT ?1 UNION ALL
SELECT no FROM sessions WHERE merged_into = ?1 AND merge_kind = 'fragment')`
const ROWS_MAX = 10_000

export interface Gap {
  readonly sessionNo: number
  readonly fromAt: number
  /** Null while it lasts. */
  readonly toAt: number | null
  readonly cause: GapCause
  readonly detail: string | null
}

export const gaps = (no: number): Query<readonly Gap[]> =>
  read(`SELECT * FROM session_gaps WHERE ${PIECES} ORDER BY from_at, id LIMIT ${ROWS_MAX}`, [no], (row) => ({
    sessionNo: int(row['session_no']),
    fromAt: int(row['from_at']),
    toAt: intOrNull(row['to_at']),
    cause: text(row['cause']) as GapCause,
    detail: textOrNull(row['detail']),
  }))

export interface Pause {
  readonly sessionNo: number
  readonly fromAt: number
  readonly toAt: number | null
}

export const pauses = (no: number): Query<readonly Pause[]> =>
  read(
    `SELECT * FROM session_pauses WHERE ${PIECES} ORDER BY from_at, id LIMIT ${ROWS_MAX}`,
    [no],
    (row) => ({
      sessionNo: int(row['session_no']),
      fromAt: int(row['from_at']),
      toAt: intOrNull(row['to_at']),
    }),
  )

export interface Attempt {
  readonly sessionNo: number
  readonly trigger: EndReason
  readonly detail: string | null
  readonly startedAt: number
  readonly finishedAt: number
  readonly durationMs: number
  readonly rows: number
  readonly outcome: 'done' | 'noop' | 'failed'
  readonly errorClass: string | null
}

export const attempts = (no: number): Query<readonly Attempt[]> =>
  read(`SELECT * FROM archive_attempts WHERE ${PIECES} ORDER BY id LIMIT ${ROWS_MAX}`, [no], (row) => ({
    sessionNo: int(row['session_no']),
    trigger: text(row['trigger']) as EndReason,
    detail: textOrNull(row['detail']),
    startedAt: int(row['started_at']),
    finishedAt: int(row['finished_at']),
    durationMs: int(row['duration_ms']),
    rows: int(row['rows']),
    outcome: text(row['outcome']) as Attempt['outcome'],
    errorClass: textOrNull(row['error_class']),
  }))

/** One streak: what it was worth is `value` × `count`, once. Ids are text. */
export interface GiftStreak {
  readonly sessionNo: number
  readonly userId: string
  readonly giftId: string
  readonly groupId: string
  readonly name: string | null
  readonly handle: string | null
  readonly nickname: string | null
  readonly value: number
  readonly count: number
  readonly frames: number
  readonly firstAt: number
  readonly lastAt: number
  /** Null while it may still grow. */
  readonly closedBy: 'repeat_end' | 'timeout' | 'end' | null
}

/** In the order in which they began, `limit` from `offset`: a session has few enough streaks to count through. */
export const gifts = (
  no: number,
  page: { readonly offset: number; readonly limit: number },
): Query<readonly GiftStreak[]> =>
  read(
    `SELECT * FROM gifts WHERE ${PIECES} ORDER BY first_at, user_id, gift_id, group_id LIMIT ?2 OFFSET ?3`,
    [no, page.limit, page.offset],
    (row) => ({
      sessionNo: int(row['session_no']),
      userId: text(row['user_id']),
      giftId: text(row['gift_id']),
      groupId: text(row['group_id']),
      name: textOrNull(row['name']),
      handle: textOrNull(row['handle']),
      nickname: textOrNull(row['nickname']),
      value: int(row['value']),
      count: int(row['count']),
      frames: int(row['frames']),
      firstAt: int(row['first_at']),
      lastAt: int(row['last_at']),
      closedBy: textOrNull(row['closed_by']) as GiftStreak['closedBy'],
    }),
  )
