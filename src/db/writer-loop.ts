// The writer thread's loop: takes messages in order, commits what waits together, and keeps trying while
// storage fails. It owns order, time and what callers are told; `commit.ts` owns one transaction, ingest
// owns what frames become.

import { statSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import type { Connection } from './client.ts'
import { commit, hasLanded, newAttempt, readLedger, type Attempt, type Ledger, type Unit } from './commit.ts'
import { Failure, type DbFailure } from './failure.ts'
import { gaugeWriter } from './gauges.ts'
import { troubleKeeper } from './writer-trouble.ts'
import type { FromWriter, Ingest, Say, ToWriter } from './writer-port.ts'

export interface WriterOptions {
  readonly port: Pick<MessagePort, 'postMessage' | 'on' | 'close'>
  readonly connection: Connection
  readonly ingest: (say: Say, connection: Connection) => Ingest
  readonly gauges: SharedArrayBuffer
  /** Frames wait for company: their commits begin at most this often. Default 20. */
  readonly groupMs?: number
  /** How long a transaction waits for a lock or for what is before it. Default 10,000. */
  readonly transactionLimitMs?: number
  /** How long `close` keeps trying. Default 3,000. */
  readonly closeLimitMs?: number
}

/** Pieces in one commit: enough to share an fsync, few enough to answer soon. */
const UNITS_MAX = 256
/** Tries a transaction gets on a disk that is full or broken, before its caller hears of it. */
const ATTEMPTS_MAX = 3
const RETRY_BASE_MS = 50
const RETRY_CAP_MS = 2_000
const WAL_EVERY_MS = 250
/**
 * Rows between two checkpoints: about 4 MB of WAL, done in the time that is left until the next commit. SQLite's
 * own, after four times as much, is inside a commit and everybody in it waits; it is for what has few large rows.
 */
const CHECKPOINT_ROWS = 1_000

const backoffMs = (failures: number): number =>
  Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** Math.min(20, failures - 1)) * (0.5 + Math.random() * 0.5)

/** A mistake of ours is no weather: it ends the thread instead of being tried for ever. */
const storageFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error
  throw error
}

