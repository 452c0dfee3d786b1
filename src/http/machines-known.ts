// The machines and the actors that a route may speak of: definitions by their names, actors by theirs, and only those
// that whoever asks may see.

import type { ActorTrace } from '../actors/trace.ts'
import { graphOf, type Machine, type MachineGraph } from './machines-graph.ts'
import { Trying } from './machines-trying.ts'
import type { Parts } from './parts.ts'
import { Problem } from './problems.ts'
import { mayRoom, type Identity } from './request.ts'

export interface Definition {
  readonly machine: Machine
  readonly graph: MachineGraph
  readonly trying: Trying
}

type Actors = ReturnType<Parts['rooms']['actors'] | Parts['live']['actors']>
export type ActorSeen = Actors[number]

export interface Known {
  readonly definitions: ReadonlyMap<string, Definition>
  readonly actors: (identity: Identity) => readonly ActorSeen[]
  /** By its id, or by its room's id or handle. What may not be seen is not there. */
  readonly actor: (identity: Identity, asked: string) => ActorSeen
  readonly definition: (name: string) => Definition
  readonly trace: (id: string) => ActorTrace | null
  readonly handleOf: (roomId: string) => string | null
}

export const makeKnown = ({ rooms, live, machines, findRoom }: Parts): Known => {
  const definitions = new Map(
    machines.map((machine): readonly [string, Definition] => {
      const graph = graphOf(machine)
      return [machine.id, { machine, graph, trying: new Trying(machine, graph) }]
    }),
  )
  const actors = (identity: Identity): readonly ActorSeen[] =>
    [...rooms.actors(), ...live.actors()].filter(({ roomId }) => mayRoom(identity, roomId))
  return {
    definitions,
    actors,
    actor: (identity, asked) => {
      const roomId = findRoom(asked)?.id
      const all = actors(identity)
      // A room's name means the room itself, not what it sends out.
      const actor =
        all.find(({ id }) => id === asked) ??
        all.find((one) => one.machine === 'room' && one.roomId === roomId)
      if (actor === undefined) throw new Problem('not_found')
      return actor
    },
    definition: (name) => {
      const found = definitions.get(name)
      if (found === undefined) throw new Problem('not_found')
      return found
    },
    trace: (id) => rooms.trace(id) ?? live.trace(id),
    handleOf: (roomId) => rooms.row(roomId)?.handle ?? null,
  }
}
