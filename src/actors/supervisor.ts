// Keeps one actor per room alive: starts them, hears every state they enter, starts failed ones again within
// limits, sets aside those that fail too often. Commands are in `actors/commands.ts`, leaving in `actors/leaving.ts`.

import * as Effect from 'effect/Effect'
import { createActor, type SnapshotFrom } from 'xstate'
import * as roomRows from '../db/rooms.ts'
import type { EndReason } from '../domain/reasons.ts'
import type { Room } from '../domain/room.ts'
import { sessionId } from '../domain/session.ts'
import type { Cooldown, RoomInput, RoomTimes } from '../machines/room-events.ts'
import { machineClock } from './bridge.ts'
import { untilWritten } from './chain.ts'
import { Resident } from './resident.ts'
import { provideRoom, type RoomLogic, stateOf, writeLater } from './room.ts'
import { isEnding, restLeftMs } from './status.ts'
import type { Looks } from './watch.ts'
import type { World } from './world.ts'

/** States a room may be in at boot without anything having happened. */
const QUIET = ['off', 'watching', 'cooldown', 'quarantined']

export interface Supervisor {
  readonly residents: ReadonlyMap<string, Resident>
  readonly byHandle: (handle: string) => Resident | undefined
  /** A room that becomes known; it has no actor yet. */
  readonly settle: (room: Room) => Resident
  readonly renamed: (resident: Resident, handle: string) => void
  /** The room is gone: nothing of it is left in memory. */
  readonly evict: (resident: Resident) => void
  /** Starts the actor from what is on disk and in memory. */
  readonly spawn: (resident: Resident, adopt: RoomInput['adopt']) => void
  readonly times: () => RoomTimes
  readonly isMonitored: (room: Room) => boolean
  readonly restOf: (resident: Resident) => Cooldown | null
  readonly setRest: (resident: Resident, cooldown: Cooldown | null) => number | null
}

export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 500)

