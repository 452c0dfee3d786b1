// What if? Events are tried on a copy of what an actor remembers. Nothing is written, nothing is carried out, and the
// actor never hears of it; so this is no change, whoever may see the actor may ask.

import * as Schema from 'effect/Schema'
import { json, type Api } from './api.ts'
import type { ActorSeen, Known } from './machines-known.ts'
import { Possible, Tried, TryBody } from './machines-trying.ts'
import { Problem } from './problems.ts'
import type { Parts } from './parts.ts'

const EventsShape = Schema.Struct({
  actor: Schema.String,
  state: Schema.String,
  commands: Schema.Array(Schema.String).annotate({ description: 'what the API would accept now' }),
  events: Schema.Array(Possible),
})

const OutcomeShape = Schema.Struct({
  actor: Schema.String,
  state: Schema.String.annotate({ description: 'where it is, and stays' }),
  steps: Schema.Array(Tried),
})

const commandsOf = ({ rooms, live }: Parts, { id, machine, roomId }: ActorSeen): readonly string[] => {
  if (machine === 'room') return rooms.find(roomId)?.allowed ?? []
  const platform = id.split(':')[2]
  const found = live.status(roomId)?.destinations.find((one) => one.platform === platform)
  return found?.allowed ?? []
}

export const whatIfRoutes = (api: Api, known: Known): void => {
  const copyOf = (actor: ActorSeen) => {
    const copy = known.trace(actor.id)?.copy() ?? null
    // Between two actors of one room there is nothing to copy; the next one is there in a moment.
    if (copy === null) throw new Problem('busy', { retryAfterMs: 1_000 })
    return copy
  }

  api.route(
    {
      method: 'GET',
      path: '/api/machines/:actor/events',
      id: 'machines.events',
      summary:
        'Every event of an actor’s machine: what it takes, whether it is heard now, where it would lead',
      tag: 'seeing',
      access: 'any',
      answers: { 200: { about: 'commands and events', schema: EventsShape } },
      problems: ['not_found', 'busy'],
    },
    ({ c, identity }) => {
      const actor = known.actor(identity, c.req.param('actor') ?? '')
      const { trying } = known.definition(actor.machine)
      return json(200, {
        actor: actor.id,
        state: actor.state,
        commands: commandsOf(api.parts, actor),
        events: trying.possible(copyOf(actor), Date.now()),
      })
    },
  )

  api.route(
    {
      method: 'POST',
      path: '/api/machines/:actor/what-if',
      id: 'machines.what_if',
      summary: 'Tries events on a copy of an actor; nothing is carried out',
      about: `Events have the names of the pictures: \`room.stop\`, \`after resumeWindow\`, \`archive done\`. What a field is
when it is not given says \`GET /api/machines/{actor}/events\`.`,
      tag: 'seeing',
      access: 'any',
      harmless: true,
      body: TryBody,
      answers: { 200: { about: 'where each event led', schema: OutcomeShape } },
      problems: ['not_found', 'busy'],
    },
    ({ c, identity, body }) => {
      const actor = known.actor(identity, c.req.param('actor') ?? '')
      const { trying } = known.definition(actor.machine)
      const steps = trying.run(copyOf(actor), body, Date.now())
      return json(200, { actor: actor.id, state: actor.state, steps })
    },
  )
}
