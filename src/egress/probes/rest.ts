// An account whose platform has just refused or not answered is left alone for a while, whoever asks: many
// destinations share one set of credentials and one quota.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { monotonicOf } from './monotonic.ts'
import { PROBE_TROUBLES, probeError, type ProbeError } from './probe.ts'

/** All requests of one probe together. */
const PROBE_LIMIT_MS = 12_000
const REST_MIN_MS = 5_000

export type Rested = <A>(probe: Effect.Effect<A, ProbeError>) => Effect.Effect<A, ProbeError>

/** While it rests, everything fails at once with what it rests for and how long that takes yet. */
export const makeRest = (): Rested => {
  let resting: { readonly error: ProbeError; readonly untilMs: number } | null = null

  return (probe) =>
    Clock.clockWith((clock) => {
      const now = monotonicOf(clock)
      if (resting !== null && now < resting.untilMs) {
        return Effect.fail(probeError(resting.error.code, resting.untilMs - now))
      }
      const limited = Effect.timeoutOrElse(probe, {
        duration: PROBE_LIMIT_MS,
        orElse: () => Effect.fail(probeError('platform_timeout')),
      })
      return Effect.tapError(limited, (error) =>
        Effect.sync(() => {
          const restMs = Math.max(error.retryAfterMs ?? PROBE_TROUBLES[error.code].restMs, REST_MIN_MS)
          resting = { error, untilMs: monotonicOf(clock) + restMs }
        }),
      )
    })
}
