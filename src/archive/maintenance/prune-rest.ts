// Removes old facts and old idempotency keys. The journal loses a prefix, never a hole: who resumes from a number
// that is gone can be told exactly what is missing. The newest fact always stays.

import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { int } from '../pieces.ts'
import type { Scope } from './prune.ts'

const CHUNK = 5_000

// Numbers are given without holes and only a prefix is ever removed, so a number says how many come after it.
const KEPT_FROM = `SELECT max(
  CASE WHEN ?1 IS NULL THEN 0 ELSE coalesce(
    (SELECT seq FROM journal WHERE at >= ?1 ORDER BY seq LIMIT 1), (SELECT max(seq) FROM journal), 0) END,
  CASE WHEN ?2 IS NULL THEN 0 ELSE coalesce((SELECT max(seq) FROM journal) - max(?2, 1) + 1, 0) END) AS seq`

/** Forgets facts from before `before` (ms UTC), and all but the newest `keep`. */
export const pruneJournal = Effect.fnUntraced(function* (
  scope: Scope,
  before: number | null,
  keep: number | null,
) {
  const database = yield* Database
  const [row] = yield* database.read(KEPT_FROM, [before, keep])
  const args = [int(row?.['seq'])]
  if (scope.dryRun) {
    const [count] = yield* database.read('SELECT count(*) AS n FROM journal WHERE seq < ?1', args)
    scope.removed.journal = int(count?.['n'])
    return
  }
  const sql = `DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE seq < ?1 ORDER BY seq LIMIT ${CHUNK})`
  for (;;) {
    const { results } = yield* database.write({ statements: [{ sql, args }] })
    const affected = results[0]?.rowsAffected ?? 0
    scope.removed.journal += affected
    if (affected < CHUNK) return
  }
})

export const pruneKeys = Effect.fnUntraced(function* (scope: Scope, before: number) {
  const database = yield* Database
  const args = [before]
  if (scope.dryRun) {
    const [count] = yield* database.read('SELECT count(*) AS n FROM idempotency WHERE created_at < ?1', args)
    scope.removed.idempotency = int(count?.['n'])
    return
  }
  const sql = `DELETE FROM idempotency WHERE (owner, key) IN
(SELECT owner, key FROM idempotency WHERE created_at < ?1 LIMIT ${CHUNK})`
  for (;;) {
    const { results } = yield* database.write({ statements: [{ sql, args }] })
    const affected = results[0]?.rowsAffected ?? 0
    scope.removed.idempotency += affected
    if (affected < CHUNK) return
  }
})
