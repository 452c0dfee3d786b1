// What the tests of single cases say often: a room, a broadcast that is being recorded, what became of it.

import type { Exit } from 'effect/Exit'
import * as Cause from 'effect/Cause'
import * as ExitModule from 'effect/Exit'
import * as Option from 'effect/Option'
import { CommandRefused } from '../../src/domain/errors.ts'
import type { FakeSocket, Stage } from './fake-tiktok.ts'
import { House, type HouseOptions } from './house.ts'
import { sessionsOf } from './oracle.ts'
import type { Scene } from './steps.ts'

/** A booted house with one room. */
export const play = (options: HouseOptions = {}): Scene => {
  const house = new House(options)
  house.furnish('r1', 'alice')
  house.boot()
  return { house, room: 'r1', handle: 'alice' }
}

export const stage = ({ house, handle }: Scene): Stage => house.tiktok.stage(handle)

export const stateOf = ({ house, room }: Scene): string => house.rooms.find(room)?.state ?? 'gone'

/** Time passes until the room is in such a state; how long it took. */
export const until = (scene: Scene, wanted: string, limitMs = 60_000): number => {
  const { time } = scene.house
  const from = time.ms
  time.settle()
  while (!stateOf(scene).startsWith(wanted)) {
    if (time.ms - from > limitMs)
      throw new Error(`still ${stateOf(scene)} after ${limitMs} ms, not ${wanted}`)
    // Nothing happens between two timers.
    time.advance(Math.min(Math.max(1, time.untilNext ?? limitMs), from + limitMs + 1 - time.ms))
  }
  return time.ms - from
}

/** By then what was written last is on disk. */
const WRITTEN_MS = 10

/** The creator goes live and the room is found and recorded. */
export const record = (scene: Scene, broadcastId = '100'): FakeSocket => {
  stage(scene).broadcastId = broadcastId
  until(scene, 'live.receiving')
  scene.house.time.advance(WRITTEN_MS)
  return socketOf(scene)
}

export const socketOf = ({ house, handle }: Scene): FakeSocket => {
  const socket = house.tiktok.openSockets(handle).at(-1)
  if (socket === undefined) throw new Error('no socket is open')
  return socket
}

/** How each session ended so far, oldest first; null while it is open. */
export const ends = ({ house }: Scene): readonly (string | null)[] =>
  sessionsOf(house).map((session) => session.end_reason)

export const attemptsOf = ({ house }: Scene, no: number): readonly string[] =>
  house.disk
    .read('SELECT trigger, outcome FROM archive_attempts WHERE session_no = ? ORDER BY id', [no])
    .map((row) => `${row['outcome']} ${row['trigger']}`)

export const factsOf = ({ house }: Scene, name: string): readonly Readonly<Record<string, unknown>>[] =>
  house.disk.facts.filter((fact) => fact.name === name).map((fact) => fact.body)

/** The refusal in an exit, or null. */
export const refusalIn = (exit: Exit<unknown, unknown>): CommandRefused | null => {
  if (ExitModule.isSuccess(exit)) return null
  const error = Option.getOrNull(Cause.findErrorOption(exit.cause))
  return error instanceof CommandRefused ? error : null
}
