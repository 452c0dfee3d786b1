// One StartEgress on its way. It is never called back: whoever waited may be gone, and the answer still decides
// what is ours. An answer that does not come in time is lost, which means that it may have happened.

import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Cause from 'effect/Cause'
import * as Option from 'effect/Option'
import type { EgressFailure } from '../domain/egress-failures.ts'
import type { EgressView } from '../domain/egress.ts'
import { dispose } from './ending.ts'
import type { Job } from './job.ts'
import type { LiveKitError, StartEgress } from './livekit.ts'
import { codeOfError } from './outcome.ts'

export type Landed =
  | { readonly type: 'accepted'; readonly egressId: string }
  | { readonly type: 'refused'; readonly code: EgressFailure; readonly error: string }
  | { readonly type: 'lost'; readonly code: EgressFailure }

/** Sends it now; what is answered is done when it is known how it went. */
export const launch = (
  job: Job,
  attemptId: string,
  generation: number,
  request: StartEgress,
): Effect.Effect<Landed> => {
  const { world, holding, records } = job
  const { livekit, sightings, holdings, limits } = world
  const landed = Deferred.makeUnsafe<Landed>()
  const settle = (how: Landed): void => void Deferred.doneUnsafe(landed, Exit.succeed(how))
  const isCurrent = (): boolean => holding.flight === attemptId || holding.lost?.attemptId === attemptId

  const lose = (code: EgressFailure): void => {
    if (holding.flight !== attemptId) return
    holding.flight = null
    holding.lost = { attemptId, sinceMs: world.monotonicMs(), absentMs: null }
    holdings.touch(holding)
    settle({ type: 'lost', code })
  }
  const accept = (view: EgressView): void => {
    sightings.see(view, 'answer', world.now())
    const isLate = !isCurrent()
    if (!isLate) {
      holding.flight = null
      holding.lost = null
    }
    const owner = holdings.ownerOf(view.egressId)
    if (owner !== null && owner !== holding) holdings.release(owner, view.egressId)
    const held = holdings.hold(holding, view.egressId, attemptId, world.monotonicMs())
    records.accept(attemptId, view.egressId, generation, false)
    settle({ type: 'accepted', egressId: view.egressId })
    if (!isLate) return
    held.isUnfit = true
    dispose(job, view.egressId)
  }
  const refuse = (error: LiveKitError): void => {
    const code = codeOfError(error)
    if (error.mayHaveHappened) return lose(code)
    if (isCurrent()) {
      holding.flight = null
      holding.lost = null
    }
    records.end(attemptId, null, { code, error: error.message })
    holdings.touch(holding)
    settle({ type: 'refused', code, error: error.message })
  }

  holding.flight = attemptId
  holdings.touch(holding)
  job.begins()
  world.fork(
    Effect.map(Effect.exit(livekit.start(request)), (exit) => {
      if (Exit.isSuccess(exit)) return accept(exit.value)
      const failure = Cause.findErrorOption(exit.cause)
      if (Option.isSome(failure)) return refuse(failure.value)
      lose('livekit_unreachable')
    }),
  )
  // What answered at once needs no limit.
  if (holding.flight === attemptId) {
    world.fork(
      Effect.andThen(
        Effect.sleep(limits.answerMs),
        Effect.sync(() => lose('livekit_unreachable')),
      ),
    )
  }
  return Deferred.await(landed)
}
