// When assets are swept and by whom: hourly and on demand, one sweep at a time over all processes, held by a lease
// and gone on with after a crash. What one sweep does is in `sweep-pass.ts`; it never lists the bucket.

import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Queue from 'effect/Queue'
import { Database } from '../db/database.ts'
import * as sweeps from '../db/asset-sweeps.ts'
import type { SweepRow } from '../db/asset-sweeps.ts'
import type { AssetCaller } from '../domain/asset.ts'
import { SWEEP } from '../domain/asset-sweep.ts'
import { CommandRefused, type DbError } from '../domain/errors.ts'
import { paceOf } from './looks.ts'
import { makeSentinel } from './sentinel.ts'
import { ObjectStore } from './store.ts'
import { LEFT } from './sweep-metrics.ts'
import { LeaseLost, runPass, type Ending, type Pass } from './sweep-pass.ts'

export interface SweepRequest {
  /** Look, and change nothing. */
  readonly dryRun: boolean
  /** Believe it when many are missing at once. */
  readonly confirmMissing: boolean
  /** This store is the right one although its sentinel is not there: place it anew. */
  readonly placeSentinel: boolean
}

export interface SweepOptions {
  readonly intervalMs: number
  /** Another text for each start of the process. */
  readonly boot: string
  /** Looks a second; by default 50 at S3 and 2,000 in a folder. */
  readonly perSecond?: number
  readonly afterStartMs?: number
  readonly confirmAfterMs?: number
  /** No other process has this database, so whoever had the lease is gone. */
  readonly isAlone?: boolean
}

/** A lease outlives its last renewal by this; the holder renews it much more often. */
const LEASE_MS = 90_000
const RENEW_MS = 20_000
const AFTER_START_MS = 10_000
/** After a failure of the database, and while another process has the sweep. */
const AGAIN_MS = 5_000
const PER_SECOND = { s3: 50, folder: 2_000 } as const

export class Sweeper extends Context.Service<
  Sweeper,
  {
    /** Begins one, or answers the one that is under way when it is of the same kind. */
    readonly start: (
      request: SweepRequest,
      caller: AssetCaller,
    ) => Effect.Effect<{ readonly sweep: SweepRow; readonly isNew: boolean }, CommandRefused | DbError>
    readonly find: (no: number) => Effect.Effect<SweepRow | null, DbError>
    /** Looks for what is due and does it; the layer does nothing else for ever. */
    readonly turn: Effect.Effect<void>
  }
>()('roomkeeper/assets/Sweeper') {}

const factsOf = (sweep: SweepRow, ending: Ending, at: number) => {
  const { no, dryRun, requests, looked, missing, suspect, found, altered, failed } = sweep
  const fact = { at, roomId: null, sessionId: null }
  const counts = { requests, looked, missing, suspect, found, altered, failed }
  const done = {
    ...fact,
    name: 'asset.sweep_done' as const,
    body: { sweep: no, dryRun, outcome: ending.outcome, code: ending.code, ...counts },
  }
  if (ending.held === undefined) return [done]
  const held = {
    ...fact,
    name: 'asset.mass_missing' as const,
    body: { sweep: no, assets: ending.held, looked },
  }
  return [held, done]
}

