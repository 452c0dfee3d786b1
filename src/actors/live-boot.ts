// From disk to memory at start: what was wanted goes on. Egresses that still run are taken over by their ids; a
// start that was never answered is looked for before anything else is started.

import * as Effect from 'effect/Effect'
import { Database } from '../db/database.ts'
import * as rows from '../db/outbound.ts'
import type { DbError } from '../domain/errors.ts'
import { dispose } from '../egress/ending.ts'
import { began } from '../egress/schedule.ts'
import { knowAddress, SUSPICION_MS } from '../egress/survey.ts'
import { type Born, type Egresses, FRESH } from './live-egress.ts'
import type { Outbounds } from './live-outbounds.ts'
import type { LiveWorld } from './live-world.ts'
import type { Sender } from './outbound.ts'

const MINUTE_MS = 60_000
/** Lost starts that are looked out for again after a restart: longer than a clock is usually set by. */
const UNKNOWN_MS = 2 * 3_600_000

const bornOf = (world: LiveWorld, row: rows.EgressRow): Born => {
  if (row.desired === 'off') return { ...FRESH, resume: row.state === 'stopped' ? 'stopped' : 'stopping' }
  if (row.state === 'failed') {
    return { ...FRESH, resume: 'failed', attempt: row.attempt, errorCode: row.errorCode }
  }
  if (row.state === 'backoff' && row.nextAt !== null) {
    // No clock, however it was set, makes a wait longer than the longest.
    const longest = Math.max(1.2 * world.egress.backoffCapMs, MINUTE_MS)
    const delayMs = Math.min(Math.max(0, row.nextAt - world.now()), longest)
    const wait = { delayMs, nextAt: world.now() + delayMs }
    return { ...FRESH, resume: 'backoff', attempt: row.attempt, errorCode: row.errorCode, wait }
  }
  // The attempt that was running goes on, so it is not counted again.
  return { ...FRESH, resume: 'starting', attempt: Math.max(0, row.attempt - 1), liveSince: row.liveAt }
}

/** What its open attempts say may be running. */
const recall = (
  world: LiveWorld,
  egresses: Egresses,
  sender: Sender,
  attempts: readonly rows.AttemptRow[],
): void => {
  const { holding } = sender
  const nowMs = world.monotonicMs()
  const job = egresses.job(sender, { isStopped: false })
  for (const { id, lkEgressId, errorCode } of attempts) {
    if (lkEgressId === null) {
      // One start at a time: an older one without an answer was resolved before this one was sent.
      if (holding.lost !== null)
        job.records.end(holding.lost.attemptId, null, { code: 'start_unknown', error: null })
      // The grace begins anew: how long the process was down, only a clock that can be set would say.
      holding.lost = { attemptId: id, sinceMs: nowMs, absentMs: null }
    } else if (errorCode === 'stop_unconfirmed') {
      holding.abandoned.add(lkEgressId)
      dispose(job, lkEgressId, id)
    } else {
      world.holdings.hold(holding, lkEgressId, id, nowMs - 1).isUnfit = errorCode !== null
      // It was given up and nobody has seen it end.
      if (errorCode !== null) dispose(job, lkEgressId)
    }
  }
}

/** A start that the last process gave up may still be carried out, even of a destination that was stopped since. */
const suspect = (world: LiveWorld, outbounds: Outbounds, egresses: Egresses, row: rows.UnknownRow): void => {
  const outbound = outbounds.outboundOf(row.roomId, row.livekitRoom)
  const known = outbound.senders.get(row.platform)
  const sender = known ?? outbounds.addSender(outbound, row.platform, row.generation)
  if (known === undefined) {
    sender.rowId = row.egressId
    sender.sessionId = row.sessionId
    outbound.lastSessionId ??= row.sessionId
    sender.state = 'stopped'
    sender.since = row.endedAt
    egresses.spawn(sender, { ...FRESH, resume: 'stopped' })
  }
  sender.holding.suspectUntilMs = world.monotonicMs() + SUSPICION_MS
  world.fork(
    Effect.andThen(
      knowAddress(egresses.job(sender, { isStopped: false })),
      Effect.sync(() => world.holdings.touch(sender.holding)),
    ),
  )
}

/** Every destination of every open session gets its actor, which goes on from what is on disk. */
export const awakenLive = (
  world: LiveWorld,
  outbounds: Outbounds,
  egresses: Egresses,
): Effect.Effect<void, DbError> =>
  Effect.gen(function* () {
    const sessions = yield* rows.openSessions
    const wanted = Map.groupBy(yield* rows.openEgresses, ({ sessionId }) => sessionId)
    const attempts = Map.groupBy(yield* rows.openAttempts, ({ egressId }) => egressId)
    const since = world.now() - MINUTE_MS
    const starts = Map.groupBy(yield* rows.startsSince(since), ({ egressId }) => egressId)
    const numbers = yield* rows.lastNumbers
    for (const { id, roomId, livekitRoom, startedAt } of sessions) {
      const outbound = outbounds.outboundOf(roomId, livekitRoom)
      outbound.session = { id, startedAt }
      outbound.lastSessionId = id
      const born = (wanted.get(id) ?? []).map((row) => {
        const sender = outbounds.addSender(outbound, row.platform, row.generation)
        sender.rowId = row.id
        sender.sessionId = id
        sender.desired = row.desired
        sender.attempts = numbers.get(row.id) ?? 0
        for (const start of starts.get(row.id) ?? []) {
          const ago = Math.max(0, world.now() - start.startedAt)
          sender.begun = began(sender.begun, world.monotonicMs() - ago)
        }
        recall(world, egresses, sender, attempts.get(row.id) ?? [])
        const how = bornOf(world, row)
        // What is shown goes on from what was shown last.
        sender.state = row.state
        sender.since = row.updatedAt
        return { sender, how }
      })
      for (const { sender, how } of born) {
        egresses.spawn(sender, how)
        outbounds.entered(sender)
      }
      outbounds.endIfOver(outbound)
    }
    for (const row of yield* rows.unknownSince(world.now() - UNKNOWN_MS)) {
      suspect(world, outbounds, egresses, row)
    }
  }).pipe(Effect.provideService(Database, world.database))

/** Sessions of rooms that are gone were not stopped in time by the last process. */
export const orphans = (world: LiveWorld): readonly string[] =>
  [...world.outbounds.values()]
    .filter(({ roomId, session }) => session !== null && world.rooms.row(roomId) === null)
    .map(({ roomId }) => roomId)
