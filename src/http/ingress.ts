// The ways into the LiveKit room of a room over HTTP. A key or a token is in the answer that made it, once.

import * as Redacted from 'effect/Redacted'
import * as Schema from 'effect/Schema'
import { JOIN_TTL_MAX_S, JOIN_TTL_S, type IngressView } from '../egress/ingress.ts'
import { json, type Api } from './api.ts'
import { Problem } from './problems.ts'

const PRODUCER = 'producer'
const INGRESS = /^[\w-]{1,64}$/

const Line = (max: number, description: string) =>
  Schema.String.check(
    Schema.makeFilter(
      (text: string) =>
        text.length >= 1 &&
        text.length <= max &&
        text.isWellFormed() &&
        !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) &&
        text.trim() === text,
      { description: `1 to ${max} characters without controls, and no blank at either end` },
    ),
  ).annotate({ description })

const NewIngress = Schema.Struct({
  type: Schema.Literals(['rtmp', 'whip']),
  identity: Schema.optionalKey(Line(128, `who its media comes from, in the room; ${PRODUCER} when absent`)),
  name: Schema.optionalKey(Line(128, 'what people see; the identity when absent')),
})

const JoinBody = Schema.Struct({
  identity: Line(128, 'who joins; somebody else with the same identity is put out'),
  role: Schema.Literals(['publisher', 'viewer']),
  ttl_s: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 60, maximum: JOIN_TTL_MAX_S })).annotate({
      description: `seconds that it can be used to join; ${JOIN_TTL_S} when absent`,
    }),
  ),
})

const shape = {
  ingress_id: Schema.String,
  livekit_room: Schema.String,
  type: Schema.Literals(['rtmp', 'whip', 'other']),
  identity: Schema.String,
  name: Schema.String,
  state: Schema.Literals(['inactive', 'buffering', 'publishing', 'error', 'complete', 'unknown']),
  error: Schema.NullOr(Schema.String),
  started_at: Schema.NullOr(Schema.Int),
} as const
const IngressShape = Schema.Struct(shape)
const MadeShape = Schema.Struct({
  ...shape,
  url: Schema.String.annotate({ description: 'where the encoder sends to' }),
  stream_key: Schema.String.annotate({ description: 'for WHIP, the bearer token; shown only here' }),
})
const PeopleShape = Schema.Struct({
  livekit_room: Schema.String,
  items: Schema.Array(
    Schema.Struct({
      identity: Schema.String,
      name: Schema.String,
      kind: Schema.Literals(['person', 'ingress', 'egress', 'other']),
      sends: Schema.Array(Schema.Literals(['audio', 'video'])),
      joined_at: Schema.NullOr(Schema.Int),
    }),
  ),
})
const JoinShape = Schema.Struct({
  url: Schema.String,
  token: Schema.String.annotate({ description: 'shown only here' }),
  livekit_room: Schema.String,
  identity: Schema.String,
  role: Schema.Literals(['publisher', 'viewer']),
  expires_at: Schema.Int,
})

const shown = (view: IngressView): typeof IngressShape.Type => ({
  ingress_id: view.ingressId,
  livekit_room: view.roomName,
  type: view.type,
  identity: view.identity,
  name: view.name,
  state: view.state,
  error: view.error,
  started_at: view.startedAt,
})

const room = { tag: 'live', access: 'room' } as const
const problems = ['livekit_unconfigured', 'livekit_unavailable'] as const

export const ingressRoutes = (api: Api): void => {
  const { ingresses } = api.parts
  const many = { ...room, path: '/api/rooms/:room/ingress' } as const

  api.route(
    {
      ...many,
      method: 'GET',
      id: 'ingress.list',
      summary: 'The ingresses of its LiveKit room, without keys',
      answers: {
        200: {
          about: 'as LiveKit has them now',
          schema: Schema.Struct({ items: Schema.Array(IngressShape) }),
        },
      },
      problems,
    },
    async ({ room, run }) => json(200, { items: (await run(ingresses.list(room))).map(shown) }),
  )
  api.route(
    {
      ...room,
      path: '/api/rooms/:room/livekit/participants',
      method: 'GET',
      id: 'livekit.people',
      summary: 'Who is in its LiveKit room',
      answers: {
        200: { about: 'as LiveKit has them now; nobody when there is no such room', schema: PeopleShape },
      },
      problems,
    },
    async ({ room, run }) => {
      const { livekitRoom, people } = await run(ingresses.people(room))
      const items = people.map(({ joinedAt, ...person }) => ({ ...person, joined_at: joinedAt }))
      return json(200, { livekit_room: livekitRoom, items })
    },
  )
  api.route(
    {
      ...many,
      method: 'POST',
      id: 'ingress.create',
      summary: 'Make an RTMP or WHIP ingress',
      about: 'One for an identity. Its key is in this answer and is never shown again.',
      idempotent: true,
      body: NewIngress,
      answers: { 201: { about: 'the ingress and its key', schema: MadeShape } },
      problems: [...problems, 'conflict'],
    },
    async ({ room, body: { type, identity = PRODUCER, name = identity }, caller, run }) => {
      const made = await run(ingresses.create(room, { type, identity, name }, caller))
      return json(201, { ...shown(made), url: made.url, stream_key: Redacted.value(made.streamKey) })
    },
  )
  api.route(
    {
      ...room,
      path: '/api/rooms/:room/ingress/:ingress',
      method: 'DELETE',
      id: 'ingress.remove',
      summary: 'Takes an ingress away',
      answers: { 204: { about: 'it is gone' } },
      problems: [...problems, 'ingress_unknown'],
    },
    async ({ c, room, caller, run }) => {
      const id = c.req.param('ingress') ?? ''
      if (!INGRESS.test(id)) throw new Problem('ingress_unknown')
      await run(ingresses.remove(room, id, caller))
      return new Response(null, { status: 204 })
    },
  )
  api.route(
    {
      ...room,
      path: '/api/rooms/:room/join-token',
      method: 'POST',
      id: 'livekit.join',
      summary: 'A token to join its LiveKit room',
      about: 'A viewer subscribes; a publisher publishes too. Neither administers anything.',
      idempotent: true,
      body: JoinBody,
      answers: { 200: { about: 'the token, and where it opens', schema: JoinShape } },
      problems: ['livekit_unconfigured'],
    },
    async ({ room, body: { identity, role, ttl_s: ttlS = JOIN_TTL_S }, caller, run }) => {
      const { url, token, livekitRoom, expiresAt } = await run(
        ingresses.join(room, { identity, role, ttlS }, caller),
      )
      return json(200, {
        url,
        token: Redacted.value(token),
        livekit_room: livekitRoom,
        identity,
        role,
        expires_at: expiresAt,
      })
    },
  )
}
