// Takes one destination off air: what runs, what was asked for and has not answered, what was asked for and whose
// answer was lost.

import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { endRunning, settleEnded } from './ending.ts'
import type { Job } from './job.ts'
import { knowAddress, resolveLost } from './survey.ts'

/** Stops everything that may be running for this destination. Done when LiveKit has confirmed that nothing is. */
export const endAll = Effect.fnUntraced(function* (job: Job) {
  const { world, holding } = job
  const { holdings, limits } = world
  for (;;) {
    const changed = holding.changed
    settleEnded(job)
    const running = holdings.running(holding)
    if (running.length > 0) {
      yield* Effect.raceFirst(endRunning(job), changed)
    } else if (holding.flight !== null) {
      yield* changed
    } else if (holding.lost !== null) {
      yield* knowAddress(job)
      const known = yield* Effect.result(resolveLost(job))
      const isKnown = Result.isSuccess(known) && known.success !== 'unknown'
      if (!isKnown) yield* Effect.raceFirst(Effect.sleep(limits.pollMs), changed)
    } else return
  }
})
