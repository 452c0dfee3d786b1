// Turns by key: what changes one key's row and object goes one after the other, in the order it came.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Semaphore from 'effect/Semaphore'

export interface Turns {
  /** Carries it out when its turn has come; `tooLate` when that takes longer than it may wait. */
  readonly take: <A, E, E2, R>(
    key: string,
    waitMs: number,
    tooLate: Effect.Effect<never, E2>,
    carryOut: Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | E2, R>
  /** How many keys are taken or waited for. */
  readonly size: () => number
}

interface Turn {
  readonly semaphore: Semaphore.Semaphore
  users: number
}

export const makeTurns = (): Turns => {
  const turns = new Map<string, Turn>()
  const enter = (key: string): Turn => {
    const turn = turns.get(key) ?? { semaphore: Semaphore.makeUnsafe(1), users: 0 }
    turns.set(key, turn)
    turn.users += 1
    return turn
  }
  const leave = (key: string, turn: Turn): void => {
    turn.users -= 1
    if (turn.users === 0) turns.delete(key)
  }
  return {
    take: <A, E, E2, R>(
      key: string,
      waitMs: number,
      tooLate: Effect.Effect<never, E2>,
      carryOut: Effect.Effect<A, E, R>,
    ) =>
      Effect.acquireUseRelease(
        Effect.sync(() => enter(key)),
        ({ semaphore }) =>
          Effect.acquireUseRelease(
            Effect.timeoutOption(Effect.interruptible(Semaphore.take(semaphore, 1)), waitMs),
            (taken): Effect.Effect<A, E | E2, R> => (Option.isSome(taken) ? carryOut : tooLate),
            (taken) => (Option.isSome(taken) ? Semaphore.release(semaphore, 1) : Effect.void),
          ),
        (turn) => Effect.sync(() => leave(key, turn)),
      ),
    size: () => turns.size,
  }
}
