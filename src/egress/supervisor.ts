// The fibers that keep destinations on air: one a destination, called by room and platform, each with a scope of
// its own, so that what one does or dies of is nobody else's. Closing the supervisor's scope lets go: nothing at
// LiveKit is stopped by it.

import * as Effect from 'effect/Effect'
import type { Fiber } from 'effect/Fiber'
import * as FiberMap from 'effect/FiberMap'
import * as FiberSet from 'effect/FiberSet'
import type * as Scope from 'effect/Scope'

export interface Supervisor {
  /** Takes the place of what the destination's fiber was doing. */
  readonly run: <A, E>(key: string, effect: Effect.Effect<A, E>) => Fiber<A, E>
  /** Work that goes on whatever becomes of the destination: an answer that is on its way, a stop of one too many. */
  readonly aside: <A, E>(effect: Effect.Effect<A, E>) => Fiber<A, E>
  readonly letGo: Effect.Effect<void>
}

export const makeSupervisor: Effect.Effect<Supervisor, never, Scope.Scope> = Effect.gen(function* () {
  const fibers = yield* FiberMap.make<string, unknown, unknown>()
  const asides = yield* FiberSet.make<unknown, unknown>()
  const run = yield* FiberMap.runtime(fibers)()
  const aside = yield* FiberSet.runtime(asides)()
  return {
    run: (key, effect) => run(key, effect),
    aside: (effect) => aside(effect),
    letGo: Effect.andThen(FiberMap.clear(fibers), FiberSet.clear(asides)),
  }
})
