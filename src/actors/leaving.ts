// The process leaves: nothing is begun any more, sockets are let go, every open session is parked. What is being
// archived gets until the limit. Nothing is ended because we leave.

import * as Cause from 'effect/Cause'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Option from 'effect/Option'
import { untilWritten } from './chain.ts'
import type { Desk } from './desk.ts'
import type { Resident } from './resident.ts'
import { isEnding } from './status.ts'
import { messageOf } from './supervisor.ts'
import type { Looks } from './watch.ts'

export interface Left {
  readonly parked: number
  readonly unfinished: number
}

/** Rooms let go at the same time. */
const AT_ONCE = 256

type Outcome = 'parked' | 'unfinished' | 'nothing'

export const makeLetGo = ({ world, supervisor, close }: Desk, looks: Looks) => {
  const hurry = Deferred.makeUnsafe<void>()
  let left: Deferred.Deferred<Left> | null = null

  const inTime = <A>(effect: Effect.Effect<A>, ms: number): Effect.Effect<boolean> =>
    Effect.raceFirst(
      Effect.as(effect, true),
      Effect.as(Effect.raceFirst(Effect.sleep(ms), Deferred.await(hurry)), false),
    )

  const letGo = (resident: Resident, deadlineMs: number): Effect.Effect<Outcome> => {
    const remaining = (): number => Math.max(0, deadlineMs - world.monotonicMs())
    return Effect.gen(function* () {
      if (isEnding(resident.state)) {
        yield* inTime(
          resident.reaches((state) => !isEnding(state)),
          remaining(),
        )
      }
      const ending = isEnding(resident.state)
      resident.gone = true
      resident.actor?.stop()
      resident.interrupt()
      const { recording, writes } = resident
      if (writes !== null && !(yield* inTime(writes.idle, remaining()))) writes.stop()
      if (recording === null || !recording.opened) return 'nothing'

      const { no } = recording.session
      // Whoever stops waiting for the socket's goodbye terminates it.
      const patience = Math.min(remaining(), world.settings().drainTimeoutMs)
      yield* inTime(recording.release(patience), patience)
      const parked = recording.chain.idle.pipe(
        Effect.andThen(Effect.ignore(world.recorder.flush(no))),
        // A session whose end is on disk is not parked: the next boot finishes its archive.
        Effect.andThen(
          ending ? Effect.void : Effect.orDie(untilWritten(world.recorder.park(no, recording.lastAt))),
        ),
      )
      // The rows must be written even in a hurry; only the limit ends this.
      const written = yield* Effect.timeoutOption(parked, remaining())
      recording.chain.stop()
      return Option.isNone(written) || ending ? 'unfinished' : 'parked'
    }).pipe(
      // Another owner has its session, or worse: the other rooms are let go all the same.
      Effect.catchCause((cause) =>
        Effect.as(
          Effect.logWarning('a room could not be let go', {
            roomId: resident.room.id,
            message: messageOf(Cause.squash(cause)),
          }),
          'unfinished' as const,
        ),
      ),
    )
  }

  return (limitMs: number): Effect.Effect<Left> =>
    Effect.suspend(() => {
      if (left !== null) {
        Deferred.doneUnsafe(hurry, Exit.void)
        return Deferred.await(left)
      }
      const answer = (left = Deferred.makeUnsafe<Left>())
      const deadlineMs = world.monotonicMs() + limitMs
      close()
      looks.stop()
      return Effect.forEach([...supervisor.residents.values()], (resident) => letGo(resident, deadlineMs), {
        concurrency: AT_ONCE,
      }).pipe(
        Effect.map((outcomes) => ({
          parked: outcomes.filter((outcome) => outcome === 'parked').length,
          unfinished: outcomes.filter((outcome) => outcome === 'unfinished').length,
        })),
        Effect.tap((counts) => Deferred.succeed(answer, counts)),
      )
    })
}
