// Compares the counters of archived sessions with their rows and mends those that differ. Sessions that are
// open belong to their recording, and those whose events were pruned have nothing to be compared with.

import * as Effect from 'effect/Effect'
import { Database, type Row } from '../../db/database.ts'
import { sessionId } from '../../domain/session.ts'
import { int } from '../pieces.ts'
import { recount, type Counted } from './recount.ts'
import type { Tally } from './tally.ts'

const PAGE = 200

const SESSIONS = `SELECT s.* FROM sessions AS s WHERE s.no > ?2 AND s.archived_at IS NOT NULL AND s.pruned_at IS NULL
AND (?1 IS NULL OR s.no IN (SELECT value FROM json_each(?1))) ORDER BY s.no LIMIT ${PAGE}`

type Right = Readonly<Record<string, number>>

/** What the row should say. Duplicates leave no row: they are what was received beyond what was kept. */
const rightOf = (row: Row, counted: Counted): Right => {
  const kept = counted.event_count + int(row['poison'])
  const received = Math.max(int(row['received']), kept)
  return { ...counted, received, duplicates: received - kept }
}

const differing = (row: Row, right: Right): readonly string[] =>
  Object.keys(right).filter((column) => int(row[column]) !== right[column])

// Only from what was compared: when the row changed meanwhile, the next repair looks again.
const mend = Effect.fnUntraced(function* (row: Row, right: Right, columns: readonly string[]) {
  const database = yield* Database
  const set = columns.map((column) => `${column} = ${right[column]}`).join(', ')
  const same = columns.map((column) => `${column} = ${int(row[column])}`).join(' AND ')
  const committed = yield* database.write({
    statements: [
      {
        sql: `UPDATE sessions SET ${set} WHERE no = ?1 AND archived_at IS NOT NULL AND pruned_at IS NULL AND ${same}`,
        args: [int(row['no'])],
      },
    ],
    guard: 0,
  })
  return committed.applied
})

export const repairCounters = Effect.fnUntraced(function* (
  scope: string | null,
  dryRun: boolean,
  tally: Tally,
) {
  const database = yield* Database
  for (let after = 0; ;) {
    const rows = yield* database.read(SESSIONS, [scope, after])
    if (rows.length === 0) return
    for (const row of rows) {
      const no = int(row['no'])
      after = no
      tally.checked += 1
      const right = rightOf(row, yield* recount(no))
      const columns = differing(row, right)
      if (columns.length === 0) continue
      const detail = columns.map((column) => `${column} ${int(row[column])} → ${right[column]}`).join(', ')
      const fixed = dryRun ? false : yield* mend(row, right, columns)
      tally.add({ kind: 'counters', sessionId: sessionId(no), fixed, detail })
    }
  }
})
