// The recorder as the rooms use it: its effects write through the database, its frames go to the ingest in the
// writer thread. What is remembered of each session is in `live-sessions.ts`, what is written in
// `session-writes.ts` and `archive.ts`.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { Database, type Committed, type Transaction } from '../db/database.ts'
import { WriterPort } from '../db/writer-port.ts'
import type { ControlAction } from '../domain/event.ts'
import { DbError } from '../domain/errors.ts'
import type { OpenSession } from '../domain/session.ts'
import { archivedCounters, archiveTransaction, noopAttempts } from './archive.ts'
import type { FromIngest } from './hand-over.ts'
import type { LiveSession } from './live-session.ts'
import { LiveSessions } from './live-sessions.ts'
import { makePauses } from './pauses.ts'
import type { PressureLimits } from './pressure.ts'
import { Recorder, type Opening } from './recorder.ts'
import * as metrics from './recorder-metrics.ts'
import { restoreSession } from './restore.ts'
import * as writes from './session-writes.ts'

export interface RecorderOptions {
  readonly pressure?: PressureLimits
}

const fenced = (message: string): DbError => new DbError({ kind: 'fenced', outcome: 'failed', message })

const make = Effect.fnUntraced(function* (options: RecorderOptions) {
  const database = yield* Database
  const port = yield* WriterPort
  const clock = yield* Clock.Clock
  const context = yield* Effect.context<never>()
  const monotonicMs = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const pauses = yield* makePauses(database)

  const live = new LiveSessions({
    post: (message, transfer) => port.post(message, transfer),
    monotonicMs,
    paused: (session: LiveSession, action: ControlAction, at: number) => {
      if (action === 'paused' || action === 'unpaused') pauses.heard(session, action === 'paused', at)
    },
    durable: (news) => metrics.count(news, context),
    ...(options.pressure !== undefined && { limits: options.pressure }),
  })
  port.listen((message) => live.hear(message as FromIngest))
  port.measure(() => live.gauge())

  const refOf = (no: number): writes.SessionRef => {
    const session = live.find(no)?.session
    return { no, roomId: session?.roomId ?? null, epoch: session?.epoch ?? null }
  }

  /** Frames that were gathered go first: the order of the calls is the order in the database. */
  const write = (transaction: Transaction): Effect.Effect<Committed, DbError> =>
    Effect.suspend(() => {
      live.outbox.flush()
      return database.write(transaction)
    })

  /** A guarded write that is as good as done when it was done before; refused when the session is another's. */
  const settle = (ref: writes.SessionRef, transaction: Transaction): Effect.Effect<void, DbError> =>
    Effect.flatMap(write(transaction), ({ applied, results }) => {
      const row = results[0]?.rows[0]
      if (applied || ref.epoch === null) return Effect.void
      if (row === undefined) return Effect.fail(fenced(`there is no session ${ref.no}`))
      return Number(row['epoch']) > ref.epoch
        ? Effect.fail(fenced(`session ${ref.no} has another owner`))
        : Effect.void
    })

  const onFenced = (session: LiveSession) => (error: DbError) =>
    Effect.sync(() => {
      if (error.kind === 'fenced') live.fenced(session)
    })

  const open = (session: Opening) =>
    Effect.suspend(() => {
      const one = live.ensure(session)
      if (one.state === 'unopened') one.state = 'opening'
      return settle(session, writes.openTransaction(session)).pipe(
        Effect.andThen(
          Effect.sync(() => {
            if (one.state !== 'opening') return
            live.opened(one, { type: 'session', no: session.no, epoch: session.epoch, restored: null })
          }),
        ),
        Effect.tapError(onFenced(one)),
      )
    }).pipe(Effect.uninterruptible)

  const adopt = (session: OpenSession) =>
    Effect.gen(function* () {
      const age = Math.max(0, clock.currentTimeMillisUnsafe() - session.openedAt)
      const one = live.ensure(session, age)
      if (one.state === 'unopened') one.state = 'opening'
      port.post({ type: 'own', no: session.no, epoch: session.epoch })
      yield* settle(session, writes.adoptTransaction(session)).pipe(Effect.tapError(onFenced(one)))
      const found = yield* restoreSession(database, session.no)
      if (found === null) return yield* fenced(`there is no session ${session.no}`)
      if (one.state === 'opening') {
        one.counters = found.restored.counters
        one.conn = found.conn
      }
      const { no, epoch } = session
      live.opened(one, { type: 'session', no, epoch, restored: found.restored })
    }).pipe(Effect.uninterruptible)

  const archive: Recorder['Service']['archive'] = (spec) =>
    Effect.gen(function* () {
      const { no, openedAt } = spec.session
      const now = clock.currentTimeMillisUnsafe()
      const one = live.find(no)
      // From the end to now by the wall clock, because an end is heard by it; the rest by one that is not set.
      const age = one?.ageAt(monotonicMs()) ?? now - openedAt
      const sinceEnd = Math.min(Math.max(0, now - spec.end.at), age)
      const known = { durationMs: age - sinceEnd, counters: one?.counters ?? null }
      const committed = yield* write(archiveTransaction(spec, known, now))
      const counters = archivedCounters(committed)
      if (counters === null) {
        if (one !== null) live.fenced(one)
        return yield* fenced(`session ${no} is not ours to archive`)
      }
      if (one !== null) live.archived(one)
      return { outcome: committed.applied ? ('done' as const) : ('noop' as const), counters }
    }).pipe(Effect.uninterruptible)

  return Recorder.of({
    reserve: Effect.map(write(writes.RESERVE), ({ results }) => Number(results[0]?.rows[0]?.['value'])),
    open,
    adopt,
    tap: (session, listener) => live.tap(session, listener),
    flush: () =>
      Effect.callback<void>((resume) => {
        const stop = live.flush(() => resume(Effect.void))
        return Effect.sync(stop)
      }),
    openGap: (no, cause, at, detail) =>
      Effect.suspend(() => {
        const one = live.find(no)
        if (one !== null) one.gap ??= { cause, at }
        return settle(refOf(no), writes.openGapTransaction(refOf(no), cause, at, detail))
      }),
    closeGap: (no, at) =>
      Effect.suspend(() => {
        const one = live.find(no)
        return settle(refOf(no), writes.closeGapTransaction(refOf(no), at, one?.gap ?? null)).pipe(
          Effect.tap(() =>
            Effect.sync(() => {
              if (one !== null) one.gap = null
            }),
          ),
        )
      }),
    notePause: (no, isPaused, at) => {
      const one = live.find(no)
      if (one !== null) pauses.heard(one, isPaused, at)
    },
    intendEnd: (no, end) =>
      Effect.suspend(() => settle(refOf(no), writes.intendEndTransaction(refOf(no), end))),
    park: (no, at) => Effect.suspend(() => settle(refOf(no), writes.parkTransaction(refOf(no), at))),
    archive,
    noteSecondary: (session, triggers) =>
      Effect.suspend(() =>
        triggers.length === 0
          ? Effect.void
          : Effect.asVoid(
              write({ statements: noopAttempts(session.no, triggers, clock.currentTimeMillisUnsafe()) }),
            ),
      ),
    counters: (no) => live.find(no)?.counters ?? null,
    follow: (no, listener) => live.follow(no, listener),
  })
})

export const recorderLive = (
  options: RecorderOptions = {},
): Layer.Layer<Recorder, never, Database | WriterPort> => Layer.effect(Recorder, make(options))
