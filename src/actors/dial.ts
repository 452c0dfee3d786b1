// One attempt to connect: a permit of the sign budget, a socket, and whose it is then.
// It does not try again; that is `actors/link.ts`.

import * as Effect from 'effect/Effect'
import { TikTokError } from '../domain/errors.ts'
import { type Kept, makeAttempt } from './attempt.ts'
import type { Stage } from './bridge.ts'
import type { Recording } from './recording.ts'
import type { Resident } from './resident.ts'
import type { World } from './world.ts'

/**
 * Interrupting it, at any moment, leaves no socket behind that nobody owns: a connection either belongs to the
 * recording, which lets it go when the session ends, or it is finished here.
 */
export const dial = (
  world: World,
  resident: Resident,
  recording: Recording,
  stage: Stage,
): Effect.Effect<Kept, TikTokError> =>
  Effect.suspend(() => {
    resident.waiting = { for: 'sign_budget', untilAt: null }
    const { handle, proxyUrl, id } = resident.room
    const { broadcastId } = recording.session
    return world.budget.withPermit({ roomId: id, recording: recording.opened })((signKey) => {
      resident.waiting = { for: 'connect', untilAt: null }
      const attempt = makeAttempt(world, resident, recording, stage)
      const spec = { handle, broadcastId, signKey, proxyUrl }
      return Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const connection = yield* restore(world.tiktok.connect(spec, attempt.listener))
          const kept = attempt.keep(connection)
          if (kept !== 'kept') {
            attempt.abandon()
            yield* connection.finish(0)
          }
          return kept
        }),
      ).pipe(
        Effect.timeoutOrElse({
          duration: world.tuning.connectTimeoutMs,
          orElse: () =>
            Effect.fail(new TikTokError({ code: 'connect_timeout', message: 'no answer in time' })),
        }),
        Effect.onError(() => Effect.sync(attempt.abandon)),
      )
    })
  })
