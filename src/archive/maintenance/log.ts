// Writes down what maintenance did: one row of `maintenance_log`, one audit row and one fact, together.
// A run that fails half way is written down too, with what it had done until then.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database, type AuditEntry, type Statement } from '../../db/database.ts'
import type { Fact } from '../../domain/facts.ts'

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
  /** Small numbers for the fact and the audit row. */
  readonly summary: Readonly<Record<string, unknown>>
  readonly outcome: 'done' | 'noop' | 'failed'
}

const INSERT = `INSERT INTO maintenance_log (at, kind, dry_run, actor, result) VALUES (?, ?, ?, ?, ?) RETURNING id`

/** The three records of a run, for a transaction of one's own. */
export const recordOf = (
  entry: Entry,
  at: number,
): { readonly statement: Statement; readonly fact: Fact; readonly audit: AuditEntry } => ({
  statement: {
    sql: INSERT,
    args: [at, entry.kind, entry.dryRun ? 1 : 0, entry.asker.actor, JSON.stringify(entry.result)],
  },
  fact: {
    name: 'maintenance.done',
    at,
    roomId: entry.roomId,
    sessionId: null,
    body: { kind: entry.kind, dryRun: entry.dryRun, outcome: entry.outcome, ...entry.summary },
  },
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

/** Writes the records by themselves; answers the log row's id. */
export const record = Effect.fnUntraced(function* (entry: Entry) {
  const database = yield* Database
  const { statement, fact, audit } = recordOf(entry, yield* Clock.currentTimeMillis)
  const committed = yield* database.write({ statements: [statement], facts: [fact], audit })
  return Number(committed.results[0]?.rows[0]?.['id'] ?? 0)
})

/** Runs the work; when it fails or is interrupted, writes down what `entry` says was done until then. */
export const recordingFailure = <A, E, R>(work: Effect.Effect<A, E, R>, entry: () => Entry) =>
  work.pipe(Effect.onError(() => Effect.ignore(record(entry()))))
