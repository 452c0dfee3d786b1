// Sending rooms out over HTTP: start, stop, retry, and what is on air. What is asked is carried out by
// `actors/live.ts`, which also writes it to the audit; status is answered from memory.

import * as Schema from 'effect/Schema'
import type { LiveStatus } from '../actors/live.ts'
import type { RoomStatus } from '../actors/rooms.ts'
import { isPlatform } from '../domain/destination-rules.ts'
import { KNOWN_PLATFORMS } from '../domain/destination.ts'
import { json, type Api } from './api.ts'
import { NOTHING } from './contract.ts'
import { LiveList, LiveShape, liveView } from './live-shapes.ts'
import { Problem } from './problems.ts'
import { mayRoom } from './request.ts'

const PLATFORMS_MAX = 16

const Name = Schema.String.check(
  Schema.makeFilter((text: string) => isPlatform(text), { description: 'the name of a platform' }),
)
const Names = Schema.Array(Name).check(Schema.isMinLength(1), Schema.isMaxLength(PLATFORMS_MAX))
const Room = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(128)).annotate({
  description: "the room's id or handle",
})

const StartBody = Schema.Struct({
  room: Room,
  platforms: Schema.Union([Schema.Literal('both'), Name, Names]).annotate({
    description: 'youtube, twitch, both, another destination’s name, or a list of names',
  }),
  force: Schema.optionalKey(Schema.Boolean).annotate({
    description: 'start although LiveKit has not confirmed that the last egress stopped; audited',
  }),
})

const StopBody = Schema.Struct({
  room: Room,
  platforms: Schema.optionalKey(Schema.Union([Schema.Literals(['both', 'all']), Name, Names])).annotate({
    description: 'as for start, or all; all when absent',
  }),
})

const StatusQuery = Schema.Struct({
  room: Schema.optionalKey(Schema.String).annotate({ description: "a room's id or handle: that room alone" }),
})

const namesIn = (platforms: typeof StartBody.Type.platforms): readonly string[] =>
  platforms === 'both'
    ? KNOWN_PLATFORMS
    : typeof platforms === 'string'
      ? [platforms]
      : [...new Set(platforms)]

const command = { method: 'POST', tag: 'live', access: 'room', idempotent: true } as const
const accepted = {
  202: { about: 'it is on disk and being done: the room as it is now', schema: LiveShape },
} as const
const REFUSALS = ['livekit_unconfigured', 'livekit_unavailable', 'room_unknown', 'busy'] as const

/** What a room answers that sends nothing out. */
const silent = ({ id, handle, since }: RoomStatus): LiveStatus => ({
  roomId: id,
  sessionId: null,
  livekitRoom: handle,
  state: 'idle',
  since,
  destinations: [],
})

export const liveRoutes = (api: Api): void => {
  const { live, rooms, findRoom } = api.parts
  const viewOf = (status: LiveStatus) => liveView(status, rooms.find(status.roomId)?.handle ?? status.roomId)

  api.route(
    {
      ...command,
      path: '/api/live/start',
      roomIn: 'body',
      id: 'live.start',
      summary: 'Puts destinations of a room on air',
      about:
        'Answers when the intent is on disk; how it goes on is in the status and on the stream. Destinations that ' +
        'are on their way are left as they are, so one is added on air by starting it.',
      body: StartBody,
      answers: accepted,
      problems: [
        ...REFUSALS,
        'already_active',
        'destination_unknown',
        'destination_incomplete',
        'stop_unconfirmed',
      ],
    },
    async ({ room, body: { platforms, force = false }, caller, run }) =>
      json(202, viewOf(await run(live.start(room.id, namesIn(platforms), { force }, caller)))),
  )
  api.route(
    {
      ...command,
      path: '/api/live/stop',
      roomIn: 'body',
      id: 'live.stop',
      summary: 'Takes destinations of a room off air, or all of them',
      about: 'Wins over everything under way. Twice is as good as once.',
      body: StopBody,
      answers: accepted,
      problems: REFUSALS,
    },
    async ({ room, body: { platforms = 'all' }, caller, run }) => {
      const names = platforms === 'all' ? null : namesIn(platforms)
      return json(202, viewOf(await run(live.stop(room.id, names, caller))))
    },
  )
  api.route(
    {
      ...command,
      path: '/api/rooms/:room/destinations/:platform/retry',
      id: 'live.retry',
      summary: 'Tries now instead of later, or again after a failure',
      body: NOTHING,
      answers: accepted,
      problems: [...REFUSALS, 'already_active', 'not_live', 'destination_unknown', 'destination_incomplete'],
    },
    async ({ c, room, caller, run }) =>
      json(202, viewOf(await run(live.retry(room.id, c.req.param('platform') ?? '', caller)))),
  )
  api.route(
    {
      method: 'GET',
      path: '/api/live/status',
      id: 'live.status',
      summary: 'What is on air, from memory: one room, or all that send out',
      tag: 'live',
      access: 'any',
      query: StatusQuery,
      answers: {
        200: {
          about:
            'with `room` that room; without it every room that sends out or did since the server started',
          schema: Schema.Union([LiveShape, LiveList]),
        },
      },
      problems: ['room_unknown'],
    },
    ({ identity, query }) => {
      if (query.room === undefined) {
        const items = live.list().filter(({ roomId }) => mayRoom(identity, roomId))
        return json(200, { items: items.map(viewOf) })
      }
      const room = findRoom(query.room)
      if (room === null || !mayRoom(identity, room.id)) throw new Problem('room_unknown')
      return json(200, viewOf(live.status(room.id) ?? silent(room)))
    },
  )
}
