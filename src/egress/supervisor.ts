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
  /** Ends all of it. Nothing is begun afterwards: what is on disk is the next process's. */
  readonly letGo: Effect.Effect<void>
  readonly hasLetGo: () => boolean
}

export const makeSupervisor: Effect.Effect<Supervisor, never, Scope.Scope> = Effect.gen(function* () {
  const fibers = yield* FiberMap.make<string, unknown, unknown>()
  const asides = yield* FiberSet.make<unknown, unknown>()
  const run = yield* FiberMap.runtime(fibers)()
  const aside = yield* FiberSet.runtime(asides)()
  let isOver = false
  const unlessOver = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => (isOver ? Effect.interrupt : effect))
  return {
    run: (key, effect) => run(key, unlessOver(effect)),
    aside: (effect) => aside(unlessOver(effect)),
    letGo: Effect.suspend(() => {
      isOver = true
      return Effect.andThen(FiberMap.clear(fibers), FiberSet.clear(asides))
    }),
    hasLetGo: () => isOver,
  }
})
