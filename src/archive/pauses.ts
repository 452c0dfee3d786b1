// TikTok's pauses as rows, whoever noticed them: a session's one after another in the order in which they were
// heard of, each tried until it is written or the session is not ours any more. Sessions do not wait for each
// other, and whose a session is counts when the row is written, not when the news is heard.

import * as Effect from 'effect/Effect'
import * as FiberSet from 'effect/FiberSet'
import type { Database, Transaction } from '../db/database.ts'
import type { LiveSession } from './live-session.ts'
import { pauseTransaction, unpauseTransaction } from './session-writes.ts'

const RETRY_MS = 1_000
/** Pauses that wait for the disk, of all sessions. */
const WAITING_MAX = 10_000

export interface Pauses {
  /** It is paused now, or it is not; what was known already is not written again. */
  readonly heard: (live: LiveSession, isPaused: boolean, at: number) => void
}

interface Change {
  readonly isPaused: boolean
  readonly at: number
}

const transactionOf = ({ session }: LiveSession, { isPaused, at }: Change): Transaction => {
  const { no, roomId, epoch } = session
  return (isPaused ? pauseTransaction : unpauseTransaction)({ no, roomId, epoch }, at)
}

export const makePauses = Effect.fnUntraced(function* (database: Database['Service']) {
  const run = yield* FiberSet.makeRuntime<never, void, never>()
  const waiting = new Map<LiveSession, Change[]>()
  let size = 0

  const write = (live: LiveSession, change: Change): Effect.Effect<void> =>
    Effect.suspend(() =>
      live.state === 'open' ? Effect.asVoid(database.write(transactionOf(live, change))) : Effect.void,
    ).pipe(
      Effect.catch((error) =>
        error.kind === 'closed' ? Effect.void : Effect.andThen(Effect.sleep(RETRY_MS), write(live, change)),
      ),
    )

  const writeAll = Effect.fnUntraced(function* (live: LiveSession, changes: Change[]) {
    for (let next = changes[0]; next !== undefined; next = changes[0]) {
      yield* write(live, next)
      changes.shift()
      size -= 1
    }
    waiting.delete(live)
  })

  const pauses: Pauses = {
    heard: (live, isPaused, at) => {
      if (live.state !== 'open' || live.isPaused === isPaused || size >= WAITING_MAX) return
      live.isPaused = isPaused
      size += 1
      const before = waiting.get(live)
      if (before !== undefined) return void before.push({ isPaused, at })
      const changes = [{ isPaused, at }]
      waiting.set(live, changes)
      run(writeAll(live, changes))
    },
  }
  return pauses
})
