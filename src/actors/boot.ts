// From disk to memory at start: rooms, the sessions that were left open, the rests that are not over, the hours
// rooms are used to. It starts nothing; `actors/rooms-live.ts` spawns what it answers.

import * as Effect from 'effect/Effect'
import { Database } from '../db/database.ts'
import * as roomRows from '../db/rooms.ts'
import { proxyAad, type RoomRow } from '../db/rooms.ts'
import { type KeyRing, unseal } from '../db/seal.ts'
import { openSessionOf } from '../db/session-row.ts'
import * as sessionRows from '../db/sessions.ts'
import type { DbError } from '../domain/errors.ts'
import type { Room } from '../domain/room.ts'
import type { OpenSession } from '../domain/session.ts'
import type { RoomInput } from '../machines/room-events.ts'
import { untilWritten } from './chain.ts'
import { makeRecording } from './recording.ts'
import { habitsOf } from './schedule.ts'
import type { Supervisor } from './supervisor.ts'
import type { Looks } from './watch.ts'
import type { World } from './world.ts'

/** Rooms whose epoch is raised in one transaction. */
const EPOCHS_AT_ONCE = 500
const READS_AT_ONCE = 4

export const roomOf = (row: RoomRow, keys: KeyRing): Room => ({
  id: row.id,
  no: row.no,
  handle: row.handle,
  displayName: row.displayName,
  monitor: row.monitor,
  proxyUrl: row.proxyUrlSealed === null ? null : unseal(keys, proxyAad(row.id), row.proxyUrlSealed),
  cooldownUntil: row.cooldownUntil,
  cooldownReason: row.cooldownReason,
  quarantinedAt: row.quarantinedAt,
  epoch: row.epoch,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

/** Every room with the epoch that this process owns it by. */
export const ownRooms = (keys: KeyRing): Effect.Effect<readonly Room[], DbError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* roomRows.list
    const at = yield* Effect.clockWith((clock) => Effect.succeed(clock.currentTimeMillisUnsafe()))
    const rooms: Room[] = []
    for (let from = 0; from < rows.length; from += EPOCHS_AT_ONCE) {
      const some = rows.slice(from, from + EPOCHS_AT_ONCE)
      const statements = some.map(({ id }) => roomRows.raiseEpoch(id, at))
      const { results } = yield* database.write({ statements })
      some.forEach((row, index) => {
        const epoch = Number(results[index]?.rows[0]?.['epoch'] ?? row.epoch + 1)
        rooms.push({ ...roomOf(row, keys), epoch })
      })
    }
    return rooms
  })

/** The sessions that were open when the last process went, by room. */
export const leftOpen: Effect.Effect<ReadonlyMap<string, OpenSession>, DbError, Database> = Effect.map(
  sessionRows.openSessions,
  (rows) => new Map(rows.map((row) => [row.roomId, openSessionOf(row)])),
)

/** A parked session was let go in order, any other was cut off. The window runs from the last thing heard. */
export const adoptionOf = (
  session: OpenSession,
  epoch: number,
  now: number,
  resumeWindowMs: number,
): NonNullable<RoomInput['adopt']> => {
  const since = session.parkedAt ?? session.lastAt
  // A clock that was set back must not make the window longer than it is.
  const gone = Math.max(0, now - since)
  return {
    session: { ...session, epoch },
    secondary: [],
    fallback: session.parkedAt === null ? 'process_crash' : 'shutdown',
    windowMs: Math.max(0, resumeWindowMs - gone),
  }
}

/**
 * What is left of a rest at boot. The row may hold the time at which the stop was asked for, so the archive of
 * the session counts when it is later; no clock, however it was set, makes a rest longer than a whole one.
 */
export const restAt = (
  room: Room,
  archivedAt: number | null,
  now: number,
  manualCooldownMs: number,
): number => {
  if (room.cooldownUntil === null) return 0
  const byStop = room.cooldownReason === 'manual_stop'
  const fromArchive = byStop && archivedAt !== null ? archivedAt + manualCooldownMs : 0
  const left = Math.max(room.cooldownUntil, fromArchive) - now
  const whole = byStop ? manualCooldownMs : room.cooldownUntil - room.updatedAt
  return Math.max(0, Math.min(left, Math.max(whole, 0)))
}

/** When a room's last session was archived, and its number. */
export const lastArchived = (roomId: string) =>
  Effect.map(sessionRows.list({ roomId, open: false, limit: 1 }), ([row]) => row ?? null)

/** Rooms started in one go before others have their turn. */
const STARTED_AT_ONCE = 250

/** A session without a room that could go on with it: closed for good. */
const closeStray = (world: World, session: OpenSession): Effect.Effect<void> =>
  Effect.suspend(() => {
    const end = session.ending ?? { reason: 'process_crash' as const, at: session.lastAt, detail: null }
    const snapshot = { start: null, end: null }
    const spec = { session, end, secondary: [], snapshot, startedAt: world.now(), failedAttempts: [] }
    return Effect.ignore(untilWritten(world.recorder.archive(spec)))
  })

/** Every room gets its actor, which goes on from what is on disk. */
export const awaken = Effect.fnUntraced(function* (world: World, supervisor: Supervisor, keys: KeyRing) {
  const open = new Map(yield* leftOpen)
  const rooms = yield* ownRooms(keys)
  const { resumeWindowMs, manualCooldownMs } = world.settings()
  let started = 0
  for (const room of rooms) {
    const resident = supervisor.settle(room)
    if (room.cooldownUntil !== null) {
      const byStop = room.cooldownReason === 'manual_stop'
      const archivedAt = byStop ? ((yield* lastArchived(room.id))?.archivedAt ?? null) : null
      const ms = restAt(room, archivedAt, world.now(), manualCooldownMs)
      supervisor.setRest(resident, ms > 0 ? { ms, reason: room.cooldownReason ?? '' } : null)
    }
    const session = open.get(room.id)
    open.delete(room.id)
    const adopt = session === undefined ? null : adoptionOf(session, room.epoch, world.now(), resumeWindowMs)
    if (adopt !== null) {
      resident.recording = makeRecording(world, adopt.session, true, (error) => resident.crash(error))
    }
    supervisor.spawn(resident, adopt)
    started += 1
    if (started % STARTED_AT_ONCE === 0) yield* Effect.yieldNow
  }
  for (const stray of open.values()) world.fork(closeStray(world, stray))
})

/** What was ended just before the last process went: pages lag behind, and a restart does not make them quicker. */
export const distrustEnded = (world: World, looks: Looks): Effect.Effect<void, DbError, Database> =>
  Effect.gen(function* () {
    const { staleLiveMs } = world.tuning
    const since = world.now() - staleLiveMs
    for (const { roomId, broadcastId, archivedAt } of yield* sessionRows.endedSince(since)) {
      looks.distrust(roomId, broadcastId, Math.min(staleLiveMs, archivedAt - since))
    }
  })

/** Learns the past of each room, its hours and its last session, behind everything else. */
export const learnPast = (world: World, looks: Looks, supervisor: Supervisor): Effect.Effect<void> =>
  Effect.forEach(
    [...supervisor.residents.values()],
    (resident) =>
      Effect.gen(function* () {
        const { id } = resident.room
        const hours = yield* sessionRows.habitualHours(id)
        const last = yield* lastArchived(id)
        if (resident.gone) return
        looks.learn(id, (known) => known | habitsOf(hours))
        resident.lastSessionNo ??= last?.no ?? null
      }).pipe(Effect.provideService(Database, world.database), Effect.ignore),
    { concurrency: READS_AT_ONCE, discard: true },
  )
