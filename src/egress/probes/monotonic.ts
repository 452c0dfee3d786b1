// Time that only goes forward, for what is kept and for how long: the day's clock may be set.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'

export const monotonicOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** Milliseconds since some moment. */
export const monotonicMs = Clock.clockWith((clock) => Effect.sync(() => monotonicOf(clock)))
