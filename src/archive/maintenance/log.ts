// Writes down what maintenance did: one row of `maintenance_log`, one audit row and one fact, together.
// A run that fails half way is written down too, with what it had done until then.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'

/** Who asked, for the audit row. */
export interface Asker {
  /** `operator`, `owner:<token id>` or `system`. */
  readonly actor: string
  readonly ip: string | null
}

export interface Entry {
  readonly kind: 'repair' | 'merge' | 'prune'
  readonly dryRun: boolean
  readonly asker: Asker
  readonly roomId: string | null
  readonly target: string | null
  /** What was done: the report, and for a merge what undoes it. */
  readonly result: Readonly<Record<string, unknown>>
  /** Small numbers for the fact. */
  readonly summary: Readonly<Record<string, unknown>>
  readonly outcome: 'done' | 'noop' | 'failed'
}

const INSERT = `INSERT INTO maintenance_log (at, kind, dry_run, actor, result) VALUES (?, ?, ?, ?, ?) RETURNING id`

/** Answers the row's id. */
export const record = Effect.fnUntraced(function* (entry: Entry) {
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  const body = { kind: entry.kind, dryRun: entry.dryRun, outcome: entry.outcome, ...entry.summary }
  const committed = yield* database.write({
    statements: [
      {
        sql: INSERT,
        args: [at, entry.kind, entry.dryRun ? 1 : 0, entry.asker.actor, JSON.stringify(entry.result)],
      },
    ],
    facts: [{ name: 'maintenance.done', at, roomId: entry.roomId, sessionId: null, body }],
    audit: {
      at,
      actor: entry.asker.actor,
      ip: entry.asker.ip,
      action: `maintenance.${entry.kind}`,
      roomId: entry.roomId,
      target: entry.target,
      outcome: entry.outcome,
      code: entry.dryRun ? 'dry_run' : null,
      detail: JSON.stringify(entry.summary),
    },
  })
  return Number(committed.results[0]?.rows[0]?.['id'] ?? 0)
})
