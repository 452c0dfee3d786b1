// Destinations over HTTP: where a room can be sent, and from which LiveKit room. Keys go in and never come out.
// What is asked of them on air is in `live.ts`.

import * as Schema from 'effect/Schema'
import { json, type Api } from './api.ts'
import {
  changeOf,
  DestinationBody,
  DestinationList,
  DestinationShape,
  destinationView,
} from './destination-shapes.ts'
import { Problem } from './problems.ts'

const LivekitShape = Schema.Struct({
  room: Schema.String,
  name: Schema.String.annotate({ description: "the LiveKit room's name; the handle when none was set" }),
})
const LivekitBody = Schema.Struct({
  name: Schema.String.annotate({ description: 'the name of the LiveKit room' }),
})

const inRoom = { tag: 'live', access: 'room' } as const
const many = { ...inRoom, path: '/api/rooms/:room/destinations' } as const
const one = { ...inRoom, path: '/api/rooms/:room/destinations/:platform' } as const
const livekit = { tag: 'live', path: '/api/rooms/:room/livekit' } as const
const answers = { 200: { about: 'the destination as it may be shown', schema: DestinationShape } } as const
const named = { 200: { about: 'the LiveKit room', schema: LivekitShape } } as const

export const destinationRoutes = (api: Api): void => {
  const { destinations, findRoom } = api.parts

  api.route(
    {
      ...many,
      method: 'GET',
      id: 'destinations.list',
      summary: 'Where the room can be sent',
      answers: { 200: { about: "its own and the server's defaults", schema: DestinationList } },
    },
    async ({ room, run }) =>
      json(200, { items: (await run(destinations.list(room.id))).map(destinationView) }),
  )
  api.route(
    {
      ...one,
      method: 'GET',
      id: 'destination.get',
      summary: 'One destination, without its key',
      answers,
      problems: ['destination_unknown'],
    },
    async ({ c, room, run }) => {
      const all = await run(destinations.list(room.id))
      const found = all.find(({ platform }) => platform === c.req.param('platform'))
      if (found === undefined) throw new Problem('destination_unknown')
      return json(200, destinationView(found))
    },
  )
  api.route(
    {
      ...one,
      method: 'PUT',
      id: 'destination.set',
      summary: 'Sets a destination: address, stream key, source, encoding',
      about:
        'What is left out stays as it is, or is the platform’s preset. A key is only sent to the host it was ' +
        'given for, so another host needs the key again. On air the change holds from the next attempt on.',
      body: DestinationBody,
      answers,
      problems: ['conflict'],
    },
    async ({ c, room, body, caller, run }) => {
      const platform = c.req.param('platform') ?? ''
      return json(
        200,
        destinationView(await run(destinations.put(room.id, platform, changeOf(body), caller))),
      )
    },
  )
  api.route(
    {
      ...one,
      method: 'DELETE',
      id: 'destination.remove',
      summary: 'Forgets a destination and its key',
      answers: { 204: { about: 'it is gone' } },
      problems: ['destination_unknown', 'destination_in_use'],
    },
    async ({ c, room, caller, run }) => {
      await run(destinations.remove(room.id, c.req.param('platform') ?? '', caller))
      return new Response(null, { status: 204 })
    },
  )
  api.route(
    {
      ...livekit,
      method: 'GET',
      access: 'room',
      id: 'livekit.get',
      summary: 'The LiveKit room it is sent from',
      answers: named,
    },
    async ({ room, run }) =>
      json(200, { room: room.id, name: await run(destinations.livekitRoom(room.id, room.handle)) }),
  )
  api.route(
    {
      ...livekit,
      method: 'PUT',
      access: 'operator',
      id: 'livekit.set',
      summary: 'Names the LiveKit room it is sent from',
      about:
        'For operators: whoever names it can send out, and let people into, any room of the LiveKit server. ' +
        'What is on air goes on from the room it was started from.',
      body: LivekitBody,
      answers: named,
      problems: ['room_unknown'],
    },
    async ({ c, body, caller, run }) => {
      const room = findRoom(c.req.param('room') ?? '')
      if (room === null) throw new Problem('room_unknown')
      return json(200, {
        room: room.id,
        name: await run(destinations.setLivekitRoom(room.id, body.name, caller)),
      })
    },
  )
}
