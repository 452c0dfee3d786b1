// The database on the main thread: takes the file's lock, starts the writer and the reader, matches answers
// to questions, tells subscribers. Nothing here touches the disk while the server runs.

import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import * as Schema from 'effect/Schema'
import type * as Scope from 'effect/Scope'
import { pathOf } from './client.ts'
import { Database, type Committed, type Row } from './database.ts'
import { EXIT_CODES, refusalOf, type DbFailure, type RefusalCode } from './failure.ts'
import { newGauges, readGauges } from './gauges.ts'
import { takeLock, type Lock } from './lock.ts'
import { pending } from './pending.ts'
import type { FromReader, ReaderData, ToReader } from './reader-thread.ts'
import { subscribers } from './subscribers.ts'
import { startThread, type Thread } from './thread.ts'
import { WriterPort, type FromWriter, type QueueGauge, type ToWriter } from './writer-port.ts'
import type { WriterData, WriterTuning } from './writer-thread.ts'

/** The server must not start on this database; `exitCode` is for the process manager. */
export class DatabaseRefused extends Schema.TaggedError<DatabaseRefused>()('DatabaseRefused', {
  code: Schema.Literals(Object.keys(EXIT_CODES) as RefusalCode[]),
  exitCode: Schema.Int,
  message: Schema.String,
}) {}

export interface DatabaseOptions {
  readonly url: string
  readonly authToken: Redacted.Redacted<string> | null
  /** A thread died: nothing is written any more, so the process should end (70) and be started again. */
  readonly onFatal: (error: Error) => void
  /** Given to ingest in the writer thread as it is. */
  readonly ingest?: unknown
  readonly tuning?: WriterTuning
  readonly writerEntry?: URL
  readonly readerEntry?: URL
  /** How long closing may take before the threads are left behind. Default 5,000. */
  readonly closeLimitMs?: number
}

/** Callers that may wait at the same time. */
const WRITES_MAX = 10_000
const READS_MAX = 2_000
/** A query that takes longer has no page; its caller is let go. */
const READ_LIMIT_MS = 30_000

const NO_QUEUE: QueueGauge = { queuedBytes: 0, queuedFrames: 0, oldestMs: 0, ackP50Ms: 0, ackP99Ms: 0 }
const GONE: DbFailure = { kind: 'closed', outcome: 'unknown', message: 'the database is closed' }
const SLOW: DbFailure = { kind: 'busy', outcome: 'failed', message: 'the reader takes too long' }

const refused = (error: unknown): DatabaseRefused => {
  const { code, exitCode, message } = refusalOf(error)
  return new DatabaseRefused({ code, exitCode, message })
}
const start = <A>(open: () => Promise<A>): Effect.Effect<A, DatabaseRefused> =>
  Effect.tryPromise({ try: open, catch: refused })

const NO_LOCK: Lock = { release: () => {} }

const make = Effect.fnUntraced(function* (
  options: DatabaseOptions,
): Effect.fn.Return<Context.Context<Database | WriterPort>, DatabaseRefused, Scope.Scope> {
  const { url } = options
  const path = pathOf(url)
  const authToken = options.authToken === null ? null : Redacted.value(options.authToken)
  const limitMs = options.closeLimitMs ?? 5_000
  const log = Effect.runForkWith(yield* Effect.context())
  const gauges = newGauges()
  const writes = pending<Committed>(WRITES_MAX)
  const reads = pending<readonly Row[]>(READS_MAX)
  const journal = subscribers((error) => void log(Effect.logError('a listener of the journal failed', error)))
  let trouble: Extract<FromWriter, { type: 'trouble' }> = { type: 'trouble', failing: false, error: null }
  let hear: ((message: unknown) => void) | null = null
  let measure: (() => QueueGauge) | null = null

  const onWriter = (message: FromWriter): void => {
    if (message.type === 'ingest') hear?.(message.message)
    else if (message.type === 'trouble')
      trouble = message.error === null ? { ...message, error: trouble.error } : message
    else if (message.type === 'committed') {
      for (const entry of message.entries) journal.publish(entry)
      for (const answer of message.answers) {
        if (answer.ok) writes.succeed(answer.id, answer.committed)
        else writes.fail(answer.id, answer.failure)
      }
    }
  }
  const onReader = (message: FromReader): void => {
    if (message.type === 'rows') reads.succeed(message.id, message.rows)
    else if (message.type === 'failed') reads.fail(message.id, message.failure)
  }
  const onDeath = (error: Error): void => {
    writes.end(GONE)
    reads.end(GONE)
    options.onFatal(error)
  }

  yield* Effect.acquireRelease(
    path === null ? Effect.succeed(NO_LOCK) : start(async () => takeLock(path)),
    (lock) => Effect.sync(() => lock.release()),
  )
  const writerData: WriterData = {
    url,
    authToken,
    gauges,
    tuning: options.tuning ?? {},
    ingest: options.ingest ?? null,
  }
  const writer: Thread<ToWriter> = yield* Effect.acquireRelease(
    start(() =>
      startThread<ToWriter, FromWriter>({
        name: 'writer',
        entry: options.writerEntry ?? new URL('../writer.ts', import.meta.url),
        data: writerData,
        onMessage: onWriter,
        onDeath,
      }),
    ),
    (thread) =>
      Effect.promise(() => thread.close({ type: 'close' }, limitMs)).pipe(
        Effect.andThen(Effect.sync(() => writes.end(GONE))),
      ),
  )
  const readerData: ReaderData = { url, authToken }
  const reader: Thread<ToReader> = yield* Effect.acquireRelease(
    start(() =>
      startThread<ToReader, FromReader>({
        name: 'reader',
        entry: options.readerEntry ?? new URL('../reader.ts', import.meta.url),
        data: readerData,
        onMessage: onReader,
        onDeath,
      }),
    ),
    (thread) =>
      Effect.promise(() => thread.close({ type: 'close' }, limitMs)).pipe(
        Effect.andThen(Effect.sync(() => reads.end(GONE))),
      ),
  )
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      setInterval(() => reads.expire(performance.now() - READ_LIMIT_MS, SLOW), 1_000).unref(),
    ),
    (timer) => Effect.sync(() => clearInterval(timer)),
  )

  return Context.make(Database, {
    write: (transaction) => writes.ask((id) => writer.post({ type: 'transaction', id, transaction })),
    read: (sql, args) => reads.ask((id) => reader.post({ type: 'read', id, sql, args: args ?? [] })),
    append: (...facts) => writer.post({ type: 'facts', facts }),
    subscribe: journal.subscribe,
    health: () => ({
      ...(measure?.() ?? NO_QUEUE),
      ...readGauges(gauges, Date.now()),
      failing: trouble.failing,
      lastError: trouble.error,
    }),
  }).pipe(
    Context.add(WriterPort, {
      post: (message, transfer) => writer.post({ type: 'ingest', message }, transfer),
      listen: (listener) => {
        hear = listener
      },
      measure: (gauge) => {
        measure = gauge
      },
    }),
  )
})

export const layer = (options: DatabaseOptions): Layer.Layer<Database | WriterPort, DatabaseRefused> =>
  Layer.effectContext(make(options))
