// The only place where Effect and XState meet: an Effect as an actor, Effect's clock as a machine's clock.
// It does not know rooms.

import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type { Fiber } from 'effect/Fiber'
import * as Option from 'effect/Option'
import * as Result from 'effect/Result'
import type { ActorOptions, ActorRefFrom, AnyActorLogic, AnyEventObject, PromiseActorLogic } from 'xstate'

/** Starts an effect that needs nothing more; what it needs was given where the fork was made. */
export type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber<A, E>

export type MachineClock = NonNullable<ActorOptions<AnyActorLogic>['clock']>

interface ExitEvent<A, E> extends AnyEventObject {
  readonly type: 'effect.exit'
  readonly exit: Exit.Exit<A, E>
}

/** Whether the actor is still wanted: known before its effect is interrupted, so before any finalizer runs. */
export interface Stage {
  readonly isStopped: boolean
}

/**
 * An actor that runs one effect. Stopping the actor interrupts the effect; finalizers may still run after
 * the next state was entered. Success and typed failure are both "done", with a Result as output, because
 * XState types outputs and not errors; a defect is the actor's error.
 */
export const fromEffect = <A, E, I>(
  fork: (effect: Effect.Effect<A, E>, input: I) => Fiber<A, E>,
  make: (input: I, stage: Stage) => Effect.Effect<A, E>,
): PromiseActorLogic<Result.Result<A, E>, I> => {
  type Self = ActorRefFrom<PromiseActorLogic<Result.Result<A, E>, I>>
  const stops = new WeakMap<Self, () => void>()
  return {
    config: make,
    getInitialSnapshot: (_scope, input) => ({ status: 'active', output: undefined, error: undefined, input }),
    start: ({ status, input }, { self }) => {
      if (status !== 'active' || input === undefined) return
      const stage = { isStopped: false }
      const fiber = fork(
        Effect.suspend(() => make(input, stage)),
        input,
      )
      const unobserve = fiber.addObserver((exit) => self.send({ type: 'effect.exit', exit }))
      stops.set(self, () => {
        stage.isStopped = true
        unobserve()
        fiber.interruptUnsafe()
      })
    },
    transition: (snapshot, event, { self }) => {
      if (snapshot.status !== 'active') return snapshot
      if (event.type === 'xstate.stop') {
        stops.get(self)?.()
        return { ...snapshot, status: 'stopped' }
      }
      if (event.type !== 'effect.exit') return snapshot
      const { exit } = event as ExitEvent<A, E>
      if (Exit.isSuccess(exit)) return { ...snapshot, status: 'done', output: Result.succeed(exit.value) }
      const failure = Cause.findErrorOption(exit.cause)
      if (Option.isSome(failure)) return { ...snapshot, status: 'done', output: Result.fail(failure.value) }
      return { ...snapshot, status: 'error', error: Cause.squash(exit.cause) }
    },
    getPersistedSnapshot: (snapshot) => snapshot,
    restoreSnapshot: (snapshot) => snapshot as never,
  }
}

/** A timer this late did not wait in vain: the process stood still (a long loop, SIGSTOP, a sleeping host). */
export const STALL_MS = 1_000

/**
 * Timers of machines on Effect's clock, so that one test clock drives both. Time in which the whole process
 * stood still is not held against anybody: a timer that fires late waits once more, as long as it was late.
 */
export const machineClock = (fork: Fork, monotonicMs: () => number): MachineClock => ({
  setTimeout: (run: () => void, ms: number) => {
    const due = monotonicMs() + ms
    return fork(
      Effect.sleep(ms).pipe(
        Effect.andThen(
          Effect.suspend(() => {
            const late = monotonicMs() - due
            return late > STALL_MS ? Effect.sleep(Math.min(late, ms)) : Effect.void
          }),
        ),
        Effect.andThen(Effect.sync(run)),
      ),
    )
  },
  clearTimeout: (fiber: Fiber<void>) => fiber.interruptUnsafe(),
})
