// Watches an open connection: silence is a question, not an answer. A broadcast is silent when no message comes,
// a socket when nothing comes at all. It ends when the socket is a zombie; when the broadcast is over it says so
// and waits to be stopped. How a connection begins is in `actors/link.ts`.

import * as Effect from 'effect/Effect'
import { STALL_MS } from './bridge.ts'
import { heedLook } from './presence.ts'
import type { Recording } from './recording.ts'
import type { Resident } from './resident.ts'
import type { Votes } from './votes.ts'
import type { Looks } from './watch.ts'
import type { World } from './world.ts'

/** A socket silent for so many silence timeouts while the room is not over is a zombie. */
const ZOMBIE_TIMEOUTS = 3

/** Done when the connection should be closed and made anew. */
export const watchSilence = (
  world: World,
  looks: Looks,
  resident: Resident,
  recording: Recording,
  votes: Votes,
): Effect.Effect<void> => {
  /** Silence while we stood still, or did not read, is not theirs: it counts from here. */
  let countedFrom = world.monotonicMs()

  const sleep = (ms: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const due = world.monotonicMs() + ms
      return Effect.andThen(
        Effect.sleep(ms),
        Effect.sync(() => {
          if (world.monotonicMs() - due > STALL_MS) countedFrom = world.monotonicMs()
        }),
      )
    })

  const since = (ms: number): number => world.monotonicMs() - Math.max(countedFrom, ms)

  return Effect.gen(function* () {
    for (;;) {
      const { silenceTimeoutMs, heartbeatIntervalMs } = world.settings()
      if (recording.held) countedFrom = world.monotonicMs()
      const left = silenceTimeoutMs - since(recording.spokenMs)
      if (left > 0) {
        votes.clear()
        yield* sleep(left)
        continue
      }
      const spokenBefore = recording.spokenMs
      const look = yield* looks.ask(resident.room.id, true)
      if (recording.spokenMs > spokenBefore) continue
      yield* heedLook(world, resident, recording, votes, look)
      // A paused creator sends nothing for as long as they like.
      const paused = look.answer === 'live' ? look.paused : resident.state === 'live.paused'
      if (!paused && since(recording.lastMs) >= ZOMBIE_TIMEOUTS * silenceTimeoutMs) return
      // A quiet broadcast on a living socket is asked about less often than one that may be cut off.
      const lives = since(recording.lastMs) < silenceTimeoutMs
      const again = lives ? Math.max(heartbeatIntervalMs, silenceTimeoutMs) : heartbeatIntervalMs
      yield* sleep(votes.waitMs(world.monotonicMs()) ?? again)
    }
  })
}
