// One commit: what waits is run in order inside one transaction, each piece under a savepoint of its own,
// so that a piece which SQLite refuses leaves its neighbours alone. Numbers facts and chains audit rows.
// It owns no time, no retries and no queue.

import type { Fact, JournalEntry } from '../domain/facts.ts'
import { auditStatement, lastHash, nextHash } from './audit-chain.ts'
import type { Connection, Run } from './client.ts'
import type { Result, Statement, Transaction } from './database.ts'
import { Failure, failureFrom, isStorage, plain, type DbFailure } from './failure.ts'
import type { Answer, IngestBatch } from './writer-port.ts'

export type Unit =
  | { readonly kind: 'ingest'; readonly batch: IngestBatch }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | {
      readonly kind: 'transaction'
      readonly id: number
      readonly transaction: Transaction
      readonly arrivedAt: number
      /** How often it was tried and storage failed. */
      attempts: number
      /** Its caller has been told that it failed; it is still here because it may be on disk. */
      answered: boolean
    }

/** What is known of the database between commits. */
export interface Ledger {
  /** Number of the last commit that carried a witness (see `WITNESS`). */
  readonly commitNo: number
  /** Hash of the last audit row. */
  readonly auditHash: string
}

/** One try at committing `units`: filled while it runs, true only once it is known to be durable. */
export interface Attempt {
  /** Pieces to run, in order; a refused ingest batch is replaced here by its parts. */
  readonly units: Unit[]
  readonly commitNo: number
  readonly entries: JournalEntry[]
  readonly answers: Answer[]
  readonly landed: (() => void)[]
  auditHash: string
  rows: number
}

/**
 * Written with every commit that is not idempotent by itself, so that a commit whose outcome is unknown
 * can be looked up: it is on disk exactly when its number is.
 */
