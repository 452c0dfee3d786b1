// Writes of one session that keep their order and are not given up: each is tried until it is done.
// It does not know what it writes, and it holds nothing once it is empty.

import * as Effect from 'effect/Effect'
import type { Fiber } from 'effect/Fiber'
import * as Latch from 'effect/Latch'
import type { DbError } from '../domain/errors.ts'
import type { Fork } from './bridge.ts'

const RETRY_BASE_MS = 100
const RETRY_CAP_MS = 5_000

/** Runs a write until it succeeds; only another owner of the room makes it stop. */
export const untilWritten = <A>(
  write: Effect.Effect<A, DbError>,
  onFailed: (error: DbError) => void = () => {},
  attempt = 0,
): Effect.Effect<A, DbError> =>
  write.pipe(
    Effect.catch((error) => {
      onFailed(error)
      if (error.kind === 'fenced') return Effect.fail(error)
      const ms = Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** attempt)
      const again = Effect.suspend(() => untilWritten(write, onFailed, Math.min(attempt + 1, 10)))
      return Effect.andThen(Effect.sleep(ms), again)
    }),
  )

export interface Chain {
  /** Starts at once when nothing is before it. */
  readonly push: (write: Effect.Effect<unknown, DbError>) => void
  /** Waits until everything pushed so far is written. */
  readonly idle: Effect.Effect<void>
  /** Writes that wait, the one under way counted. */
  readonly size: () => number
  readonly lastError: () => DbError | null
  /** Gives up what is left: the process leaves, or another owner has the room. */
  readonly stop: () => void
}

export const makeChain = (fork: Fork, onFenced: (error: DbError) => void): Chain => {
  const waiting: Effect.Effect<unknown, DbError>[] = []
  const empty = Latch.makeUnsafe(true)
  let running: Fiber<void> | null = null
  let failed: DbError | null = null

  const run = Effect.gen(function* () {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      yield* untilWritten(next, (error) => {
        failed = error
      })
      failed = null
      waiting.shift()
    }
  }).pipe(
    Effect.catch((error) =>
      Effect.sync(() => {
        waiting.length = 0
        onFenced(error)
      }),
    ),
    Effect.ensuring(
      Effect.sync(() => {
        running = null
        empty.openUnsafe()
      }),
    ),
  )

  return {
    push: (write) => {
      waiting.push(write)
      empty.closeUnsafe()
      if (waiting.length === 1) {
        const fiber = fork(run)
        if (fiber.pollUnsafe() === undefined) running = fiber
      }
    },
    idle: empty.await,
    size: () => waiting.length,
    lastError: () => failed,
    stop: () => {
      waiting.length = 0
      running?.interruptUnsafe()
    },
  }
}