const make = Effect.fnUntraced(function* (options: SweepOptions) {
  const database = yield* Database
  const store = yield* ObjectStore
  const wake = yield* Queue.sliding<void>(1)
  const withDatabase = Effect.provideService(Database, database)
  const startedAt = yield* Clock.currentTimeMillis
  if (options.isAlone === true) {
    // When this cannot be written, the lease runs out by itself.
    yield* Effect.ignore(database.write({ statements: [sweeps.releaseAny] }))
  }
  const { intervalMs, boot: lease } = options
  const afterStartMs = options.afterStartMs ?? Math.min(AFTER_START_MS, intervalMs)
  const pass: Pass = {
    store,
    sentinel: makeSentinel(store),
    pace: paceOf(options.perSecond ?? PER_SECOND[store.kind]),
    lease,
    confirmAfterMs: options.confirmAfterMs ?? Math.min(SWEEP.confirmAfterMs, intervalMs),
  }
  /** The sweeps that were asked to place the sentinel. Whoever restarts in between asks again. */
  const placing = new Set<number>()

  const open = Effect.fnUntraced(function* (by: string, request: SweepRequest) {
    const at = yield* Clock.currentTimeMillis
    const statement = sweeps.open({ at, by, dryRun: request.dryRun, confirmed: request.confirmMissing })
    const { results } = yield* database.write({ statements: [statement] })
    const no = results[0]?.rows[0]?.['no']
    if (typeof no !== 'number') return null
    if (request.placeSentinel) placing.add(no)
    return no
  })

  const renewing = (no: number) =>
    Effect.gen(function* () {
      yield* Effect.sleep(RENEW_MS)
      const untilMs = (yield* Clock.currentTimeMillis) + LEASE_MS
      const { applied } = yield* database.write({ statements: [sweeps.renew(no, lease, untilMs)], guard: 0 })
      if (!applied) return yield* new LeaseLost()
    }).pipe(Effect.forever)

  const finish = Effect.fnUntraced(function* (no: number, ending: Ending) {
    const at = yield* Clock.currentTimeMillis
    const sweep = yield* sweeps.find(no)
    if (sweep === null) return
    Object.assign(LEFT, yield* sweeps.countLeft, { trusted: ending.outcome === 'aborted' ? 0 : 1 })
    const isWell = ending.outcome === 'done' || ending.outcome === 'partial'
    yield* database.write({
      statements: sweeps.end(no, lease, { at, outcome: ending.outcome, code: ending.code }),
      guard: 0,
      facts: factsOf(sweep, ending, at),
      audit: {
        at,
        actor: sweep.askedBy,
        ip: null,
        action: 'asset.sweep',
        roomId: null,
        target: String(no),
        outcome: isWell ? 'done' : 'failed',
        code: ending.code,
        detail: null,
      },
    })
    if (!isWell) {
      yield* Effect.logWarning('a sweep of the assets changed nothing that it should not', {
        sweep: no,
        outcome: ending.outcome,
        code: ending.code,
      })
    }
  })

  const run = Effect.fnUntraced(function* (sweep: SweepRow) {
    const now = yield* Clock.currentTimeMillis
    const taken = yield* database.write({ statements: [sweeps.take(lease, now, now + LEASE_MS)], guard: 0 })
    if (!taken.applied) return
    const ending = yield* Effect.raceFirst(
      runPass(pass, sweep, placing.has(sweep.no)),
      renewing(sweep.no),
    ).pipe(
      // Who lets go says so, and the next start need not wait for the lease to run out.
      Effect.onInterrupt(() => Effect.ignore(database.write({ statements: [sweeps.release(lease)] }))),
    )
    placing.delete(sweep.no)
    yield* finish(sweep.no, ending)
  })

  /** How long until there is something to do; 0 when there is. */
  const due = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const current = yield* sweeps.findOpen
    if (current !== null) {
      const isFree = current.lease === null || current.lease === lease
      return isFree ? 0 : Math.max(0, Math.min((current.leaseUntil ?? 0) - now, LEASE_MS))
    }
    const last = yield* sweeps.findLast
    const inMs = last === null ? 0 : last.startedAt + intervalMs - now
    return Math.min(Math.max(inMs, startedAt + afterStartMs - now, 0), intervalMs)
  })

  const turn = Effect.gen(function* () {
    const waitMs = yield* due
    if (waitMs > 0) return yield* Effect.raceFirst(Effect.sleep(waitMs), Queue.take(wake))
    const current = yield* sweeps.findOpen
    if (current === null) {
      yield* open('system', { dryRun: false, confirmMissing: false, placeSentinel: false })
      return
    }
    yield* run(current)
  }).pipe(
    withDatabase,
    Effect.catchTag('LeaseLost', () => Effect.void),
    Effect.catch((error) =>
      Effect.andThen(Effect.logWarning('the sweep of the assets stopped', error), Effect.sleep(AGAIN_MS)),
    ),
  )

  return Sweeper.of({
    start: Effect.fnUntraced(function* (request: SweepRequest, caller: AssetCaller) {
      const no = yield* open(caller.actor, request)
      if (no !== null) yield* Queue.offer(wake, undefined)
      const sweep = yield* withDatabase(no === null ? sweeps.findOpen : sweeps.find(no))
      const isSame =
        sweep !== null &&
        sweep.dryRun === request.dryRun &&
        (no !== null || (!request.placeSentinel && sweep.confirmed === request.confirmMissing))
      if (isSame) return { sweep, isNew: no !== null }
      return yield* new CommandRefused({
        code: 'busy',
        message: 'another sweep is under way; ask again when it is over',
        retryAfterMs: AGAIN_MS,
      })
    }),
    find: (no) => withDatabase(sweeps.find(no)),
    turn,
  })
})

/** The service and its loop, which goes on until the scope closes. */
export const sweeperLive = (options: SweepOptions): Layer.Layer<Sweeper, never, Database | ObjectStore> =>
  Layer.effect(
    Sweeper,
    Effect.gen(function* () {
      const sweeper = yield* make(options)
      yield* Effect.forkScoped(Effect.forever(sweeper.turn))
      return sweeper
    }),
  )
