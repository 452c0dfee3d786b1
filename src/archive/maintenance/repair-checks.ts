// What can be wrong with archived sessions beside their counters, check by check: how it is found and what mends
// it. Each mend repeats its own condition, so a row that changed meanwhile is left alone.

import type { Statement } from '../../db/database.ts'
import type { Finding } from './requests.ts'

export interface Check {
  readonly kind: Finding['kind']
  /** Gives `no` and `detail`. ?1 is a JSON array of session numbers or null for all, ?2 the limit. */
  readonly find: string
  /** Mends the sessions of ?1, a JSON array of numbers; null where a person has to look. */
  readonly mend: string | null
}

const scope = '(?1 IS NULL OR s.no IN (SELECT value FROM json_each(?1)))'
const CHOSEN = 'IN (SELECT value FROM json_each(?1))'
const archived = `SELECT no FROM sessions WHERE archived_at IS NOT NULL AND no ${CHOSEN}`

const INCOMPLETE = '(ended_at IS NULL OR duration_ms IS NULL OR duration_ms < 0 OR ended_at < opened_at)'
const END = 'max(coalesce(ended_at, last_at), opened_at)'
const BROKEN = `(s.merged_into = s.no OR s.merge_kind IS NULL OR t.no IS NULL OR t.merged_into IS NOT NULL)`

const spans = (table: string): string =>
  `(SELECT json_object('count', count(*), 'totalMs', coalesce(sum(to_at - from_at), 0))
  FROM ${table} WHERE session_no = sessions.no)`

/** What can be known afterwards of what the archive writes; that it was written by repair is part of it. */
const REPORT = `json_object('repaired', json('true'), 'frames', frames, 'bytes', bytes, 'messages', received,
'stored', event_count, 'duplicates', duplicates, 'poison', poison, 'late', 0, 'gaps', json(${spans('session_gaps')}),
'pauses', json(${spans('session_pauses')}), 'timings', json_object('openedAt', opened_at, 'lastAt', last_at,
'endedAt', ended_at, 'archivedAt', archived_at, 'durationMs', duration_ms))`

/** Rows of an interval or streak that an archived session left open. */
const leftOpen = (
  kind: Finding['kind'],
  table: 'session_gaps' | 'session_pauses' | 'gifts',
  open: string,
  close: string,
): Check => ({
  kind,
  find: `SELECT s.no, count(*) || ' left open' AS detail FROM sessions AS s JOIN ${table} AS x ON x.session_no = s.no
WHERE s.archived_at IS NOT NULL AND x.${open} AND ${scope} GROUP BY s.no ORDER BY s.no LIMIT ?2`,
  mend: `UPDATE ${table} SET ${close} WHERE ${open} AND session_no IN (${archived})`,
})

// An interval never ends before it began, whatever the clock did.
const closeAt = (table: string) =>
  `to_at = max(from_at, (SELECT coalesce(ended_at, last_at) FROM sessions WHERE no = ${table}.session_no))`

export const CHECKS: readonly Check[] = [
  {
    kind: 'ending_incomplete',
    find: `SELECT s.no, 'the end or the duration is missing or negative' AS detail FROM sessions AS s
WHERE s.archived_at IS NOT NULL AND ${INCOMPLETE} AND ${scope} ORDER BY s.no LIMIT ?2`,
    mend: `UPDATE sessions SET ended_at = ${END},
duration_ms = iif(duration_ms >= 0, duration_ms, ${END} - opened_at)
WHERE archived_at IS NOT NULL AND ${INCOMPLETE} AND no ${CHOSEN}`,
  },
  {
    kind: 'attempt_missing',
    find: `SELECT s.no, 'no archive attempt is recorded as done' AS detail FROM sessions AS s
WHERE s.archived_at IS NOT NULL AND ${scope} AND NOT EXISTS
(SELECT 1 FROM archive_attempts AS a WHERE a.session_no = s.no AND a.outcome = 'done') ORDER BY s.no LIMIT ?2`,
    mend: `INSERT INTO archive_attempts (session_no, trigger, detail, started_at, finished_at, duration_ms, rows, outcome)
SELECT no, end_reason, 'written by repair', archived_at, archived_at, 0, event_count, 'done' FROM sessions
WHERE archived_at IS NOT NULL AND no ${CHOSEN} ON CONFLICT DO NOTHING`,
  },
  leftOpen('gap_open', 'session_gaps', 'to_at IS NULL', closeAt('session_gaps')),
  leftOpen('pause_open', 'session_pauses', 'to_at IS NULL', closeAt('session_pauses')),
  leftOpen('streak_open', 'gifts', 'closed_by IS NULL', "closed_by = 'end'"),
  {
    // After everything it is made of.
    kind: 'report_missing',
    find: `SELECT s.no, 'the archive report is missing' AS detail FROM sessions AS s
WHERE s.archived_at IS NOT NULL AND s.report_json IS NULL AND ${scope} ORDER BY s.no LIMIT ?2`,
    mend: `UPDATE sessions SET report_json = ${REPORT}
WHERE archived_at IS NOT NULL AND report_json IS NULL AND no ${CHOSEN}`,
  },
  {
    kind: 'merge_broken',
    find: `SELECT s.no, 'merged into s' || s.merged_into || ', which is gone, merged itself, or of no kind' AS detail
FROM sessions AS s LEFT JOIN sessions AS t ON t.no = s.merged_into
WHERE s.merged_into IS NOT NULL AND ${BROKEN} AND ${scope} ORDER BY s.no LIMIT ?2`,
    // One step along a chain; a session whose target is no session, or itself, stands for itself again.
    mend: `UPDATE sessions SET merged_into = nullif(fix.into_no, sessions.no),
merge_kind = iif(fix.into_no IS NULL OR fix.into_no = sessions.no, NULL, coalesce(merge_kind, 'fragment'))
FROM (SELECT s.no AS no, iif(s.merged_into = s.no, NULL, coalesce(t.merged_into, t.no)) AS into_no
  FROM sessions AS s LEFT JOIN sessions AS t ON t.no = s.merged_into
  WHERE s.merged_into IS NOT NULL AND ${BROKEN} AND s.no ${CHOSEN}) AS fix
WHERE sessions.no = fix.no AND sessions.archived_at IS NOT NULL`,
  },
  {
    kind: 'open_without_room',
    find: `SELECT s.no, 'open, but its room was removed or is unknown' AS detail FROM sessions AS s
LEFT JOIN rooms AS r ON r.id = s.room_id AND r.removed_at IS NULL
WHERE s.archived_at IS NULL AND r.id IS NULL AND ${scope} ORDER BY s.no LIMIT ?2`,
    mend: null,
  },
]

export const mendOf = (sql: string, nos: readonly number[]): Statement => ({
  sql,
  args: [JSON.stringify(nos)],
})
