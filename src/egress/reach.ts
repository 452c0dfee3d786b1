// LiveKit as the supervision asks it: every request has a limit, and whether LiveKit answers at all is known.

import * as Effect from 'effect/Effect'
import { LiveKit, LiveKitError } from './livekit.ts'

type Service = LiveKit['Service']

/** Answers that say that LiveKit is there, whatever it refuses. */
const ANSWERS: readonly LiveKitError['code'][] = [
  'not_found',
  'room_not_found',
  'invalid',
  'quota',
  'precondition',
]

/**
 * `onReach` hears of every change of whether LiveKit answers. A start is not cut off: what it answers late still
 * says what is ours.
 */
export const withReach = (
  livekit: Service,
  answerMs: number,
  onReach: (isReached: boolean, code: LiveKitError['code'] | null) => void,
): Service => {
  let isReached: boolean | null = null
  const note = (reached: boolean, code: LiveKitError['code'] | null): void => {
    const before = isReached
    isReached = reached
    // The first answer is no news; the first failure is.
    if (reached !== (before ?? true)) onReach(reached, code)
  }
  const noted = <A>(request: Effect.Effect<A, LiveKitError>): Effect.Effect<A, LiveKitError> =>
    request.pipe(
      Effect.tap(() => Effect.sync(() => note(true, null))),
      Effect.tapError(({ code }) =>
        Effect.sync(() => {
          if (code !== 'unconfigured') note(ANSWERS.includes(code), code)
        }),
      ),
    )
  const inTime = <A>(request: Effect.Effect<A, LiveKitError>): Effect.Effect<A, LiveKitError> =>
    noted(
      Effect.timeoutOrElse(request, {
        duration: answerMs,
        orElse: () =>
          Effect.fail(
            new LiveKitError({ code: 'timeout', mayHaveHappened: true, message: 'no answer in time' }),
          ),
      }),
    )
  return {
    configured: livekit.configured,
    start: (request) => noted(livekit.start(request)),
    listActive: (roomName) => inTime(livekit.listActive(roomName)),
    find: (egressId) => inTime(livekit.find(egressId)),
    stop: (egressId) => inTime(livekit.stop(egressId)),
    redact: livekit.redact,
  }
}
