// Events and frames whose session has no row. Events know their room, so the row is written anew, archived as
// `process_crash`, and its counters are mended with the others; frames alone are reported and kept.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { sessionId } from '../../domain/session.ts'
import { int } from '../pieces.ts'
import type { Tally } from './tally.ts'

/** Sessions looked at in one query: each costs one step down the index. */
const STEPS = 2_000

// The numbers that occur in a table, by jumping from one session's rows to the next: no row is read twice.
const occurring = (table: 'events' | 'frames') => `WITH RECURSIVE
seen(no) AS (
  SELECT (SELECT id >> 26 FROM ${table} WHERE id >= (?1 + 1) << 26 ORDER BY id LIMIT 1)
  UNION ALL
  SELECT (SELECT id >> 26 FROM ${table} WHERE id >= (seen.no + 1) << 26 ORDER BY id LIMIT 1)
  FROM seen WHERE seen.no IS NOT NULL LIMIT ${STEPS})
SELECT seen.no, s.no IS NULL AS orphan FROM seen LEFT JOIN sessions AS s ON s.no = seen.no
WHERE seen.no IS NOT NULL ORDER BY seen.no`

const orphansOf = Effect.fnUntraced(function* (table: 'events' | 'frames') {
  const database = yield* Database
  const orphans: number[] = []
  for (let after = -1; ;) {
    const rows = yield* database.read(occurring(table), [after])
    orphans.push(...rows.filter((row) => row['orphan'] === 1).map((row) => int(row['no'])))
    if (rows.length < STEPS) return orphans
    after = int(rows.at(-1)?.['no'])
  }
})

// The broadcast is not known any more; '0' is nobody's and is never merged.
const RESTORE = `INSERT INTO sessions
(no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at, archived_at, end_reason, ended_at, duration_ms)
SELECT ?1, r.id, r.no, r.handle, '0', 0, e.first_at, e.last_at, ?2, 'process_crash', e.last_at, e.last_at - e.first_at
FROM (SELECT room_no, min(at) AS first_at, max(at) AS last_at FROM events
  WHERE id > (?1 << 26) - 1 AND id < (?1 + 1) << 26) AS e
JOIN rooms AS r ON r.no = e.room_no WHERE true ON CONFLICT DO NOTHING RETURNING no`

const restore = Effect.fnUntraced(function* (no: number) {
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  const committed = yield* database.write({
    statements: [{ sql: RESTORE, args: [no, at] }],
    guard: 0,
  })
  return committed.applied
})

/** Answers how many were restored. */
export const repairOrphans = Effect.fnUntraced(function* (
  only: ReadonlySet<number> | null,
  dryRun: boolean,
  tally: Tally,
) {
  const inScope = (no: number) => only === null || only.has(no)
  const withEvents = (yield* orphansOf('events')).filter(inScope)
  for (const no of withEvents) {
    const fixed = dryRun ? false : yield* restore(no)
    const detail = 'events without a session: the row is written anew as process_crash'
    tally.add({ kind: 'orphan_events', sessionId: sessionId(no), fixed, detail })
  }
  const known = new Set(withEvents)
  for (const no of (yield* orphansOf('frames')).filter(inScope)) {
    if (known.has(no)) continue
    const detail = 'frames without a session and without events that would tell the room'
    tally.add({ kind: 'orphan_frames', sessionId: sessionId(no), fixed: false, detail })
  }
})
