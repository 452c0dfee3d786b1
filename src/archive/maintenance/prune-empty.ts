// Removes archived sessions that recorded nothing: no event, no poison, and nothing merged into them.

import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { int } from '../pieces.ts'
import type { Scope } from './prune.ts'

/** Sessions in one transaction, and in one run. */
const CHUNK = 100
const RUN_MAX = 10_000

const EMPTY = `s.archived_at IS NOT NULL AND s.event_count = 0 AND s.poison = 0
AND coalesce(s.ended_at, s.last_at) < ?2
AND NOT EXISTS (SELECT 1 FROM events WHERE id > (s.no << 26) - 1 AND id < (s.no + 1) << 26)
AND NOT EXISTS (SELECT 1 FROM poison WHERE session_no = s.no)
AND NOT EXISTS (SELECT 1 FROM sessions AS child WHERE child.merged_into = s.no)`

const FIND = `SELECT s.no, s.room_id FROM sessions AS s WHERE ${EMPTY}
AND (?1 IS NULL OR s.room_id = ?1) AND s.no > ?3 ORDER BY s.no LIMIT ${CHUNK}`

// The same condition again, in the transaction itself: a late row may have arrived since the session was found.
const CHOSEN = `SELECT s.no FROM sessions AS s WHERE ${EMPTY} AND s.no IN (SELECT value FROM json_each(?1))`
const BESIDE = ['session_gaps', 'session_pauses', 'poison', 'archive_attempts', 'gifts'] as const
const REMOVE = [
  ...BESIDE.map((table) => `DELETE FROM ${table} WHERE session_no IN (${CHOSEN})`),
  `DELETE FROM frames WHERE id IN (SELECT f.id FROM (${CHOSEN}) AS c
JOIN frames AS f ON f.id > (c.no << 26) - 1 AND f.id < (c.no + 1) << 26)`,
]

export const pruneEmpty = Effect.fnUntraced(function* (scope: Scope, before: number) {
  const database = yield* Database
  const { removed } = scope
  for (let after = 0; ;) {
    const rows = yield* database.read(FIND, [scope.roomId, before, after])
    if (rows.length === 0) return
    if (removed.emptySessions >= RUN_MAX) {
      removed.more = true
      return
    }
    const nos = rows.map((row) => int(row['no']))
    after = nos.at(-1) ?? after
    if (scope.dryRun) {
      removed.emptySessions += nos.length
      for (const no of nos) removed.sessions.add(no)
      continue
    }
    const args = [JSON.stringify(nos), before]
    const { results } = yield* database.write({
      statements: [
        ...REMOVE.map((sql) => ({ sql, args })),
        { sql: `DELETE FROM sessions WHERE no IN (${CHOSEN}) RETURNING no`, args },
      ],
    })
    const gone = (results.at(-1)?.rows ?? []).map((row) => int(row['no']))
    removed.emptySessions += gone.length
    for (const no of gone) removed.sessions.add(no)
  }
})
