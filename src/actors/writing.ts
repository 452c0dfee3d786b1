// How a command's change gets to disk when nobody knows whether it got there: it is looked up by its audit row,
// which is written with it, before it is written again. What is written is the desk's.

import * as Effect from 'effect/Effect'
import * as Schedule from 'effect/Schedule'
import type { AuditEntry, Committed, Database, Statement, Transaction } from '../db/database.ts'
import { DbError } from '../domain/errors.ts'

const isUnknown = (error: DbError): boolean => error.outcome === 'unknown' && error.kind !== 'closed'
const AGAIN_TIMES = 3
const AGAIN_MS = 50
/** Audit rows that may have come between a write and the question after it. */
const LOOKED_THROUGH = 1_000

/** The transaction's own row, which says `noop` where the guard found nothing to do. */
const written = (entry: AuditEntry): Statement => ({
  sql: `SELECT outcome FROM audit WHERE seq > (SELECT max(seq) FROM audit) - ${LOOKED_THROUGH} AND at = ?1 AND actor = ?2
AND ip IS ?3 AND action = ?4 AND room_id IS ?5 AND target IS ?6 AND code IS ?7 AND detail IS ?8
AND outcome IN (?9, iif(?9 = 'done', 'noop', ?9)) ORDER BY seq DESC LIMIT 1`,
  args: [
    entry.at,
    entry.actor,
    entry.ip,
    entry.action,
    entry.roomId,
    entry.target,
    entry.code,
    entry.detail,
    entry.outcome,
  ],
})

/** One try may be on disk: how the next one fares says nothing about it. */
const stillUnknown = (error: DbError): DbError =>
  new DbError({ kind: error.kind, outcome: 'unknown', message: error.message })

/**
 * Writes what an earlier try may have written, unless it did. When it is found on disk there are no results:
 * `applied` alone is known. The question goes through the writer, behind whatever is left of the try it asks about.
 */
export const writeAgain = (
  database: Database['Service'],
  transaction: Transaction,
): Effect.Effect<Committed, DbError> => {
  const { audit } = transaction
  const found: Effect.Effect<Committed | null, DbError> =
    audit === undefined
      ? Effect.succeed(null)
      : Effect.map(database.write({ statements: [written(audit)] }), ({ results }) => {
          const outcome = results[0]?.rows[0]?.['outcome']
          if (outcome === undefined) return null
          return { applied: outcome === audit.outcome, results: [], entries: [] }
        })
  return Effect.flatMap(found, (known) =>
    known === null ? database.write(transaction) : Effect.succeed(known),
  ).pipe(Effect.mapError(stillUnknown))
}

/** Writes it once, as far as can be found out soon: a failure whose outcome is `unknown` may be on disk. */
export const writeOnce = (
  database: Database['Service'],
  transaction: Transaction,
): Effect.Effect<Committed, DbError> =>
  Effect.catchIf(database.write(transaction), isUnknown, () =>
    Effect.delay(
      Effect.retry(writeAgain(database, transaction), {
        while: isUnknown,
        times: AGAIN_TIMES - 1,
        schedule: Schedule.spaced(AGAIN_MS),
      }),
      AGAIN_MS,
    ),
  )
