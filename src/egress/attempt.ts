// One try at keeping a destination on air: what runs already is gone on with, anything else of ours is stopped,
// and only when nothing of ours runs is a new egress started; then it is watched. When to try again is not here.

import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { Destination } from '../domain/destination.ts'
import { streamUrlOf } from '../domain/destination-rules.ts'
import { dispose, endRunning, settleEnded } from './ending.ts'
import { launch } from './flight.ts'
import type { Ended, Job } from './job.ts'
import { sentPage, type LiveKitError, type StartEgress } from './livekit.ts'
import { codeOfEnd, codeOfError, errorOfEnd } from './outcome.ts'
import { isOver } from './sightings.ts'
import { choose, resolveLost, survey } from './survey.ts'
import { watch } from './watch.ts'

/** How long an intent that could not be written waits before it is tried again. */
const WRITE_AGAIN_MS = 250

const failed = (code: Ended['code'], error: string | null = null): Effect.Effect<never, Ended> =>
  Effect.fail({ code, error, egressId: null })

const asEnded = (error: LiveKitError): Ended => ({
  code: codeOfError(error),
  error: error.message,
  egressId: null,
})

/** What was left by the process before this one and has ended meanwhile ends this attempt, as if it had been watched. */
const endedMeanwhile = ({ world, holding, records }: Job): Effect.Effect<void, Ended> =>
  Effect.suspend(() => {
    let last: Ended | null = null
    for (const [egressId, held] of holding.ids) {
      const sighting = world.sightings.get(egressId)
      if (sighting === null || !isOver(sighting)) continue
      const ended = {
        code: codeOfEnd(sighting, false) ?? 'egress_gone',
        error: errorOfEnd(sighting),
        egressId,
      } as const
      records.end(held.attemptId, sighting, held.isUnfit ? { ...ended, code: null } : ended)
      world.holdings.release(holding, egressId)
      if (!held.isUnfit) last = ended
    }
    return last === null || world.holdings.running(holding).length > 0 ? Effect.void : Effect.fail(last)
  })

/** Waits until what is ours and cannot be gone on with has ended, or a person has given it up. */
const clear = (job: Job): Effect.Effect<void, Ended> =>
  Effect.suspend(() => {
    const isClear = (): boolean => job.world.holdings.running(job.holding).length === 0
    if (isClear()) return Effect.void
    const cleared: Effect.Effect<void> = Effect.suspend(() =>
      isClear() ? Effect.void : Effect.andThen(job.holding.changed, cleared),
    )
    const { unconfirmedMs, alarmMs } = job.world.limits
    const late = Effect.sleep(unconfirmedMs).pipe(
      Effect.andThen(Effect.sync(() => job.tell({ type: 'attempt.doubted', code: 'stop_unconfirmed' }))),
      Effect.andThen(Effect.sleep(alarmMs - unconfirmedMs)),
      Effect.andThen(failed('stop_unconfirmed')),
    )
    return Effect.raceFirst(Effect.raceFirst(endRunning(job), cleared), late)
  })

/** A start whose answer was lost: only lists decide. Answers whether it was found. */
const findLost = Effect.fnUntraced(function* (job: Job) {
  job.tell({ type: 'attempt.doubted', code: 'start_unknown' })
  for (;;) {
    const known = yield* Effect.mapError(resolveLost(job), asEnded)
    if (known !== 'unknown') return known === 'found'
    const changed = job.holding.changed
    if (job.holding.lost !== null) {
      yield* Effect.raceFirst(Effect.sleep(job.world.limits.pollMs), changed)
    }
  }
})

/**
 * Starts a new egress, or answers `found`: while it waited, for the pace or for the disk, one of ours turned up. What
 * LiveKit has is looked at again if that was long ago, since a start that was given up may be carried out late.
 */
