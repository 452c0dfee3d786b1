// The machines as they are defined and as they run: definitions are read from the machines themselves, live
// states from the actors of rooms and of what is sent out.

import * as Schema from 'effect/Schema'
import { json, type Api } from './api.ts'
import { MachineGraph } from './machines-graph.ts'
import { historyRoutes } from './machines-history.ts'
import { makeKnown, type Known } from './machines-known.ts'
import { pictureRoutes } from './machines-seen.ts'
import { whatIfRoutes } from './machines-what-if.ts'
import { cursorOf, limitOf, PAGE, positionOf } from './pages.ts'

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

const ActorLine = Schema.Struct({
  id: Schema.String,
  roomId: Schema.String,
  handle: Schema.NullOr(Schema.String),
  platform: Schema.NullOr(Schema.String),
  state: Schema.String,
  since: Schema.Int,
})

const ActorsQuery = Schema.Struct({
  ...PAGE,
  state: Schema.optionalKey(Schema.String).annotate({ description: 'only those in this state' }),
})

const seeing = { method: 'GET', tag: 'seeing', access: 'any' } as const

const listRoutes = (api: Api, known: Known): void => {
  const graphs = [...known.definitions.values()].map(({ graph }) => graph)

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
      const actors = known.actors(identity)
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
      path: '/api/machines/:machine/actors',
      id: 'machines.actors',
      summary: 'The actors of one machine, by their rooms’ handles',
      query: ActorsQuery,
      answers: {
        200: {
          about: 'the actors',
          schema: Schema.Struct({ items: Schema.Array(ActorLine), next: Schema.NullOr(Schema.String) }),
        },
      },
      problems: ['not_found', 'cursor_invalid'],
    },
    ({ c, identity, query }) => {
      const { graph } = known.definition(c.req.param('machine') ?? '')
      const after = positionOf(query.cursor, /^[a-z0-9_.]{0,24} [\w:-]{1,100}$/)
      const all = known
        .actors(identity)
        .filter(({ machine, state }) => machine === graph.id && (query.state ?? state) === state)
        .map(({ id, roomId, state, since }) => {
          const handle = known.handleOf(roomId)
          const platform = id.split(':')[2] ?? null
          return { key: `${handle ?? ''} ${id}`, line: { id, roomId, handle, platform, state, since } }
        })
        .filter(({ key }) => after === null || key > after)
        .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      const page = all.slice(0, limitOf(query))
      const last = page.at(-1)
      const next = last === undefined || page.length === all.length ? null : cursorOf(last.key)
      return json(200, { items: page.map(({ line }) => line), next })
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
      const actor = known.actor(identity, c.req.param('actor') ?? '')
      const steps = actor.state.split('.')
      return json(200, { ...actor, path: steps.map((_, index) => steps.slice(0, index + 1).join('.')) })
    },
  )
}

export const machineRoutes = (api: Api): void => {
  const known = makeKnown(api.parts)
  listRoutes(api, known)
  pictureRoutes(api, known)
  historyRoutes(api, known)
  whatIfRoutes(api, known)
}
