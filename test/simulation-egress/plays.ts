// What the tests of single cases say often: a room with two destinations, one of them on air, what became of it.

import * as Cause from 'effect/Cause'
import * as Exit from 'effect/Exit'
import * as Option from 'effect/Option'
import type { DestinationStatus } from '../../src/actors/live.ts'
import { CommandRefused } from '../../src/domain/errors.ts'
import type { Job } from './fake-job.ts'
import { Studio } from './studio.ts'
import { PLATFORMS } from './town.ts'

export const ROOM = 'r1'

/** A booted machine with one room, or more. */
export const open = (rooms: readonly string[] = [ROOM], seed = 1): Studio => {
  const studio = new Studio(seed)
  for (const room of rooms) studio.furnish(room)
  studio.boot()
  return studio
}

export const shown = (studio: Studio, platform: string, room = ROOM): DestinationStatus => {
  const found = studio.live.status(room)?.destinations.find((one) => one.platform === platform)
  if (found === undefined) throw new Error(`${platform} of ${room} is not shown`)
  return found
}

export const stateOf = (studio: Studio, platform: string, room = ROOM): string =>
  studio.live.status(room)?.destinations.find((one) => one.platform === platform)?.state ?? 'none'

/** Time passes until it is so; how long it took. */
export const until = (studio: Studio, isSo: () => boolean, limitMs = 60_000): number => {
  const { time } = studio
  const from = time.ms
  time.settle()
  while (!isSo()) {
    const leftMs = from + limitMs - time.ms
    if (leftMs <= 0) {
      const states = studio.live
        .list()
        .map(({ roomId, destinations }) =>
          [
            roomId,
            ...destinations.map(({ platform, state, errorCode }) => `${platform} ${state} ${errorCode}`),
          ].join(': '),
        )
      throw new Error(`not so after ${limitMs} ms; ${states.join('; ')}`)
    }
    // Nothing happens between two timers.
    time.advance(Math.min(Math.max(1, time.untilNext ?? limitMs), leftMs))
  }
  return time.ms - from
}

export const untilState = (studio: Studio, platform: string, state: string, limitMs = 60_000): number =>
  until(studio, () => stateOf(studio, platform) === state, limitMs)

/** By then what was written last is on disk, and what LiveKit changed is told. */
export const WRITTEN_MS = 50

/** Starts these and waits until they are on air. */
export const goLive = (studio: Studio, room = ROOM, platforms: readonly string[] = PLATFORMS): void => {
  accept(studio, 'start', platforms, { room })
  for (const platform of platforms) until(studio, () => stateOf(studio, platform, room) === 'live')
  studio.time.advance(WRITTEN_MS)
}

interface About {
  readonly room?: string
  readonly force?: boolean
}

/** A command and its outcome: `ok`, or the refusal's code. */
export const ask = (
  studio: Studio,
  kind: 'start' | 'stop' | 'retry',
  platforms: readonly string[] = PLATFORMS,
  { room = ROOM, force = false }: About = {},
): string => {
  const exit = studio.outcome(studio.command(kind, room, platforms, force))
  if (Exit.isSuccess(exit)) return 'ok'
  const error = Option.getOrNull(Cause.findErrorOption(exit.cause))
  return error instanceof CommandRefused ? error.code : String(exit.cause)
}

/** A command that must be accepted. */
export const accept = (...args: Parameters<typeof ask>): void => {
  const outcome = ask(...args)
  if (outcome !== 'ok') throw new Error(`${args[1]} was refused: ${outcome}`)
}

/** The only one that runs for a destination. */
export const jobOf = (studio: Studio, platform: string, room = ROOM): Job => {
  const running = studio.livekit.runningOf(studio.town.key(room, platform))
  if (running.length !== 1) throw new Error(`${running.length} run for ${platform} of ${room}`)
  return running[0]!
}

export const factsOf = (studio: Studio, name: string): readonly Readonly<Record<string, unknown>>[] =>
  studio.disk.facts.filter((fact) => fact.name === name).map((fact) => fact.body)

/** The states that were told of a destination, oldest first. */
export const pathOf = (studio: Studio, platform: string, room = ROOM): readonly string[] =>
  studio.disk.facts
    .filter(
      ({ name, roomId, body }) =>
        name === 'egress.state_changed' && roomId === room && body['platform'] === platform,
    )
    .map(({ body }) => String(body['to']))
