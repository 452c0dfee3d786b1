// Removes the events of sessions past their retention, by age or by how many of a room are kept. A session and
// the fragments merged into it are one: they stay together and go together.

import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { sessionId } from '../../domain/session.ts'
import { int, text } from '../pieces.ts'
import { erase, held, ERASED_PARTS, type Erased } from './erase.ts'
import type { Scope } from './prune.ts'

/** Sessions in one run at most; the next run goes on. */
const RUN_MAX = 1_000

// Places count whole broadcasts, the newest first; a broadcast of which a part is open is not past anything.
const PAST = `WITH whole AS (
  SELECT coalesce(merged_into, no) AS root, max(coalesce(ended_at, last_at)) AS ended FROM sessions
  GROUP BY 1 HAVING min(archived_at IS NOT NULL) = 1),
placed AS (
  SELECT w.root, w.ended, row_number() OVER (PARTITION BY s.room_id ORDER BY w.root DESC) AS place
  FROM whole AS w JOIN sessions AS s ON s.no = w.root)
SELECT s.no, s.room_id, s.event_count FROM sessions AS s JOIN placed AS p ON p.root = coalesce(s.merged_into, s.no)
WHERE s.pruned_at IS NULL AND s.archived_at IS NOT NULL AND (?1 IS NULL OR s.room_id = ?1)
AND (p.ended < ?2 OR p.place > ?3) ORDER BY s.no LIMIT ${RUN_MAX + 1}`

const MARK = `UPDATE sessions SET pruned_at = ?2 WHERE no = ?1 AND archived_at IS NOT NULL AND pruned_at IS NULL`

/** Marked first: from then on nobody expects the rows, and a prune that stops half way is finished by repair. */
const pruneOne = Effect.fnUntraced(function* (no: number, roomId: string, events: number, at: number) {
  const database = yield* Database
  const { applied } = yield* database.write({
    statements: [{ sql: MARK, args: [no, at] }],
    guard: 0,
    facts: [{ name: 'session.pruned', at, roomId, sessionId: sessionId(no), body: { events } }],
  })
  return applied ? yield* erase(no) : null
})

const add = (scope: Scope, no: number, erased: Erased): void => {
  scope.removed.prunedSessions += 1
  scope.removed.sessions.add(no)
  for (const part of ERASED_PARTS) scope.removed[part] += erased[part]
}

export const pruneRetention = Effect.fnUntraced(function* (
  scope: Scope,
  before: number | null,
  keep: number | null,
) {
  const database = yield* Database
  const rows = yield* database.read(PAST, [scope.roomId, before, keep])
  if (rows.length > RUN_MAX) scope.removed.more = true
  for (const row of rows.slice(0, RUN_MAX)) {
    const no = int(row['no'])
    const erased = scope.dryRun
      ? yield* held(no)
      : yield* pruneOne(no, text(row['room_id']), int(row['event_count']), scope.now)
    if (erased !== null) add(scope, no, erased)
  }
})
