// Commands to rooms, as everybody on the page gives them: one room's answer is the room as it is now, and a group is
// commanded a few at a time, in step with what the server takes.

import { api } from '../api/fetch.ts'
import { problemOf, type ApiProblem } from '../api/problem.ts'
import type { Room } from '../api/types.ts'
import { dropRoom, putRoom } from './rooms.ts'

export const COMMANDS = ['start', 'stop', 'end-session', 'release', 'watch', 'unwatch', 'remove'] as const
export type RoomCommand = (typeof COMMANDS)[number]

/** Whether the room would take it now. */
export const isAllowed = (room: Room, command: RoomCommand): boolean => {
  switch (command) {
    case 'start':
      return room.allowed.includes('start') || room.allowed.includes('start?force')
    case 'watch':
      return !room.monitor && room.allowed.includes('change')
    case 'unwatch':
      return room.monitor && room.allowed.includes('change')
    default:
      return room.allowed.includes(command)
  }
}

/** It would be started only over the rest after somebody's stop. */
export const startsAnyway = ({ allowed }: Room): boolean =>
  !allowed.includes('start') && allowed.includes('start?force')

/** Throws the problem when it is refused. */
export const command = async (room: Room, name: RoomCommand): Promise<void> => {
  const path = `/api/rooms/${room.id}`
  switch (name) {
    case 'remove':
      await api.delete(path)
      return dropRoom(room.id)
    case 'watch':
    case 'unwatch':
      return putRoom(await api.patch<Room>(path, { monitor: name === 'watch' }))
    case 'start': {
      // A rest after somebody's stop is overridden on purpose only: the button says so.
      const force = startsAnyway(room)
      return putRoom(await api.post<Room>(`${path}/start`, force ? { force } : {}))
    }
    default:
      return putRoom(await api.post<Room>(`${path}/${name}`, {}))
  }
}

/** To several rooms, where a start over somebody's stop is a command of its own. */
export type GroupCommand = RoomCommand | 'startAnyway'

/** Those of them that would take it now. */
export const takersOf = (all: readonly Room[], name: GroupCommand): readonly Room[] =>
  all.filter((room) => {
    if (name === 'startAnyway') return startsAnyway(room)
    return isAllowed(room, name) && (name !== 'start' || !startsAnyway(room))
  })

const AT_ONCE = 4
const TRIES = 5

export interface Outcome {
  readonly done: number
  readonly refused: readonly { readonly room: Room; readonly problem: ApiProblem }[]
}

const patiently = async (room: Room, name: RoomCommand): Promise<ApiProblem | null> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await command(room, name)
      return null
    } catch (error) {
      const problem = problemOf(error)
      if (problem.code !== 'rate_limited' || tries === TRIES) return problem
      await new Promise((wake) => setTimeout(wake, problem.retryAfterMs ?? 1_000))
    }
  }
}

/** To each of them; those that refuse do not hold up the others. */
export const commandAll = async (
  all: readonly Room[],
  group: GroupCommand,
  onProgress: (settled: number) => void = () => {},
): Promise<Outcome> => {
  const name = group === 'startAnyway' ? 'start' : group
  const queue = [...all]
  const refused: { room: Room; problem: ApiProblem }[] = []
  let settled = 0
  const work = async (): Promise<void> => {
    for (let room = queue.shift(); room !== undefined; room = queue.shift()) {
      const problem = await patiently(room, name)
      if (problem !== null) refused.push({ room, problem })
      settled += 1
      onProgress(settled)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { done: all.length - refused.length, refused }
}
