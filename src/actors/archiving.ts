// One archive attempt: everything before it is written, nothing of the socket is left, one transaction.
// Its outcome is an answer, not an exception; trying again is the machine's.

import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as Result from 'effect/Result'
import type { DbError } from '../domain/errors.ts'
import { sessionId } from '../domain/session.ts'
import type { ArchiveDone, ArchiveFailed, ArchiveInput } from '../machines/room-events.ts'
import { makeRecording } from './recording.ts'
import type { Resident } from './resident.ts'
import { withHour } from './schedule.ts'
import type { Looks } from './watch.ts'
import type { World } from './world.ts'

/** Earlier writes of the session are waited for so long; then the attempt has failed. */
const WRITES_LIMIT_MS = 2_000

const STREAM_OVER = ['stream_end', 'stream_suspended']

export const archive = (
  world: World,
  looks: Looks,
  resident: Resident,
  { roomId, session, end, secondary, attempt }: ArchiveInput,
): Effect.Effect<ArchiveDone, ArchiveFailed> =>
  Effect.gen(function* () {
    const recording = (resident.recording ??= makeRecording(world, session, true, (error) =>
      resident.crash(error),
    ))
    const startedAt = world.now()

    const failed = (errorClass: string, message: string): Effect.Effect<never, ArchiveFailed> => {
      const finishedAt = world.now()
      recording.rememberFailed({ startedAt, finishedAt, errorClass })
      world.database.append({
        name: 'archive.failed',
        at: finishedAt,
        roomId,
        sessionId: sessionId(session.no),
        body: { attempt, reason: end.reason, errorClass, message },
      })
      return Effect.fail({ message: `${errorClass}: ${message}` })
    }

    yield* recording.release()
    if (recording.lookingAtEnd !== null) yield* Fiber.await(recording.lookingAtEnd)
    const written = Effect.as(recording.chain.idle, true)
    const inTime = yield* Effect.timeoutOrElse(written, {
      duration: WRITES_LIMIT_MS,
      orElse: () => Effect.succeed(false),
    })
    if (!inTime) {
      const error = recording.chain.lastError()
      return yield* failed(error?.kind ?? 'busy', error?.message ?? 'earlier writes are still waiting')
    }

    // Until it is known to have failed, this attempt may be the one that wrote the triggers it was given.
    const notedBefore = recording.noted
    recording.noted ??= secondary.length
    const outcome = yield* Effect.result(
      world.recorder.archive({
        session,
        end,
        secondary,
        snapshot: recording.snapshot,
        startedAt,
        failedAttempts: recording.failed,
      }),
    )
    if (Result.isFailure(outcome)) {
      const error: DbError = outcome.failure
      if (error.outcome === 'failed') recording.noted = notedBefore
      if (error.kind === 'fenced') resident.crash(error)
      return yield* failed(error.kind, error.message)
    }
    if (STREAM_OVER.includes(end.reason)) looks.distrust(roomId, session.broadcastId)
    looks.learn(roomId, (habits) => withHour(habits, session.openedAt))
    resident.recording = null
    resident.lastSessionNo = session.no
    const noted = outcome.success.outcome === 'done' ? secondary.length : (recording.noted ?? 0)
    return { noted }
  })
