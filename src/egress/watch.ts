// Watches one accepted egress until it has ended or cannot be believed any more. What follows is the next
// attempt's.

import * as Effect from 'effect/Effect'
import { dispose } from './ending.ts'
import { accepted, judge, type Memory, remember } from './evidence.ts'
import type { Ended, Job } from './job.ts'
import { codeOfEnd, codeOfStream, errorOfEnd } from './outcome.ts'
import { isOver } from './sightings.ts'

/** Fails with how it ended; never succeeds. */
export const watch = Effect.fnUntraced(function* (
  job: Job,
  egressId: string,
  attemptId: string,
  isAdopted: boolean,
) {
  const { world, holding, records, tell } = job
  const { sightings, holdings, limits } = world
  let memory: Memory = accepted(world.monotonicMs())
  let phase: 'connecting' | 'live' | 'reconnecting' = 'connecting'

  for (;;) {
    const sighting = sightings.get(egressId)
    // Another destination's start was answered with this id: it was never ours.
    if (!holding.ids.has(egressId)) {
      return yield* Effect.fail<Ended>({ code: 'egress_gone', error: null, egressId })
    }
    const now = { ms: world.monotonicMs(), at: world.now() }
    let againMs = limits.connectMs
    if (sighting !== null) {
      if (isOver(sighting)) {
        const code = codeOfEnd(sighting, memory.wasLive) ?? 'egress_gone'
        const error = errorOfEnd(sighting)
        records.end(attemptId, sighting, { code, error })
        holdings.release(holding, egressId)
        return yield* Effect.fail<Ended>({ code, error, egressId })
      }
      memory = remember(memory, sighting, now, isAdopted)
      const belief = judge(memory, sighting, now, limits)
      if (belief.phase === 'stalled' || belief.phase === 'stream_failed') {
        const error = belief.phase === 'stalled' ? null : errorOfEnd(sighting)
        const code = belief.phase === 'stalled' ? 'stalled' : codeOfStream(error, memory.wasLive)
        const held = holding.ids.get(egressId)
        if (held !== undefined) held.isUnfit = true
        records.giveUp(attemptId, { code, error, egressId })
        // Nothing may go on sending that nobody watches, whether there is another attempt or not.
        dispose(job, egressId)
        return yield* Effect.fail<Ended>({ code, error, egressId })
      }
      if (belief.phase !== phase) {
        phase = belief.phase
        if (phase === 'live') {
          memory = { ...memory, wasLive: true }
          records.live(attemptId)
          tell({ type: 'attempt.live', at: now.at })
        }
        if (phase === 'reconnecting') tell({ type: 'attempt.troubled', code: 'destination_lost' })
      }
      againMs = belief.againMs
    }
    const changed = sightings.changed(egressId, sighting?.version ?? 0)
    yield* Effect.raceFirst(changed, Effect.sleep(Math.max(1, againMs)))
  }
})
