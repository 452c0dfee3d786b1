// The tokens of a room's owner: listed without what they are, replaced, revoked. A new token is shown once.

import { randomBytes } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import type { Caller } from '../actors/rooms.ts'
import { Database, type Statement } from '../db/database.ts'
import { insert, list, revoke, revokeAll, type TokenRow } from '../db/tokens.ts'
import { json, type Api } from './api.ts'
import { digestOf } from './auth.ts'
import { cursorOf, limitOf, PAGE, positionOf } from './pages.ts'
import { Label } from './room-shapes.ts'

const At = Schema.NullOr(Schema.Int)

const TokenShape = Schema.Struct({
  id: Schema.String,
  scope: Schema.Literals(['operator', 'owner']),
  label: Schema.NullOr(Schema.String),
  createdAt: Schema.Int,
  expiresAt: At,
  revokedAt: At,
})

const viewOf = ({ id, scope, label, createdAt, expiresAt, revokedAt }: TokenRow): typeof TokenShape.Type => ({
  id,
  scope,
  label,
  createdAt,
  expiresAt,
  revokedAt,
})

const YEARS_MS = 10 * 366 * 86_400_000

const Rotate = Schema.Struct({
  label: Schema.optionalKey(Label),
  expiresInMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1_000, maximum: YEARS_MS }))),
})

const Rotated = Schema.Struct({
  id: Schema.String,
  ownerToken: Schema.String.annotate({ description: 'shown this once; it is kept as a hash' }),
  expiresAt: At,
})

const write = (
  statements: readonly Statement[],
  roomId: string,
  action: string,
  caller: Caller,
  target: string | null,
) =>
  Effect.gen(function* () {
    const database = yield* Database
    const at = yield* Clock.currentTimeMillis
    const audit = { at, ...caller, action, roomId, target, code: null, detail: null } as const
    const { results } = yield* database.write({ statements, audit: { ...audit, outcome: 'done' } })
    return results.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0)
  })

const rotate = Effect.fnUntraced(function* (roomId: string, options: typeof Rotate.Type, caller: Caller) {
  const ownerToken = `rk_ow_${randomBytes(32).toString('base64url')}`
  const createdAt = yield* Clock.currentTimeMillis
  const token = {
    id: `t${randomBytes(9).toString('base64url')}`,
    hash: digestOf(ownerToken).toString('hex'),
    scope: 'owner',
    roomId,
    label: options.label ?? null,
    createdAt,
    expiresAt: options.expiresInMs === undefined ? null : createdAt + options.expiresInMs,
  } as const
  yield* write([revokeAll(roomId, createdAt), insert(token)], roomId, 'token.rotate', caller, token.id)
  return { id: token.id, ownerToken, expiresAt: token.expiresAt }
})

const tokens = { tag: 'rooms', access: 'room' } as const

export const tokenRoutes = (api: Api): void => {
  api.route(
    {
      ...tokens,
      method: 'GET',
      path: '/api/rooms/:room/tokens',
      id: 'tokens.list',
      summary: "The tokens of the room's owner, revoked ones too, and the browsers they signed in",
      query: Schema.Struct(PAGE),
      answers: {
        200: {
          about: 'a page',
          schema: Schema.Struct({ items: Schema.Array(TokenShape), next: Schema.NullOr(Schema.String) }),
        },
      },
      problems: ['cursor_invalid'],
    },
    async ({ room, query, run }) => {
      const limit = limitOf(query)
      const after = positionOf(query.cursor, /^[\w.-]{1,64}$/) ?? ''
      const rows = await run(list({ roomId: room.id, after, limit: limit + 1 }))
      const items = rows.slice(0, limit).map(viewOf)
      return json(200, { items, next: rows.length > limit ? cursorOf(items.at(-1)?.id ?? '') : null })
    },
  )
  api.route(
    {
      ...tokens,
      method: 'POST',
      path: '/api/rooms/:room/tokens/rotate',
      id: 'token.rotate',
      summary: "A new owner's token; every earlier one ends, and so do its streams",
      idempotent: true,
      body: Rotate,
      answers: { 201: { about: 'the new token', schema: Rotated } },
    },
    async ({ room, body, caller, run }) => {
      const rotated = await run(rotate(room.id, body, caller))
      api.parts.tokensChanged()
      return json(201, rotated)
    },
  )
  api.route(
    {
      ...tokens,
      method: 'DELETE',
      path: '/api/rooms/:room/tokens/:token',
      id: 'token.revoke',
      summary: 'End one token, and its streams',
      answers: { 204: { about: 'it is not valid any more, or never was' } },
    },
    async ({ c, room, caller, run }) => {
      const id = c.req.param('token') ?? ''
      const target = /^[\w.-]{1,64}$/.test(id) ? id : null
      const at = Date.now()
      await run(write([revoke(target ?? '', at, room.id)], room.id, 'token.revoke', caller, target))
      api.parts.tokensChanged()
      return new Response(null, { status: 204 })
    },
  )
}
