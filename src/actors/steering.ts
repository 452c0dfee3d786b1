// The settings that all rooms share, changed while they run: on disk first, then each room hears of it.

import * as Effect from 'effect/Effect'
import * as settingRows from '../db/settings.ts'
import type { Settings, SettingsPatch } from '../domain/settings.ts'
import { intentOf } from './commands.ts'
import type { Commanded, Desk, Request } from './desk.ts'

/** Rooms told in one go before others have their turn. */
const TOLD_AT_ONCE = 250

export const makeSteering =
  (desk: Desk, set: (settings: Settings) => void) =>
  (request: Request, patch: SettingsPatch): Commanded<Settings> => {
    const { world, supervisor } = desk

    const tell = Effect.fnUntraced(function* (at: number, switched: boolean) {
      const times = supervisor.times()
      let told = 0
      for (const resident of supervisor.residents.values()) {
        resident.send({ type: 'settings.changed', times })
        if (switched && resident.room.monitor) {
          resident.send(
            world.settings().autoMonitorEnabled
              ? { type: 'room.enable', cooldown: supervisor.restOf(resident) }
              : { type: 'room.disable', at, detail: 'autoMonitorEnabled is off' },
          )
        }
        told += 1
        if (told % TOLD_AT_ONCE === 0) yield* Effect.yieldNow
      }
    })

    return desk.unlessClosed(
      request,
      Effect.gen(function* () {
        const before = world.settings()
        const after = { ...before, ...patch }
        const keys = Object.keys(patch) as (keyof Settings)[]
        if (keys.every((key) => before[key] === after[key])) {
          yield* desk.noop(request)
          return before
        }
        const at = world.now()
        const switched = before.autoMonitorEnabled !== after.autoMonitorEnabled
        const ends =
          switched && !after.autoMonitorEnabled
            ? [...supervisor.residents.values()].map((room) => intentOf(room, 'monitor_disabled', at))
            : []
        yield* desk.commit(request, {
          statements: [...settingRows.update(patch, at), ...ends.flatMap(({ statements }) => statements)],
          facts: [desk.fact(null, 'settings.changed', { ...patch }), ...ends.flatMap(({ facts }) => facts)],
        })
        set(after)
        yield* world.budget.setPerMinute(after.signRequestsPerMinute)
        yield* tell(at, switched)
        return after
      }),
    )
  }
