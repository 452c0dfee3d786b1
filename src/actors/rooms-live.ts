// The rooms, alive: reads what is on disk, starts an actor for each room, answers commands and questions.
// How any of it is done is in the files it names.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Recorder } from '../archive/recorder.ts'
import { Database } from '../db/database.ts'
import type { KeyRing } from '../db/seal.ts'
import * as settingRows from '../db/settings.ts'
import type { DbError } from '../domain/errors.ts'
import type { Settings } from '../domain/settings.ts'
import { eventsIn } from '../machines/room-graph.ts'
import type { SignBudget } from '../tiktok/sign-budget.ts'
import type { TikTok } from '../tiktok/tiktok.ts'
import { awaken, distrustEnded, learnPast } from './boot.ts'
import { makeCommands } from './commands.ts'
import { makeDesk, type Request } from './desk.ts'
import { diagnosisOf } from './diagnosis.ts'
import { makeLetGo } from './leaving.ts'
import { followMerges } from './merging.ts'
import { makeRegistry } from './registry.ts'
import type { Resident } from './resident.ts'
import { type Caller, Rooms } from './rooms.ts'
import { hoursIn } from './schedule.ts'
import { statusOf } from './status.ts'
import { makeSteering } from './steering.ts'
import { makeSupervisor, type Supervisor } from './supervisor.ts'
import { TUNING, type Tuning } from './tuning.ts'
import { makeLooks } from './watch.ts'
import { makeWorld } from './world.ts'

export interface RoomsOptions {
  /** The settings of the environment; what was changed since is in the database. */
  readonly defaults: Settings
  /** Opens and seals the rooms' proxies. */
  readonly keys: KeyRing
  readonly tuning?: Partial<Tuning>
}

/** How long letting go may take when nobody asked for it before the scope closed. */
const SCOPE_LIMIT_MS = 5_000

const request = (caller: Caller, action: string, roomId: string, target: string | null = null) => ({
  caller,
  action,
  roomId,
  target,
})

const make = Effect.fnUntraced(function* ({ defaults, keys, tuning }: RoomsOptions) {
  let settings: Settings = { ...defaults, ...(yield* settingRows.list) }
  const world = yield* makeWorld({ ...TUNING, ...tuning }, () => settings)
  yield* world.budget.setPerMinute(settings.signRequestsPerMinute)

  const looks = makeLooks({
    ...world,
    watchIntervalMs: () => settings.watchIntervalMs,
    target: (roomId) => {
      const resident = supervisor.residents.get(roomId)
      if (resident === undefined) return null
      const { handle, proxyUrl } = resident.room
      return { handle, proxyUrl, broadcastId: resident.recording?.session.broadcastId ?? null }
    },
    tell: (fact) => world.database.append(fact),
  })
  const supervisor: Supervisor = makeSupervisor(world, looks)
  const desk = makeDesk(world, supervisor)
  const commands = makeCommands(desk, looks)
  const registry = makeRegistry(desk, keys)
  const letGo = makeLetGo(desk, looks)
  const steer = makeSteering(desk, (changed) => {
    settings = changed
  })

  // The finalizer comes first: a boot that is interrupted halfway lets go of what it had begun.
  yield* Effect.addFinalizer(() => letGo(SCOPE_LIMIT_MS))
  yield* Effect.acquireRelease(
    Effect.sync(() => followMerges(world, supervisor)),
    (stop) => Effect.sync(stop),
  )
  yield* distrustEnded(world, looks)
  yield* awaken(world, supervisor, keys)
  yield* Effect.forkScoped(learnPast(world, looks, supervisor))

  const shown = (resident: Resident) => statusOf(world, looks, resident)
  const byId = (id: string) => supervisor.residents.get(id)
  const shownAfter = <E>(command: Effect.Effect<Resident, E>) => Effect.map(command, shown)

  return Rooms.of({
    list: () => [...supervisor.residents.values()].map(shown),
    find: (idOrHandle) => {
      const resident = byId(idOrHandle) ?? supervisor.byHandle(idOrHandle)
      return resident === undefined ? null : shown(resident)
    },
    row: (roomId) => byId(roomId)?.room ?? null,
    diagnose: (roomId) => {
      const resident = byId(roomId)
      if (resident === undefined) return null
      const nextInMs = looks.nextInMs(roomId)
      const health = world.database.health()
      return diagnosisOf({
        status: shown(resident),
        nextLookAt: nextInMs === null ? null : Math.round(world.now() + nextInMs),
        habitualHoursUtc: hoursIn(looks.habits(roomId)),
        signBudget: world.budget.status(),
        restarts: resident.restarts,
        storageFailing: health.failing,
        storageError: health.lastError?.message ?? null,
        autoMonitorEnabled: settings.autoMonitorEnabled,
        now: world.now(),
      })
    },
    signBudget: () => world.budget.status(),
    add: (room, caller) => {
      const asked: Request = { caller, action: 'room.add', roomId: null, target: room.handle }
      return Effect.map(registry.add(asked, room), ({ resident, ownerToken }) => ({
        status: shown(resident),
        ownerToken,
      }))
    },
    change: (id, change, caller) => shownAfter(registry.change(request(caller, 'room.change', id), change)),
    remove: (id, caller) => registry.remove(request(caller, 'room.remove', id)),
    start: (id, options, caller) => shownAfter(commands.start(request(caller, 'room.start', id), options)),
    stop: (id, caller) => shownAfter(commands.stop(request(caller, 'room.stop', id))),
    endSession: (id, caller) => shownAfter(commands.endSession(request(caller, 'room.end_session', id))),
    rename: (id, handle, caller) =>
      shownAfter(registry.rename(request(caller, 'room.rename', id, handle), handle)),
    release: (id, caller) => shownAfter(commands.release(request(caller, 'room.release', id))),
    settings: () => settings,
    changeSettings: (patch, caller) =>
      steer({ caller, action: 'settings.change', roomId: null, target: null }, patch),
    actors: () =>
      [...supervisor.residents.values()].map(({ room, state, since }) => ({
        id: room.id,
        machine: 'room',
        roomId: room.id,
        state,
        since,
        next: eventsIn(state),
      })),
    trace: (id) => byId(id)?.trace ?? null,
    letGo,
  })
})

export const roomsLive = (
  options: RoomsOptions,
): Layer.Layer<Rooms, DbError, Database | Recorder | TikTok | SignBudget> =>
  Layer.effect(Rooms, make(options))
