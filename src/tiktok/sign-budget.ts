// The sign budget all rooms share: who may connect next, with which key. A permit is held for a whole attempt.
// It makes no request itself and retries nothing.

import * as Cause from 'effect/Cause'
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Latch from 'effect/Latch'
import * as Layer from 'effect/Layer'
import * as Option from 'effect/Option'
import * as Random from 'effect/Random'
import type * as Redacted from 'effect/Redacted'
import type { TikTokError } from '../domain/errors.ts'
import { failure } from './failures.ts'
import { Line } from './line.ts'
import { Pace } from './pace.ts'
import { outcomeOf, SignKeys, type SignKey, type SignKeyStatus, type SignOutcome } from './sign-keys.ts'

export interface SignBudgetStatus {
  readonly perMinute: number
  /** Requests that may still be made in this minute. */
  readonly available: number
  readonly waiting: number
  /** When the first of those that wait may go, milliseconds UTC; null when nobody waits or it depends on others. */
  readonly nextAt: number | null
  readonly keys: readonly SignKeyStatus[]
}

export interface PermitRequest {
  readonly roomId: string
  /** A session is open and loses events while it waits: it goes before rooms that begin. */
  readonly recording: boolean
}

export interface SignBudgetOptions {
  readonly perMinute: number
  readonly keys: readonly Redacted.Redacted<string>[]
  /** Attempts that may run at the same time. */
  readonly attemptsAtOnce?: number
  /** Rooms that may wait; one more is refused. */
  readonly waitingMax?: number
}

export class SignBudget extends Context.Service<
  SignBudget,
  {
    /**
     * Waits for its turn, lends a key for as long as `use` runs, and draws the key's fate from how it ends.
     * Interrupting it gives the place in the line or the permit back. Fails with `sign_rate_limited` when too many wait.
     */
    readonly withPermit: (
      request: PermitRequest,
    ) => <A, R>(use: (key: SignKey) => Effect.Effect<A, TikTokError, R>) => Effect.Effect<A, TikTokError, R>
    /** For what is learned of a key outside a permit. */
    readonly report: (key: SignKey, outcome: SignOutcome) => Effect.Effect<void>
    readonly setPerMinute: (perMinute: number) => Effect.Effect<void>
    readonly status: () => SignBudgetStatus
  }
>()('roomkeeper/tiktok/SignBudget') {}

interface Permit {
  readonly key: SignKey
  /** When it was counted, on the monotonic clock. */
  readonly at: number
}

const ATTEMPTS_AT_ONCE = 24
const WAITING_MAX = 10_000

/** Codes of attempts that ended before the sign server was asked: they cost nothing. */
const FREE = new Set<TikTokError['code']>(['room_offline'])

const make = Effect.fnUntraced(function* (options: SignBudgetOptions) {
  const clock = yield* Clock.Clock
  const monotonic = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const now = () => ({ monotonic: monotonic(), wall: clock.currentTimeMillisUnsafe() })
  const pace = new Pace(options.perMinute)
  const keys = new SignKeys(options.keys)
  const line = new Line<Deferred.Deferred<Permit>>()
  const changed = yield* Latch.make(false)
  const attemptsAtOnce = options.attemptsAtOnce ?? ATTEMPTS_AT_ONCE
  let running = 0

  /** Milliseconds until the next permit; null when only a change can bring one. */
  const untilNext = (): number | null =>
    line.size === 0 || running >= attemptsAtOnce
      ? null
      : Math.max(0, Math.max(pace.readyAt(monotonic()), keys.readyAt()) - monotonic())

  const grant = Effect.fnUntraced(function* () {
    const chance = yield* Random.next
    const next = line.shift()
    if (next === undefined) return
    const at = now()
    running += 1
    pace.spend(at.monotonic, chance, line.size > 0)
    Deferred.doneUnsafe(next, Exit.succeed({ key: keys.take(at), at: at.monotonic }))
  })

  const turn = Effect.gen(function* () {
    yield* changed.close
    const wait = untilNext()
    if (wait === 0) yield* grant()
    else if (wait === null) yield* changed.await
    else yield* Effect.raceFirst(Effect.sleep(Math.ceil(wait)), changed.await)
  })
  yield* Effect.forkScoped(Effect.forever(turn))

  const release = ({ key, at }: Permit, exit: Exit.Exit<unknown, TikTokError>) =>
    Effect.sync(() => {
      running -= 1
      const error = Exit.isFailure(exit) ? Option.getOrNull(Cause.findErrorOption(exit.cause)) : null
      if (Exit.isSuccess(exit)) keys.report(key, { kind: 'ok' }, now())
      else if (error !== null) {
        keys.report(key, outcomeOf(error), now())
        if (FREE.has(error.code)) {
          pace.giveBack(at)
          keys.giveBack(key)
        }
      }
      changed.openUnsafe()
    })

  const enter = Effect.fnUntraced(function* (request: PermitRequest) {
    if (line.size >= (options.waitingMax ?? WAITING_MAX)) {
      return yield* failure('sign_rate_limited', 'too many rooms wait for the sign server', 60_000)
    }
    const place = Deferred.makeUnsafe<Permit>()
    line.push(place, request.recording)
    changed.openUnsafe()
    return place
  })

  /** Leaves the line; a permit that was granted in the same moment goes to the next. */
  const leave = (place: Deferred.Deferred<Permit>) =>
    Effect.suspend(() => {
      if (line.remove(place)) return Effect.void
      return Effect.map(Deferred.await(place), ({ key, at }) => {
        running -= 1
        pace.giveBack(at)
        keys.giveBack(key)
        changed.openUnsafe()
      })
    })

  return SignBudget.of({
    withPermit: (request) => (use) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const place = yield* enter(request)
          const permit = yield* restore(Deferred.await(place)).pipe(Effect.onInterrupt(() => leave(place)))
          return yield* restore(use(permit.key)).pipe(Effect.onExit((exit) => release(permit, exit)))
        }),
      ),
    report: (key, outcome) =>
      Effect.sync(() => {
        keys.report(key, outcome, now())
        changed.openUnsafe()
      }),
    setPerMinute: (perMinute) =>
      Effect.sync(() => {
        pace.perMinute = perMinute
        changed.openUnsafe()
      }),
    status: () => {
      const wait = untilNext()
      return {
        perMinute: pace.perMinute,
        available: pace.available(monotonic()),
        waiting: line.size,
        nextAt: wait === null ? null : Math.ceil(clock.currentTimeMillisUnsafe() + wait),
        keys: keys.status(now()),
      }
    },
  })
})

export const signBudget = (options: SignBudgetOptions): Layer.Layer<SignBudget> =>
  Layer.effect(SignBudget, make(options))
