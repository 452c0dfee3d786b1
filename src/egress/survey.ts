// Looks at LiveKit for what is ours in one room: by the ids that are known, else by the address. Only a complete
// list says that something is absent, and only of what was there before it was asked for.

import * as Effect from 'effect/Effect'
import { streamUrlOf } from '../domain/destination-rules.ts'
import type { EgressView } from '../domain/egress.ts'
import type { Holding } from './holding.ts'
import type { Job } from './job.ts'
import { sentPage, type LiveKitError } from './livekit.ts'
import { endEgress } from './ending.ts'
import { isOver } from './sightings.ts'

/** LiveKit's own queues and repetitions are shorter by far. */
export const SUSPICION_MS = 300_000

export interface Surveyed {
  /** Monotonic milliseconds of the question. */
  readonly askedMs: number
  /** There is one that may be ours or another's: nothing is known. */
  readonly isUnclear: boolean
}

/** One that can be gone on with, as far as LiveKit says. */
const isFit = ({ status, streams }: EgressView): boolean =>
  (status === 'starting' || status === 'active') && streams.every((stream) => stream.status === 'active')

/** Takes an egress that nobody owned. The newest is the one whose answer was lost, if one was. */
const claim = ({ world, holding, newId }: Job, strays: readonly EgressView[]): void => {
  for (const { egressId } of strays) {
    const { lost } = holding
    holding.lost = null
    world.holdings.hold(holding, egressId, lost?.attemptId ?? newId(), world.monotonicMs())
  }
}

/** How LiveKit shows where ours is sent, when no attempt of this process has said so yet. */
export const knowAddress = ({ world, holding, destination }: Job): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (holding.redactedUrl !== null) return Effect.void
    return Effect.map(destination, (known) => {
      const streamUrl = known === null ? null : streamUrlOf(known)
      if (known === null || streamUrl === null) return
      holding.redactedUrl ??= world.livekit.redact(streamUrl, sentPage(known.source, holding.roomName))
    })
  })

const isWaiting = ({ flight, lost }: Holding): boolean => flight !== null || lost !== null

/** One complete look. Afterwards the sightings and the holding say what is known. */
export const survey = (job: Job): Effect.Effect<Surveyed, LiveKitError> =>
  Effect.gen(function* () {
    const { world, holding } = job
    const { livekit, sightings, holdings } = world
    const [askedMs, askedAt] = [world.monotonicMs(), world.now()]
    const views = yield* livekit.listActive(holding.roomName)
    const at = world.now()
    holding.lookedMs = world.monotonicMs()
    for (const view of views) sightings.see(view, 'poll', at)
    const listed = new Set(views.map(({ egressId }) => egressId))
    for (const [egressId, { sinceMs }] of holding.ids) {
      if (listed.has(egressId) || sinceMs > askedMs || isOver(sightings.get(egressId))) continue
      const view = yield* livekit.find(egressId)
      if (view === null) sightings.gone(egressId, 'poll', world.now())
      else sightings.see(view, 'poll', world.now())
    }
    // A list may be old when it comes: what a webhook or another list said since it was asked for counts too.
    const heard = sightings.straysSince(askedAt).filter(({ egressId }) => !listed.has(egressId))
    const strays = holdings
      .strays(holding, [...views, ...heard])
      .filter(({ egressId }) => !isOver(sightings.get(egressId)))
      .toSorted((a, b) => Number(b.updatedAtNs - a.updatedAtNs))
    const rivals = holdings.lookalikes(holding).filter(isWaiting)
    if (strays.length === 0 || rivals.length === 0) {
      claim(job, strays)
      return { askedMs, isUnclear: false }
    }
    // Two addresses that LiveKit shows alike: what another waits for is not taken; what both lost is stopped.
    if (holding.lost === null) return { askedMs, isUnclear: false }
    if (rivals.every(({ flight }) => flight === null)) {
      for (const { egressId } of strays) world.fork(endEgress(world, egressId))
    }
    return { askedMs, isUnclear: true }
  })

/** The egress of ours to go on with, the one we have had for longest; all others of ours are to be stopped. */
export const choose = ({ world, holding }: Job): string | null => {
  const fit = [...holding.ids]
    .filter(([egressId, held]) => {
      const sighting = world.sightings.get(egressId)
      return !held.isUnfit && sighting !== null && !isOver(sighting) && sighting.leftAt === null
    })
    .map(([egressId, held]) => ({ egressId, held, view: world.sightings.get(egressId)?.view ?? null }))
    .filter(({ view }) => view !== null && isFit(view))
    .toSorted((a, b) => a.held.sinceMs - b.held.sinceMs)
  const chosen = fit[0]?.egressId ?? null
  for (const egressId of world.holdings.running(holding)) {
    const held = holding.ids.get(egressId)
    if (held !== undefined && egressId !== chosen) held.isUnfit = true
  }
  return chosen
}

/**
 * One step towards knowing what became of a start whose answer was lost. `absent`: two complete lists did not
 * have it, the second asked for no sooner than the grace after the loss.
 */
export const resolveLost = (job: Job): Effect.Effect<'found' | 'absent' | 'unknown', LiveKitError> =>
  Effect.gen(function* () {
    const { world, holding, records } = job
    const { lost } = holding
    const { askedMs, isUnclear } = yield* survey(job)
    if (lost === null || holding.lost !== lost) return 'found'
    if (isUnclear || askedMs < lost.sinceMs) return 'unknown'
    if (lost.absentMs === null) {
      lost.absentMs = askedMs
      return 'unknown'
    }
    if (askedMs - lost.sinceMs < world.limits.graceMs) return 'unknown'
    holding.lost = null
    holding.suspectUntilMs = world.monotonicMs() + SUSPICION_MS
    world.holdings.touch(holding)
    records.end(lost.attemptId, null, { code: 'start_unknown', error: null })
    return 'absent'
  })
