// Ends egresses at LiveKit: asked again with backoff until the end is seen, by an answer, a webhook or a poll.
// That a stop was answered means nothing yet; that there is nothing to stop is as good as stopped.

import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { type EgressView, isTerminal } from '../domain/egress.ts'
import type { Holding } from './holding.ts'
import type { EgressWorld, Job } from './job.ts'
import { errorOfEnd } from './outcome.ts'
import { isOver, type Sightings } from './sightings.ts'

/** Done when the egress is known to have ended. */
const untilOver = (sightings: Sightings, egressId: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const known = sightings.get(egressId)
    if (isOver(known)) return Effect.void
    return Effect.andThen(sightings.changed(egressId, known?.version ?? 0), untilOver(sightings, egressId))
  })

/**
 * LiveKit says that it cannot be stopped: it has ended, or it is ending. Which of the two is asked for; without an
 * answer the first is believed.
 */
const lookAfter = ({ livekit, sightings, now }: EgressWorld, egressId: string): Effect.Effect<void> =>
  Effect.map(Effect.result(livekit.find(egressId)), (found) => {
    const view = Result.isSuccess(found) ? found.success : null
    if (view === null) sightings.gone(egressId, 'answer', now())
    else sightings.see(view, 'answer', now())
  })

/** Stops one egress, for as long as it takes. */
export const endEgress = Effect.fnUntraced(function* (world: EgressWorld, egressId: string) {
  const { livekit, sightings, limits, random, now } = world
  for (let asked = 0; !isOver(sightings.get(egressId)); asked += 1) {
    const answer = yield* Effect.result(livekit.stop(egressId))
    if (Result.isSuccess(answer)) sightings.see(answer.success, 'answer', now())
    else if (answer.failure.code === 'not_found') sightings.gone(egressId, 'answer', now())
    else if (answer.failure.code === 'precondition') yield* lookAfter(world, egressId)
    if (isOver(sightings.get(egressId))) return
    const backoff = Math.min(limits.stopCapMs, limits.stopBaseMs * 2 ** Math.min(asked, 20))
    // LiveKit flushes for up to half a minute before an egress is complete; its word comes by itself.
    const ms = Result.isSuccess(answer) ? limits.stopCapMs : backoff * (0.8 + 0.4 * random())
    yield* Effect.raceFirst(untilOver(sightings, egressId), Effect.sleep(ms))
  }
})

/** When it has ended it is written down and held no longer; `attemptId` is whose it was if it is not held any more. */
const settleOne = ({ world, holding, records }: Job, egressId: string, attemptId?: string): void => {
  const whose = holding.ids.get(egressId)?.attemptId ?? attemptId
  const sighting = world.sightings.get(egressId)
  if (whose === undefined || sighting === null || !isOver(sighting)) return
  records.end(whose, sighting, { code: null, error: errorOfEnd(sighting) })
  world.holdings.release(holding, egressId)
}

/** Everything that has ended; `watched` is somebody else's to end. */
export const settleEnded = (job: Job, watched: string | null = null): void => {
  for (const egressId of job.holding.ids.keys()) {
    if (egressId !== watched) settleOne(job, egressId)
  }
}

/** Stops an egress that nobody waits for: one too many, given up, or one whose answer came too late. */
export const dispose = (
  job: Job,
  egressId: string,
  attemptId = job.holding.ids.get(egressId)?.attemptId,
): void => {
  job.world.fork(
    Effect.andThen(
      endEgress(job.world, egressId),
      Effect.sync(() => settleOne(job, egressId, attemptId)),
    ),
  )
}

/** Stops what is held of this destination now, and no more. */
export const endRunning = (job: Job): Effect.Effect<void> =>
  Effect.suspend(() =>
    Effect.forEach(job.world.holdings.running(job.holding), (egressId) => endEgress(job.world, egressId), {
      concurrency: 'unbounded',
      discard: true,
    }),
  ).pipe(Effect.andThen(Effect.sync(() => settleEnded(job))))

/**
 * Egresses with an address of ours that nobody started, as far as anybody knows: starts that LiveKit carried out
 * after they had been given up. They are stopped, unless somebody still waits for one, and belong to their
 * destination until they have ended, so that nothing is started beside them.
 */
export const makeStrayCatcher = (world: EgressWorld) => {
  const { holdings } = world
  const isWaiting = ({ flight, lost }: Holding): boolean => flight !== null || lost !== null
  return (views: readonly EgressView[]): void => {
    const strangers = views.filter(
      ({ egressId, status }) => !isTerminal(status) && holdings.everOf(egressId) === null,
    )
    if (strangers.length === 0) return
    for (const holding of holdings.all) {
      if (holding.redactedUrl === null) continue
      const strays = holdings.strays(holding, strangers)
      if (strays.length === 0) continue
      if (isWaiting(holding) || holdings.lookalikes(holding).some(isWaiting)) continue
      for (const { egressId } of strays) {
        if (isOver(world.sightings.get(egressId))) continue
        // No attempt knows of it: what is written down under this name changes nothing.
        holdings.hold(holding, egressId, egressId, world.monotonicMs()).isUnfit = true
        world.fork(
          Effect.ensuring(
            endEgress(world, egressId),
            Effect.sync(() => holdings.release(holding, egressId)),
          ),
        )
      }
    }
  }
}