const begin = Effect.fnUntraced(function* (job: Job, generation: number, request: StartEgress) {
  const { world, holding, records } = job
  const attemptId = job.newId()
  let [isTried, isWritten, isSent] = [false, false, false]
  const isFound = (): boolean => world.holdings.running(holding).length > 0
  const isOld = (): boolean => world.monotonicMs() - holding.lookedMs > world.limits.pollMs

  const turn = job.inTurn(
    Effect.gen(function* () {
      if (!job.isWanted()) return 'unwanted' as const
      isTried = true
      if (!isWritten && !(yield* records.intend(attemptId, generation))) return 'unwritten' as const
      isWritten = true
      if (isFound() || isOld()) return 'unsure' as const
      isSent = true
      return { landing: launch(job, attemptId, generation, request) }
    }),
  )
  const sent = Effect.gen(function* () {
    for (;;) {
      // An attempt that first had to end another one may be early.
      const early = job.paceMs()
      if (early > 0) yield* Effect.sleep(early)
      if (isOld()) yield* Effect.mapError(survey(job), asEnded)
      if (isFound()) return 'found' as const
      const said = yield* turn
      // The command that took the wish back stops this attempt.
      if (said === 'unwanted') return yield* Effect.never
      if (said === 'unwritten') yield* Effect.sleep(WRITE_AGAIN_MS)
      else if (said !== 'unsure') return said
    }
  })
  const unsend = Effect.sync(() => {
    // One that could not be written may have been.
    if (isTried && !isSent) records.end(attemptId, null, { code: null, error: null })
  })
  const begun = yield* Effect.ensuring(sent, unsend)
  return begun === 'found' ? begun : yield* begun.landing
})

/** One that runs to go on with, or a new one, when nothing else of ours runs. */
const obtain = Effect.fnUntraced(function* (job: Job, generation: number, request: StartEgress) {
  const { holding } = job
  for (;;) {
    yield* Effect.mapError(survey(job), asEnded)
    const running = choose(job)
    if (running !== null) return { egressId: running, isAdopted: true }
    yield* endedMeanwhile(job)
    yield* clear(job)
    if (holding.lost !== null && (yield* findLost(job))) {
      const found = choose(job)
      if (found !== null) return { egressId: found, isAdopted: true }
    }
    yield* clear(job)
    if (job.isTaken()) return yield* failed('destination_in_use')
    const landed = yield* begin(job, generation, request)
    if (landed === 'found') continue
    if (landed.type === 'accepted') return { egressId: landed.egressId, isAdopted: false }
    if (landed.type === 'refused') return yield* failed(landed.code, landed.error)
    if (!(yield* findLost(job))) return yield* failed(landed.code)
    // It was found, and may be not one to go on with.
    const found = choose(job)
    return found === null ? yield* failed('egress_failed') : { egressId: found, isAdopted: true }
  }
})

const requestOf = (
  job: Job,
  destination: Destination,
  streamUrl: Redacted.Redacted<string>,
): StartEgress => ({
  roomName: job.holding.roomName,
  streamUrl,
  source: destination.source,
  encoding: destination.encoding,
  webhookUrl: job.world.webhookUrl,
})

/** Fails with how it ended; never succeeds. */
export const attempt = Effect.fnUntraced(function* (job: Job, generation: number) {
  const { world, holding, records, tell } = job
  const destination = yield* job.destination
  const streamUrl = destination === null ? null : streamUrlOf(destination)
  if (destination === null || streamUrl === null) return yield* failed('key_missing')
  holding.redactedUrl = world.livekit.redact(streamUrl, sentPage(destination.source, holding.roomName))
  // A start of the attempt before this one: its answer comes, or is counted as lost.
  for (let changed = holding.changed; holding.flight !== null; changed = holding.changed) yield* changed

  const request = requestOf(job, destination, streamUrl)
  const { egressId, isAdopted } = yield* obtain(job, generation, request)
  const attemptId = holding.ids.get(egressId)?.attemptId ?? job.newId()
  settleEnded(job, egressId)
  if (isAdopted) records.accept(attemptId, egressId, generation, true)
  for (const other of world.holdings.running(holding)) if (other !== egressId) dispose(job, other)
  tell({ type: 'attempt.accepted', egressId })
  return yield* watch(job, egressId, attemptId, isAdopted)
})
