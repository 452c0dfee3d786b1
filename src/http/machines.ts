// The machines as they are defined and as they run: definitions are read from the machines themselves, live
// states from the rooms' actors.

import * as Schema from 'effect/Schema'
import { RoomState } from '../domain/room.ts'
import { json, type Api } from './api.ts'
import { graphOf, MachineGraph } from './machines-graph.ts'
import { Problem } from './problems.ts'
import { mayRoom, type Identity } from './request.ts'

const MachineShape = Schema.Struct({
  ...MachineGraph.fields,
  counts: Schema.Record(Schema.String, Schema.Int).annotate({ description: 'actors by state' }),
})

const ActorShape = Schema.Struct({
  id: Schema.String,
  machine: Schema.String,
  roomId: Schema.String,
  state: RoomState,
  since: Schema.Int,
  next: Schema.Array(Schema.String).annotate({ description: 'events it would take now' }),
  path: Schema.Array(Schema.String).annotate({ description: 'the states it is in, outermost first' }),
})

const seeing = { method: 'GET', tag: 'seeing', access: 'any' } as const

export const machineRoutes = (api: Api): void => {
  const { rooms, machines, findRoom } = api.parts
  const graphs = machines.map(graphOf)
  const actorsOf = (identity: Identity) => rooms.actors().filter((actor) => mayRoom(identity, actor.roomId))

  api.route(
    {
      ...seeing,
      path: '/api/machines',
      id: 'machines.list',
      summary: 'Every machine: its states, its transitions, and how many actors are where',
      answers: {
        200: { about: 'the machines', schema: Schema.Struct({ items: Schema.Array(MachineShape) }) },
      },
    },
    ({ identity }) => {
      const actors = actorsOf(identity)
      const items = graphs.map((graph) => {
        const states = Map.groupBy(
          actors.filter(({ machine }) => machine === graph.id),
          ({ state }) => state,
        )
        return {
          ...graph,
          counts: Object.fromEntries([...states].map(([state, all]) => [state, all.length])),
        }
      })
      return json(200, { items })
    },
  )

  api.route(
    {
      ...seeing,
      path: '/api/machines/:actor',
      id: 'machines.actor',
      summary: 'One actor, by its id or by its room’s id or handle: where it is and what it would take',
      answers: { 200: { about: 'the actor', schema: ActorShape } },
      problems: ['not_found'],
    },
    ({ c, identity }) => {
      const asked = c.req.param('actor') ?? ''
      const roomId = findRoom(asked)?.id
      const actor = actorsOf(identity).find((one) => one.id === asked || one.roomId === roomId)
      if (actor === undefined) throw new Problem('not_found')
      const steps = actor.state.split('.')
      return json(200, { ...actor, path: steps.map((_, index) => steps.slice(0, index + 1).join('.')) })
    },
  )
}
