// An account whose platform has just refused or not answered is left alone for a while, whoever asks: many
// destinations share one set of credentials and one quota.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { monotonicOf } from './monotonic.ts'
import { PROBE_TROUBLES, probeError, type ProbeError } from './probe.ts'

/** All requests of one probe together. */
const PROBE_LIMIT_MS = 12_000
/** The least after a failure; it doubles with each that follows. */
const REST_MIN_MS = 5_000
const REST_GROWN_MS = 300_000

export type Rested = <A>(probe: Effect.Effect<A, ProbeError>) => Effect.Effect<A, ProbeError>

/** While it rests, everything fails at once with what it rests for and how long that takes yet. */
export const makeRest = (): Rested => {
  let failures = 0
  let resting: { readonly error: ProbeError; readonly untilMs: number } | null = null

  return (probe) =>
    Clock.clockWith((clock) => {
      const now = monotonicOf(clock)
      if (resting !== null && now < resting.untilMs) {
        return Effect.fail(probeError(resting.error.code, resting.untilMs - now, false))
      }
      const limited = Effect.timeoutOrElse(probe, {
        duration: PROBE_LIMIT_MS,
        orElse: () => Effect.fail(probeError('platform_timeout')),
      })
      const failed = (error: ProbeError): void => {
        const grownMs = Math.min(REST_MIN_MS * 2 ** failures, REST_GROWN_MS)
        failures += 1
        const restMs = Math.max(error.retryAfterMs ?? PROBE_TROUBLES[error.code].restMs, grownMs)
        resting = { error, untilMs: monotonicOf(clock) + restMs }
      }
      return limited.pipe(
        Effect.tap(() => Effect.sync(() => void (failures = 0))),
        Effect.tapError((error) => Effect.sync(() => failed(error))),
      )
    })
}
