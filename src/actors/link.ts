// Keeps one broadcast connected for as long as its actor runs: look, connect, stay, lose, wait, again.
// It never ends a session; it says what it found and the machine decides. What a silent socket means is in
// `actors/silence.ts`, what an answer means in `actors/presence.ts`.

import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import type { TikTokError } from '../domain/errors.ts'
import type { FactName } from '../domain/facts.ts'
import type { EndReason, GapCause } from '../domain/reasons.ts'
import { type OpenSession, sessionId } from '../domain/session.ts'
import type { Stage } from './bridge.ts'
import { untilWritten } from './chain.ts'
import { dial } from './dial.ts'
import { closeGap, openGap } from './gaps.ts'
import { heedLook } from './presence.ts'
import { type Closed, makeRecording, type Recording } from './recording.ts'
import type { Resident } from './resident.ts'
import { watchSilence } from './silence.ts'
import { backoffMs, makeVotes } from './votes.ts'
import type { Looks } from './watch.ts'
import type { World } from './world.ts'

export interface LinkInput {
  readonly roomId: string
  readonly broadcastId: string
  readonly session: OpenSession | null
  readonly adopted: EndReason | null
}

/** How long a socket that is given up may take to close. */
const RECYCLE_LIMIT_MS = 1_000

/** Rows of gaps that may wait for the disk; with more, reconnecting waits too. */
const WRITES_MAX = 32

const gapCauseOf = (adopted: EndReason): GapCause =>
  adopted === 'shutdown' || adopted === 'process_crash' ? adopted : 'actor_failed'

/** The recording that this link works for: the one taken over, or a new one with a reserved number. */
const recordingFor = Effect.fnUntraced(function* (
  world: World,
  looks: Looks,
  resident: Resident,
  input: LinkInput,
) {
  const { recording } = resident
  if (recording !== null && input.session !== null) {
    if (input.adopted !== null) {
      recording.chain.push(world.recorder.adopt(input.session))
      recording.gap ??= { from: recording.lastAt, cause: gapCauseOf(input.adopted), written: false }
    }
    return recording
  }
  resident.spareNo ??= yield* untilWritten(world.recorder.reserve, (error) =>
    resident.send({ type: 'link.refused', at: world.now(), detail: `storage: ${error.message}` }),
  ).pipe(Effect.orDie)
  const at = world.now()
  const { id, no, epoch } = resident.room
  const session: OpenSession = {
    no: resident.spareNo,
    roomId: id,
    roomNo: no,
    broadcastId: input.broadcastId,
    epoch,
    openedAt: at,
    lastAt: at,
    parkedAt: null,
    ending: null,
  }
  const fresh = makeRecording(world, session, false, (error) => resident.crash(error))
  fresh.snapshot.start = looks.last(id)?.snapshot ?? null
  resident.recording = fresh
  return fresh
})

