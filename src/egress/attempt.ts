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

const begin = Effect.fnUntraced(function* (job: Job, generation: number, request: StartEgress) {
  const attemptId = job.newId()
  for (;;) {
    // An attempt that first had to end another one may be early.
    const early = job.paceMs()
    if (early > 0) yield* Effect.sleep(early)
    const sent = yield* job.inTurn(
      Effect.gen(function* () {
        if (!job.isWanted()) return 'unwanted' as const
        if (!(yield* job.records.intend(attemptId, generation))) return 'unwritten' as const
        return { landing: launch(job, attemptId, generation, request) }
      }),
    )
    // The command that took the wish back stops this attempt.
    if (sent === 'unwanted') return yield* Effect.never
    if (sent !== 'unwritten') return yield* sent.landing
    yield* Effect.sleep(WRITE_AGAIN_MS)
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

  yield* Effect.mapError(survey(job), asEnded)
  let egressId = choose(job)
  let isAdopted = true
  if (egressId === null) {
    yield* endedMeanwhile(job)
    yield* clear(job)
    if (holding.lost !== null) {
      if (yield* findLost(job)) egressId = choose(job)
    }
  }
  if (egressId === null) {
    yield* clear(job)
    if (job.isTaken()) return yield* failed('destination_in_use')
    const landed = yield* begin(job, generation, requestOf(job, destination, streamUrl))
    if (landed.type === 'refused') return yield* failed(landed.code, landed.error)
    if (landed.type === 'lost' && !(yield* findLost(job))) return yield* failed(landed.code)
    isAdopted = landed.type === 'lost'
    egressId = landed.type === 'accepted' ? landed.egressId : choose(job)
  }
  // It was found, and it is not one to go on with.
  if (egressId === null) return yield* failed('egress_failed')

  const attemptId = holding.ids.get(egressId)?.attemptId ?? job.newId()
  settleEnded(job, egressId)
  if (isAdopted) records.accept(attemptId, egressId, generation, true)
  for (const other of world.holdings.running(holding)) if (other !== egressId) dispose(job, other)
  tell({ type: 'attempt.accepted', egressId })
  return yield* watch(job, egressId, attemptId, isAdopted)
})
