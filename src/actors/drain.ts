// The end of a session before its archive: the reason goes to disk first, then the socket is let go with all
// that it still holds. It never fails; the machine ends it at the limit.

import * as Effect from 'effect/Effect'
import type { EndTrigger } from '../domain/reasons.ts'
import type { OpenSession } from '../domain/session.ts'
import { untilWritten } from './chain.ts'
import type { Recording } from './recording.ts'
import type { Resident } from './resident.ts'
import type { Looks } from './watch.ts'
import type { World } from './world.ts'

export interface DrainInput {
  readonly roomId: string
  readonly session: OpenSession
  readonly end: EndTrigger
}

/** Of the drain's time, so much is kept for the last flush. */
const FLUSH_SHARE = 0.1

/** After the stream's own end TikTok hangs up by itself; what comes until then belongs to the session. */
const tail = (world: World, recording: Recording): Effect.Effect<void> =>
  Effect.suspend(() => {
    const left = world.tuning.tailIdleMs - (world.monotonicMs() - recording.lastMs)
    if (left <= 0 || recording.isClosed) return Effect.void
    return Effect.raceFirst(Effect.sleep(left), Effect.asVoid(recording.closed)).pipe(
      Effect.andThen(tail(world, recording)),
    )
  })

/** TikTok's own view of the room at the end: asked for while the tail comes in, never waited for here. */
export const lookAtEnd = (world: World, looks: Looks, resident: Resident, recording: Recording): void => {
  if (recording.lookingAtEnd !== null) return
  recording.lookingAtEnd = world.fork(
    looks.ask(resident.room.id, false).pipe(
      Effect.map((look) => look.snapshot),
      Effect.timeoutOrElse({ duration: world.tuning.snapshotLimitMs, orElse: () => Effect.succeed(null) }),
      Effect.tap((seen) =>
        Effect.sync(() => {
          recording.snapshot.end = seen ?? looks.last(resident.room.id)?.snapshot ?? null
        }),
      ),
      Effect.asVoid,
    ),
  )
}

export const drain = (
  world: World,
  looks: Looks,
  resident: Resident,
  { session, end }: DrainInput,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { recording } = resident
    if (recording === null) return
    const until = world.monotonicMs() + world.settings().drainTimeoutMs * (1 - FLUSH_SHARE)
    lookAtEnd(world, looks, resident, recording)
    recording.end()
    // Rows of gaps may wait; the reason needs nothing but the session's own row.
    if (!recording.written) yield* recording.chain.idle
    yield* untilWritten(world.recorder.intendEnd(session.no, end)).pipe(
      Effect.catch((error) => Effect.sync(() => resident.crash(error))),
    )
    if (end.reason === 'stream_end' || end.reason === 'stream_suspended') yield* tail(world, recording)
    yield* recording.release(Math.max(0, until - world.monotonicMs()))
    // What could not be flushed in time is in the queue before the archive's transaction all the same.
    yield* Effect.ignore(world.recorder.flush(session.no))
  })