export const runLink = (
  world: World,
  looks: Looks,
  resident: Resident,
  input: LinkInput,
  stage: Stage,
): Effect.Effect<never> => {
  const { tuning } = world
  const roomId = resident.room.id
  const votes = makeVotes(tuning.offlineHysteresisMs)

  const wait = (reason: 'look' | 'backoff', ms: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      resident.waiting = { for: reason, untilAt: Math.round(world.now() + ms) }
      return Effect.sleep(ms)
    })

  const backoff = (tries: number): number =>
    backoffMs(tries, tuning.backoffBaseMs, tuning.backoffCapMs, world.random())

  const tell = (recording: Recording, name: FactName, body: Readonly<Record<string, unknown>>): void => {
    const session = recording.opened ? sessionId(recording.session.no) : null
    world.database.append({ name, at: world.now(), roomId, sessionId: session, body })
  }

  /** Looks, which is free, before a sign request is spent; returns when connecting makes sense. */
  const stillOnAir = Effect.fnUntraced(function* (recording: Recording) {
    for (;;) {
      resident.waiting = { for: 'look', untilAt: null }
      yield* heedLook(world, resident, recording, votes, yield* looks.ask(roomId, true))
      const ms = votes.waitMs(world.monotonicMs())
      if (ms === null) return
      yield* wait('look', ms)
    }
  })

  /** A refusal: told, and waited for. When nothing was recorded, some refusals are the room's answer. */
  const refused = Effect.fnUntraced(function* (recording: Recording, error: TikTokError, tries: number) {
    const { code, message, retryAfterMs } = error
    const detail = `${code}: ${message}`
    const at = world.now()
    // A limited key rests in the budget, which lends another one meanwhile; other waits are this room's own.
    const ms = Math.max(backoff(tries), code === 'sign_rate_limited' ? 0 : (retryAfterMs ?? 0))
    tell(recording, 'connection.refused', { code, message, retryInMs: Math.round(ms) })
    world.signNews(roomId, error)
    if (!recording.opened && code === 'room_offline') {
      resident.send({ type: 'link.offline', at, detail })
      return yield* Effect.never
    }
    if (!recording.opened && (code === 'user_not_found' || code === 'age_restricted')) {
      looks.postpone(roomId)
      resident.send({ type: 'link.given_up', at, detail })
      return yield* Effect.never
    }
    if (code === 'room_offline') votes.offline(world.monotonicMs())
    openGap(world, recording, 'connect_refused', detail)
    resident.send({ type: 'link.refused', at: recording.opened ? recording.lastAt : at, detail })
    return yield* wait('backoff', ms)
  })

  /** As long as the socket lives; answers why it does not any more. */
  const stay = (recording: Recording): Effect.Effect<{ readonly cause: GapCause; readonly closed: Closed }> =>
    Effect.raceFirst(
      Effect.map(recording.closed, (closed) => ({ cause: 'disconnected' as const, closed })),
      Effect.gen(function* () {
        yield* watchSilence(world, looks, resident, recording, votes)
        const silentMs = Math.round(world.monotonicMs() - recording.lastMs)
        tell(recording, 'connection.recycled', { silentMs })
        return { cause: 'zombie' as const, closed: { code: 1006, reason: `silent for ${silentMs} ms` } }
      }),
    )

  return Effect.gen(function* () {
    const recording = yield* recordingFor(world, looks, resident, input)
    // A session that was taken over is known to the recorder before a frame of it can come.
    if (input.adopted !== null) {
      yield* recording.chain.idle
      recording.handed = world.recorder.counters(recording.session.no)?.frames ?? 0
    }
    // The watcher has just looked; for a session that goes on somebody must look first.
    let looked = input.session === null
    for (let tries = 1; ; tries += 1) {
      if (recording.chain.size() > WRITES_MAX) yield* recording.chain.idle
      if (!looked) yield* stillOnAir(recording)
      looked = false
      resident.send({ type: 'link.attempting', attempt: tries })
      const dialled = yield* Effect.result(dial(world, resident, recording, stage))
      if (Result.isFailure(dialled)) {
        yield* refused(recording, dialled.failure, tries)
        continue
      }
      resident.waiting = null
      if (dialled.success === 'other_broadcast') {
        // Looks may lag behind and name the old one again; each time, that would cost a sign request.
        looks.distrust(roomId, recording.session.broadcastId)
        const detail = 'another broadcast answered'
        resident.send({ type: 'link.broadcast_changed', at: world.now(), detail })
      }
      if (dialled.success !== 'kept') return yield* Effect.never
      const since = world.monotonicMs()
      votes.clear()
      const gap = closeGap(world, recording)
      tell(recording, 'connection.opened', { broadcastId: recording.session.broadcastId, attempt: tries })
      if (gap !== null) tell(recording, 'session.resumed', gap)
      resident.send({ type: 'link.connected' })

      const { cause, closed } = yield* stay(recording)
      if (cause === 'zombie') yield* recording.connection?.finish(RECYCLE_LIMIT_MS) ?? Effect.void
      recording.drop()
      const detail = `socket closed with ${closed.code}${closed.reason === '' ? '' : `: ${closed.reason}`}`
      openGap(world, recording, cause, detail)
      tell(recording, 'connection.lost', { cause, ...closed })
      resident.send({ type: 'link.lost', at: recording.lastAt, cause, detail })
      if (world.monotonicMs() - since >= tuning.stableMs) tries = 0
      yield* wait('backoff', tries === 0 ? world.random() * tuning.firstRetryMs : backoff(tries))
    }
  })
}