export const makeSupervisor = (world: World, looks: Looks): Supervisor => {
  const { database, tuning } = world
  const residents = new Map<string, Resident>()
  const handles = new Map<string, Resident>()
  const clock = machineClock(world.fork, world.monotonicMs)

  const find = (roomId: string): Resident => {
    const resident = residents.get(roomId)
    if (resident === undefined) throw new Error('the room is not here')
    return resident
  }

  const setRest = (resident: Resident, cooldown: Cooldown | null): number | null => {
    const ms = cooldown?.ms ?? 0
    const untilAt = ms > 0 ? world.now() + ms : null
    const reason = cooldown?.reason ?? null
    resident.rest =
      untilAt === null || reason === null ? null : { untilMs: world.monotonicMs() + ms, untilAt, reason }
    resident.room = {
      ...resident.room,
      cooldownUntil: untilAt,
      cooldownReason: untilAt === null ? null : reason,
    }
    return untilAt
  }

  const saveRest = (resident: Resident, cooldown: Cooldown | null): void => {
    if (cooldown === null && resident.room.cooldownUntil === null) return
    const { id } = resident.room
    const untilAt = setRest(resident, cooldown)
    const reason = untilAt === null ? null : (cooldown?.reason ?? null)
    const statement = roomRows.cooldown(id, untilAt, reason, world.now())
    writeLater(world, resident, database.write({ statements: [statement] }))
  }

  const logic = provideRoom(world, looks, find, saveRest)

  const times = (): RoomTimes => {
    const { resumeWindowMs, drainTimeoutMs, cooldownMs, manualCooldownMs } = world.settings()
    const { archiveRetryBaseMs, archiveRetryCapMs } = tuning
    return {
      resumeWindowMs,
      drainTimeoutMs,
      cooldownMs,
      manualCooldownMs,
      archiveRetryBaseMs,
      archiveRetryCapMs,
    }
  }
  const isMonitored = (room: Room): boolean => room.monitor && world.settings().autoMonitorEnabled
  const restOf = (resident: Resident): Cooldown | null => {
    const ms = restLeftMs(world, resident)
    return ms > 0 ? { ms, reason: resident.rest?.reason ?? '' } : null
  }

  const entered = (resident: Resident, { value, context }: SnapshotFrom<RoomLogic>, first: boolean) => {
    const to = stateOf(value)
    const from = first ? null : resident.state
    if (to === from) return
    resident.state = to
    resident.since = world.now()
    if (!first || !QUIET.includes(to)) {
      const no = context.session?.no ?? (from !== null && isEnding(from) ? context.lastSessionNo : null)
      const reason = isEnding(to) ? (context.end?.reason ?? null) : null
      database.append({
        name: 'room.state_changed',
        at: resident.since,
        roomId: resident.room.id,
        sessionId: no === null ? null : sessionId(no),
        body: { from, to, ...(reason !== null && { reason }) },
      })
    }
    for (const listener of resident.listeners ?? []) listener(to)
  }

  const spawn = (resident: Resident, adopt: RoomInput['adopt']): void => {
    if (resident.gone) return
    const { room } = resident
    const actor = createActor(logic, {
      id: room.id,
      clock,
      inspect: resident.trace.inspect(logic),
      input: {
        roomId: room.id,
        monitor: isMonitored(room),
        quarantined: room.quarantinedAt !== null,
        cooldown: restOf(resident),
        adopt,
        times: times(),
      },
    })
    let first = true
    resident.actor = actor
    // From here on it may fail again, even while it starts.
    resident.failing = false
    resident.crash = (error) => failed(resident, error)
    actor.subscribe({
      next: (snapshot) => {
        entered(resident, snapshot, first)
        first = false
      },
      error: (error) => {
        if (resident.actor === actor) failed(resident, error)
      },
    })
    actor.start()
  }

  /** What the next actor takes over of the session that the failed one was recording. */
  const inheritance = (resident: Resident, fallback: EndReason): RoomInput['adopt'] => {
    const { recording, room, actor } = resident
    if (recording === null || !recording.opened) {
      resident.recording = null
      return null
    }
    recording.hangUp()
    const context = actor?.getSnapshot().context
    const ending = context?.end ?? recording.session.ending
    recording.session = { ...recording.session, epoch: room.epoch, lastAt: recording.lastAt, ending }
    return {
      session: recording.session,
      secondary: context?.secondary ?? [],
      fallback,
      windowMs: room.quarantinedAt === null ? world.settings().resumeWindowMs : 0,
    }
  }

  const restart = (resident: Resident): Effect.Effect<void> =>
    Effect.gen(function* () {
      if (resident.gone) return
      const { id } = resident.room
      const raise = roomRows.raiseEpoch(id, world.now())
      const raised = yield* untilWritten(database.write({ statements: [raise] }))
      const epoch = Number(raised.results[0]?.rows[0]?.['epoch'] ?? resident.room.epoch + 1)
      resident.room = { ...resident.room, epoch }
      spawn(resident, inheritance(resident, 'actor_failed'))
      resident.tellUnheard()
    }).pipe(
      // Whatever is wrong with it, a room is not left without an actor.
      Effect.catchCause((cause) =>
        Effect.logError('a room could not be started again', { roomId: resident.room.id }, cause).pipe(
          Effect.andThen(Effect.sleep(tuning.quarantineRetryMs)),
          Effect.andThen(Effect.suspend(() => restart(resident))),
        ),
      ),
    )

  const quarantine = (resident: Resident, error: string): void => {
    const at = world.now()
    const { id } = resident.room
    resident.room = { ...resident.room, quarantinedAt: at }
    const statements = [roomRows.quarantine(id, error, at)]
    const body = { error, restarts: resident.restarts }
    const fact = { name: 'room.quarantined' as const, at, roomId: id, sessionId: null, body }
    writeLater(world, resident, database.write({ statements, facts: [fact] }))
  }

  const failed = (resident: Resident, error: unknown): void => {
    const { actor } = resident
    if (resident.gone || actor === null || resident.failing) return
    resident.failing = true
    actor.stop()
    resident.interrupt()
    const ms = world.monotonicMs()
    const message = messageOf(error)
    resident.lastError = { at: world.now(), message }
    resident.trace.fail(message)
    resident.failures = [...resident.failures.filter((at) => ms - at < tuning.restartWindowMs), ms]
    resident.restarts += 1
    const wasSetAside = resident.room.quarantinedAt !== null
    if (!wasSetAside && resident.failures.length > tuning.restartsMax) quarantine(resident, message)
    // A fault that lasts a second must not use up every restart, and a room that was set aside must not spin.
    const again = tuning.restartBaseMs * 2 ** (resident.failures.length - 1)
    const pause = Effect.sleep(wasSetAside ? tuning.quarantineRetryMs : again)
    const warning = Effect.logWarning('the actor of a room failed', { roomId: resident.room.id, message })
    world.fork(Effect.andThen(Effect.andThen(warning, pause), restart(resident)))
  }

  return {
    residents,
    byHandle: (handle) => handles.get(handle),
    settle: (room) => {
      const resident = new Resident(room, world.now)
      residents.set(room.id, resident)
      handles.set(room.handle, resident)
      return resident
    },
    renamed: (resident, handle) => {
      handles.delete(resident.room.handle)
      resident.room = { ...resident.room, handle }
      handles.set(handle, resident)
    },
    evict: (resident) => {
      resident.gone = true
      resident.actor?.stop()
      resident.interrupt()
      looks.forget(resident.room.id)
      residents.delete(resident.room.id)
      handles.delete(resident.room.handle)
    },
    spawn,
    times,
    isMonitored,
    restOf,
    setRest,
  }
}
