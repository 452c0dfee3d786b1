// The actors of one machine as facts move them: pure.

import type { Fact } from '../../api/types.ts'
import type { Actor } from './types.ts'

const MACHINES: Readonly<Record<string, string>> = {
  'room.state_changed': 'room',
  'outbound.state_changed': 'outbound',
  'egress.state_changed': 'egress',
}

export interface Moved {
  readonly machine: string
  readonly id: string
  readonly roomId: string
  readonly platform: string | null
  readonly from: string | null
  readonly to: string
  readonly at: number
}

/** Which actor a fact speaks of and where that is now; null when it speaks of none. */
export const movedBy = ({ name, at, roomId, body }: Fact): Moved | null => {
  const machine = MACHINES[name]
  const { from, to, platform } = body as Readonly<Record<string, unknown>>
  if (machine === undefined || roomId === null || typeof to !== 'string') return null
  const place = typeof platform === 'string' ? platform : null
  const id =
    machine === 'room'
      ? roomId
      : machine === 'outbound'
        ? `outbound:${roomId}`
        : `egress:${roomId}:${place ?? ''}`
  return { machine, id, roomId, platform: place, from: typeof from === 'string' ? from : null, to, at }
}

/** Facts that bring actors or take them away. */
export const isOfActors = ({ name }: Fact): boolean =>
  ['room.added', 'room.removed', 'room.merged', 'room.renamed', 'outbound.started'].includes(name)

/** The actors after it; an actor that is new is not known by its handle yet. */
export const withMoved = (
  actors: readonly Actor[],
  { id, roomId, platform, to, at }: Moved,
): readonly Actor[] => {
  const known = actors.some((actor) => actor.id === id)
  if (!known) return [...actors, { id, roomId, handle: null, platform, state: to, since: at }]
  return actors.map((actor) =>
    actor.id === id && at >= actor.since ? { ...actor, state: to, since: at } : actor,
  )
}

export interface Group {
  readonly state: string
  readonly actors: readonly Actor[]
}

const matches = ({ id, handle, platform }: Actor, text: string): boolean =>
  `${handle ?? ''} ${platform ?? ''} ${id}`.toLowerCase().includes(text)

/** By state, in the order of the machine; states without actors are left out. */
export const grouped = (
  actors: readonly Actor[],
  states: readonly string[],
  search: string,
): readonly Group[] => {
  const text = search.trim().toLowerCase().replace(/^@/, '')
  const byState = Map.groupBy(
    actors.filter((actor) => matches(actor, text)),
    ({ state }) => state,
  )
  const order = [...states, ...[...byState.keys()].filter((state) => !states.includes(state))]
  return order.flatMap((state) => {
    const all = byState.get(state)
    return all === undefined ? [] : [{ state, actors: all }]
  })
}

/** How many are in each state, and in each state that those are inside of. */
export const countsOf = (actors: readonly Actor[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { state } of actors) counts.set(state, (counts.get(state) ?? 0) + 1)
  return counts
}