const WITNESS = `INSERT INTO meta (key, value) VALUES ('commit', ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const JOURNAL = `INSERT INTO journal (at, name, room_id, session_id, body) VALUES (?, ?, ?, ?, ?) RETURNING seq`

export const readLedger = async (connection: Connection): Promise<Ledger> => ({
  commitNo: Number(
    (await connection.query(`SELECT value FROM meta WHERE key = 'commit'`)).rows[0]?.['value'] ?? 0,
  ),
  auditHash: await lastHash(connection),
})

export const newAttempt = (units: readonly Unit[], ledger: Ledger): Attempt => ({
  units: [...units],
  commitNo: ledger.commitNo + 1,
  entries: [],
  answers: [],
  landed: [],
  auditHash: ledger.auditHash,
  rows: 0,
})

const journalStatement = (fact: Fact): Statement => ({
  sql: JOURNAL,
  args: [fact.at, fact.name, fact.roomId, fact.sessionId, JSON.stringify(fact.body)],
})

const entryOf = (fact: Fact, result: Result | undefined): JournalEntry => ({
  seq: Number(result?.rows[0]?.['seq']),
  ...fact,
})

const hit = (result: Result | undefined): boolean =>
  result !== undefined && (result.rowsAffected > 0 || result.rows.length > 0)

const runAll = async (run: Run, statements: readonly Statement[]): Promise<Result[]> => {
  const results: Result[] = []
  for (const statement of statements) results.push(await run(statement))
  return results
}

const countRows = (attempt: Attempt, results: readonly Result[]): void => {
  for (const result of results) attempt.rows += result.rowsAffected
}

const writeFacts = async (run: Run, facts: readonly Fact[]): Promise<JournalEntry[]> => {
  const entries: JournalEntry[] = []
  for (const fact of facts) entries.push(entryOf(fact, await run(journalStatement(fact))))
  return entries
}

type TransactionUnit = Extract<Unit, { readonly kind: 'transaction' }>

const runTransaction = async (run: Run, unit: TransactionUnit, attempt: Attempt): Promise<void> => {
  const { statements, guard, otherwise, facts, audit } = unit.transaction
  await run({ sql: 'SAVEPOINT guarded' })
  let results: Result[] = []
  let applied = true
  for (const [index, statement] of statements.entries()) {
    const result = await run(statement)
    if (index === guard && !hit(result)) {
      applied = false
      break
    }
    results.push(result)
  }
  if (!applied) {
    await run({ sql: 'ROLLBACK TO guarded' })
    results = await runAll(run, otherwise ?? [])
  }
  await run({ sql: 'RELEASE guarded' })
  const entries = applied ? await writeFacts(run, facts ?? []) : []
  if (audit !== undefined) {
    const truth = applied || audit.outcome !== 'done' ? audit : { ...audit, outcome: 'noop' as const }
    const hash = nextHash(attempt.auditHash, truth)
    await run(auditStatement(truth, attempt.auditHash, hash))
    attempt.auditHash = hash
  }
  countRows(attempt, results)
  attempt.entries.push(...entries)
  attempt.answers.push({ id: unit.id, ok: true, committed: { applied, results, entries } })
}

const runUnit = async (run: Run, unit: Unit, attempt: Attempt): Promise<void> => {
  if (unit.kind === 'facts') attempt.entries.push(...(await writeFacts(run, unit.facts)))
  else if (unit.kind === 'transaction') await runTransaction(run, unit, attempt)
  else {
    const results = await runAll(run, unit.batch.statements)
    countRows(attempt, results)
    attempt.landed.push(() => unit.batch.committed(results))
  }
}

/** SQLite refused this piece; what takes its place. */
const refuse = (unit: Unit, failure: DbFailure, attempt: Attempt): readonly Unit[] => {
  if (unit.kind === 'ingest') {
    return (unit.batch.failed(failure) ?? []).map((batch) => ({ kind: 'ingest', batch }))
  }
  if (unit.kind === 'transaction') attempt.answers.push({ id: unit.id, ok: false, failure: plain(failure) })
  return []
}

const perform = async (run: Run, attempt: Attempt): Promise<void> => {
  for (let index = 0; index < attempt.units.length;) {
    const unit = attempt.units[index]!
    await run({ sql: 'SAVEPOINT unit' })
    try {
      await runUnit(run, unit, attempt)
      index += 1
    } catch (error) {
      const failure = failureFrom(error)
      if (isStorage(failure)) throw failure
      await run({ sql: 'ROLLBACK TO unit' })
      const parts = refuse(unit, failure, attempt)
      if (unit.kind === 'ingest') attempt.units.splice(index, 1, ...parts)
      else index += 1
    }
    await run({ sql: 'RELEASE unit' })
  }
  await run({ sql: WITNESS, args: [attempt.commitNo] })
}

/** The common case, ingest alone: one list of statements, no savepoints, no witness, repeated when in doubt. */
const performIngest = async (
  connection: Connection,
  batches: readonly IngestBatch[],
  attempt: Attempt,
): Promise<void> => {
  const results = await connection.batch(batches.flatMap((batch) => batch.statements))
  let offset = 0
  for (const batch of batches) {
    const own = results.slice(offset, offset + batch.statements.length)
    offset += batch.statements.length
    countRows(attempt, own)
    attempt.landed.push(() => batch.committed(own))
  }
}

/** Runs and commits. Throws a `Failure` of storage; with outcome `unknown` the attempt may have landed. */
export const commit = async (connection: Connection, attempt: Attempt): Promise<void> => {
  const batches = attempt.units.flatMap((unit) => (unit.kind === 'ingest' ? [unit.batch] : []))
  if (batches.length === attempt.units.length) {
    try {
      return await performIngest(connection, batches, attempt)
    } catch (error) {
      const failure = failureFrom(error)
      if (isStorage(failure)) throw failure
      // One of the pieces is refused: below, it is found and left out alone.
    }
  }
  await connection.transact((run) => perform(run, attempt))
}

/**
 * After an unknown outcome: whether `attempt` is on disk. What is found after a failed fsync is only in
 * the page cache for certain, so it is copied into the database file, and synced there, before it counts.
 */
export const hasLanded = async (connection: Connection, attempt: Attempt): Promise<boolean> => {
  const ledger = await connection.query(`SELECT value FROM meta WHERE key = 'commit'`)
  if (connection.path !== null) {
    const { rows } = await connection.query('PRAGMA wal_checkpoint(TRUNCATE)')
    if (rows[0]?.['busy'] !== 0) throw new Failure('busy', 'a reader holds the checkpoint back')
  }
  return Number(ledger.rows[0]?.['value'] ?? 0) === attempt.commitNo
}
