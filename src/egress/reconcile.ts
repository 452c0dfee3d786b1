// One poller for everything that is on its way or on air: it asks LiveKit what runs and tells the sightings. It is
// what makes lost webhooks harmless. A list that is not complete fails and says nothing.

import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import type { EgressView } from '../domain/egress.ts'
import type { Holding } from './holding.ts'
import type { EgressWorld } from './job.ts'
import { isOver } from './sightings.ts'

/** Up to so many LiveKit rooms are asked about one by one; more of them with one question for all. */
const ROOMS_ASKED_ALONE = 3
/** Rounds in a row that do not have it before LiveKit's "unknown" is believed. */
const MISSES = 2
const FINDS_AT_ONCE = 4
/** Egresses that are asked about one by one in one round; the others have their turn in the next. */
const FINDS_MAX = 50

/** Asks for the rooms that have something running, or for all at once. */
const listed = (
  { livekit, sightings, now }: EgressWorld,
  busy: readonly Holding[],
  catchStrays: (views: readonly EgressView[]) => void,
) =>
  Effect.gen(function* () {
    const rooms = [...new Set(busy.map(({ roomName }) => roomName))]
    const questions = rooms.length <= ROOMS_ASKED_ALONE ? rooms : [null]
    const answers = yield* Effect.forEach(questions, (room) => Effect.result(livekit.listActive(room)), {
      concurrency: ROOMS_ASKED_ALONE,
    })
    const present = new Set<string>()
    const answered = new Set<string>()
    answers.forEach((answer, index) => {
      if (Result.isFailure(answer)) return
      const question = questions[index] ?? null
      for (const room of question === null ? rooms : [question]) answered.add(room)
      for (const view of answer.success) {
        present.add(view.egressId)
        sightings.see(view, 'poll', now())
      }
      catchStrays(answer.success)
    })
    return { present, answered }
  })

export const makeReconcile = (world: EgressWorld, catchStrays: (views: readonly EgressView[]) => void) => {
  const { livekit, sightings, holdings, limits } = world
  const isBusy = (holding: Holding): boolean =>
    holdings.running(holding).length > 0 || world.monotonicMs() < holding.suspectUntilMs
  /** Complete lists in a row without it. */
  let missed = new Map<string, number>()

  /** Ids of a room that was listed completely, known before the question, and not in the answer. */
  const missing = (
    busy: readonly Holding[],
    present: ReadonlySet<string>,
    answered: ReadonlySet<string>,
    askedMs: number,
  ): readonly string[] =>
    busy
      .filter(({ roomName }) => answered.has(roomName))
      .flatMap(({ ids }) =>
        [...ids]
          .filter(([egressId, { sinceMs }]) => sinceMs < askedMs && !present.has(egressId))
          .map(([egressId]) => egressId)
          .filter((egressId) => !isOver(sightings.get(egressId))),
      )

  const lookUp = (egressId: string): Effect.Effect<void> =>
    livekit.find(egressId).pipe(
      Effect.map((view) => {
        if (view !== null) return void sightings.see(view, 'poll', world.now())
        if ((missed.get(egressId) ?? 0) >= MISSES) sightings.gone(egressId, 'poll', world.now())
      }),
      Effect.ignore,
    )

  const round = Effect.gen(function* () {
    const busy = [...holdings.all].filter(isBusy)
    if (busy.length === 0) return
    const askedMs = world.monotonicMs()
    const { present, answered } = yield* listed(world, busy, catchStrays)
    const absent = missing(busy, present, answered, askedMs)
    missed = new Map(absent.map((egressId) => [egressId, (missed.get(egressId) ?? 0) + 1]))
    yield* Effect.forEach(absent.slice(0, FINDS_MAX), lookUp, { concurrency: FINDS_AT_ONCE, discard: true })
  })

  /** Never done. A round that fails, however it does, is followed by the next. */
  const poll: Effect.Effect<never> = Effect.forever(
    Effect.gen(function* () {
      const changed = holdings.changed
      if (![...holdings.all].some(isBusy)) return yield* changed
      yield* Effect.sleep(limits.pollMs)
      yield* round
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.andThen(
          Effect.logError('asking LiveKit what runs failed', cause),
          Effect.sleep(limits.pollMs),
        ),
      ),
    ),
  )
  return { poll, round }
}
