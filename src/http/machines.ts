// The machines as they are defined and as they run: definitions are read from the machines themselves, live
// states from the actors of rooms and of what is sent out.

import * as Schema from 'effect/Schema'
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
  state: Schema.String.annotate({ description: 'a state of its machine' }),
  since: Schema.Int,
  next: Schema.Array(Schema.String).annotate({ description: 'events it would take now' }),
  path: Schema.Array(Schema.String).annotate({ description: 'the states it is in, outermost first' }),
})

const seeing = { method: 'GET', tag: 'seeing', access: 'any' } as const

export const machineRoutes = (api: Api): void => {
  const { rooms, live, machines, findRoom } = api.parts
  const graphs = machines.map(graphOf)
  const actorsOf = (identity: Identity) =>
    [...rooms.actors(), ...live.actors()].filter(({ roomId }) => mayRoom(identity, roomId))

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
      const actors = actorsOf(identity)
      // A room's name means the room itself, not what it sends out.
      const actor =
        actors.find(({ id }) => id === asked) ??
        actors.find((one) => one.machine === 'room' && one.roomId === roomId)
      if (actor === undefined) throw new Problem('not_found')
      const steps = actor.state.split('.')
      return json(200, { ...actor, path: steps.map((_, index) => steps.slice(0, index + 1).join('.')) })
    },
  )
}