export const runWriter = async (options: WriterOptions): Promise<void> => {
  const { port, connection } = options
  const groupMs = options.groupMs ?? 20
  const transactionLimitMs = options.transactionLimitMs ?? 10_000
  const send = (message: FromWriter, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, [...transfer])
  const ingest = options.ingest(
    (message, transfer) => send({ type: 'ingest', message }, transfer),
    connection,
  )
  const gauges = gaugeWriter(options.gauges)
  const trouble = troubleKeeper(send)

  let ledger: Ledger = await readLedger(connection)
  let waiting: Unit[] = []
  /** A commit whose outcome is unknown; nothing else is committed before it is. */
  let unresolved: Attempt | null = null
  let failures = 0
  let firstAt = 0
  let turnAt = 0
  let walAt = 0
  let rowsInWal = 0
  let busy = false
  let timer: NodeJS.Timeout | null = null
  let closeBy: number | null = null

  const collect = (): void => {
    for (let batch = ingest.take(); batch !== null; batch = ingest.take()) {
      waiting.push({ kind: 'ingest', batch })
    }
  }

  const landed = (attempt: Attempt): void => {
    ledger = { commitNo: attempt.commitNo, auditHash: attempt.auditHash }
    const late = new Set(
      attempt.units.flatMap((unit) => (unit.kind === 'transaction' && unit.answered ? [unit.id] : [])),
    )
    const answers = attempt.answers.filter(({ id }) => !late.has(id))
    if (attempt.entries.length > 0 || answers.length > 0) {
      send({ type: 'committed', entries: attempt.entries, answers })
    }
    for (const announce of attempt.landed) announce()
    failures = 0
    const facts = trouble.recovered(Date.now())
    if (facts.length > 0) waiting.push({ kind: 'facts', facts })
  }

  const measureWal = (now: number): void => {
    if (connection.path === null || now - walAt < WAL_EVERY_MS) return
    walAt = now
    gauges.wal(statSync(`${connection.path}-wal`, { throwIfNoEntry: false })?.size ?? 0)
  }

  /** Tells the callers of transactions that have waited or tried long enough; the rest stays, in order. */
  const giveUp = (units: readonly Unit[], failure: DbFailure, attempted: boolean): Unit[] => {
    const now = Date.now()
    return units.filter((unit) => {
      if (unit.kind !== 'transaction' || unit.answered) return true
      if (attempted) unit.attempts += 1
      const isOver =
        now - unit.arrivedAt >= transactionLimitMs ||
        (failure.kind !== 'busy' && unit.attempts >= ATTEMPTS_MAX)
      if (!isOver) return true
      const outcome = unresolved?.units.includes(unit) === true ? 'unknown' : 'failed'
      const told: DbFailure = { kind: failure.kind, message: failure.message, outcome }
      send({ type: 'committed', entries: [], answers: [{ id: unit.id, ok: false, failure: told }] })
      unit.answered = true
      return outcome === 'unknown'
    })
  }

  const failed = (attempt: Attempt | null, failure: Failure): void => {
    failures += 1
    trouble.failed(failure, failures, Date.now())
    for (const unit of attempt?.units ?? []) if (unit.kind === 'ingest') unit.batch.failed(failure)
    if (failure.outcome === 'unknown' && attempt !== null) unresolved = attempt
    const tried = attempt?.units ?? []
    waiting = [...giveUp(tried, failure, true), ...giveUp(waiting, failure, false)]
  }

  /** Settles what is unknown; throws while it cannot be. */
  const resolve = async (attempt: Attempt): Promise<void> => {
    const isOnDisk = await hasLanded(connection, attempt)
    unresolved = null
    const units = new Set(attempt.units)
    if (isOnDisk) {
      waiting = waiting.filter((unit) => !units.has(unit))
      landed(attempt)
    } else {
      // A caller who was told `unknown` decides anew; running it now would surprise.
      waiting = waiting.filter((unit) => unit.kind !== 'transaction' || !unit.answered)
    }
  }

  /** False when storage failed. */
  const commitNext = async (): Promise<boolean> => {
    const attempt = newAttempt(waiting.slice(0, UNITS_MAX), ledger)
    waiting = waiting.slice(UNITS_MAX)
    const startedAt = performance.now()
    gauges.began(Date.now())
    const failure = await commit(connection, attempt).then(() => null, storageFailure)
    const now = Date.now()
    gauges.ended(now, performance.now() - startedAt, failure === null ? attempt.rows : 0)
    measureWal(now)
    rowsInWal += attempt.rows
    if (failure === null) landed(attempt)
    else failed(attempt, failure)
    return failure === null
  }

  const work = async (): Promise<void> => {
    if (unresolved !== null) {
      const failure = await resolve(unresolved).then(() => null, storageFailure)
      if (failure !== null) return failed(null, failure)
    }
    while (waiting.length > 0 && (await commitNext()));
  }

  /** After the news of the commits is out. What fails here is tried again later, like SQLite's own. */
  const checkpoint = async (): Promise<void> => {
    if (connection.path === null || failures > 0 || rowsInWal < CHECKPOINT_ROWS) return
    rowsInWal = 0
    await connection.query('PRAGMA wal_checkpoint(PASSIVE)').catch(() => null)
  }

  const close = async (): Promise<void> => {
    if (connection.path !== null) await connection.query('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => null)
    connection.close()
    send({ type: 'closed', unfinished: waiting.length })
    port.close()
  }

  const arm = (delayMs: number): void => {
    if (busy || timer !== null) return
    timer = setTimeout(run, delayMs)
  }
  const run = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (busy) return
    busy = true
    firstAt = 0
    turnAt = performance.now()
    collect()
    void turn()
  }
  const turn = async (): Promise<void> => {
    await work()
    await checkpoint()
    busy = false
    collect()
    if (closeBy !== null && (waiting.length === 0 || Date.now() >= closeBy)) await close()
    else if (failures > 0) arm(backoffMs(failures))
    else if (waiting.length > 0) arm(0)
  }

  const accept = (message: ToWriter): void => {
    switch (message.type) {
      case 'ingest':
        ingest.accept(message.message)
        break
      case 'facts':
        waiting.push({ kind: 'facts', facts: message.facts })
        break
      case 'transaction':
        collect()
        waiting.push({
          kind: 'transaction',
          id: message.id,
          transaction: message.transaction,
          arrivedAt: Date.now(),
          attempts: 0,
          answered: false,
        })
        break
      case 'close':
        closeBy = Date.now() + (options.closeLimitMs ?? 3_000)
        break
    }
  }
  port.on('message', (message: ToWriter) => {
    accept(message)
    const isUrgent = message.type === 'transaction' || message.type === 'close'
    const now = performance.now()
    if (firstAt === 0) firstAt = now
    if (failures > 0) arm(backoffMs(failures))
    else if (isUrgent) setImmediate(run)
    else if (now - firstAt >= groupMs) run()
    else arm(Math.max(0, turnAt + groupMs - now))
  })
}
