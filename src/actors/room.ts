// The room machine with its actors and actions, provided once for all rooms. What belongs to one room is found
// by its id; starting, failing and leaving are `actors/supervisor.ts`.

import type * as Effect from 'effect/Effect'
import type { Fiber } from 'effect/Fiber'
import type { DbError } from '../domain/errors.ts'
import type { RoomState } from '../domain/room.ts'
import { roomMachine } from '../machines/room.machine.ts'
import type { Cooldown } from '../machines/room-events.ts'
import { archive } from './archiving.ts'
import { fromEffect } from './bridge.ts'
import { makeChain } from './chain.ts'
import { drain } from './drain.ts'
import { runLink } from './link.ts'
import type { Resident } from './resident.ts'
import type { Looks } from './watch.ts'
import type { World } from './world.ts'

export type RoomLogic = typeof roomMachine

/** A machine's state value as the outside knows it: parent and child with a dot between. */
export const stateOf = (value: string | Readonly<Record<string, unknown>>): RoomState => {
  if (typeof value === 'string') return value as RoomState
  const [[parent, child] = []] = Object.entries(value)
  return `${parent}.${String(child)}` as RoomState
}

/** A write that follows what has happened: in order, not given up, and waited for when the process leaves. */
export const writeLater = (
  world: World,
  resident: Resident,
  write: Effect.Effect<unknown, DbError>,
): void => {
  resident.writes ??= makeChain(world.fork, (error) => resident.crash(error))
  resident.writes.push(write)
}

/** How the rest that a room begins reaches its row. */
export type SaveRest = (resident: Resident, cooldown: Cooldown | null) => void

export const provideRoom = (
  world: World,
  looks: Looks,
  find: (roomId: string) => Resident,
  saveRest: SaveRest,
): RoomLogic => {
  const fork = <A, E>(effect: Effect.Effect<A, E>, { roomId }: { readonly roomId: string }): Fiber<A, E> =>
    find(roomId).track(world.fork(effect))

  return roomMachine.provide({
    actors: {
      watch: fromEffect(fork, ({ roomId, urgent }) => looks.watch(roomId, urgent)),
      link: fromEffect(fork, (input, stage) => runLink(world, looks, find(input.roomId), input, stage)),
      drain: fromEffect(fork, (input) => drain(world, looks, find(input.roomId), input)),
      archive: fromEffect(fork, (input) => archive(world, looks, find(input.roomId), input)),
    },
    actions: {
      persistCooldown: (_, { roomId, cooldown }) => saveRest(find(roomId), cooldown),
      recordSecondary: (_, { roomId, session, triggers }) => {
        if (session === null || triggers.length === 0) return
        writeLater(world, find(roomId), world.recorder.noteSecondary(session, triggers))
      },
    },
  })
}
