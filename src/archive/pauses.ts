// TikTok's pauses as rows: written one after another in the order in which they were decoded, each tried until
// it is written or the session is not ours any more.

import * as Effect from 'effect/Effect'
import * as Queue from 'effect/Queue'
import type { Database } from '../db/database.ts'
import type { ControlAction } from '../domain/event.ts'
import { pauseTransaction, unpauseTransaction, type SessionRef } from './session-writes.ts'

const RETRY_MS = 1_000
/** Pauses that wait for the disk, of all sessions. */
const WAITING_MAX = 10_000

export interface Pauses {
  readonly heard: (ref: SessionRef, action: ControlAction, at: number) => void
}

export const makePauses = Effect.fnUntraced(function* (database: Database['Service']) {
  const waiting = yield* Queue.dropping<readonly [ref: SessionRef, paused: boolean, at: number]>(WAITING_MAX)
  const writeNext = Effect.gen(function* () {
    const [ref, paused, at] = yield* Queue.take(waiting)
    const transaction = paused ? pauseTransaction(ref, at) : unpauseTransaction(ref, at)
    const write = (): Effect.Effect<unknown> =>
      database
        .write(transaction)
        .pipe(
          Effect.catch((error) =>
            error.kind === 'closed'
              ? Effect.void
              : Effect.andThen(Effect.sleep(RETRY_MS), Effect.suspend(write)),
          ),
        )
    yield* write()
  })
  yield* Effect.forkScoped(Effect.forever(writeNext))
  const pauses: Pauses = {
    heard: (ref, action, at) => {
      if (action === 'paused' || action === 'unpaused')
        Queue.offerUnsafe(waiting, [ref, action === 'paused', at])
    },
  }
  return pauses
})
