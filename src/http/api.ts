// Carries out what an operation promises, the same for every route: who is asking, whether the thing in the
// path is theirs to see, how often they may, what they sent, once or again, and what went wrong.
// Handlers get what is left: decode is done, one thing is called, an answer is given.

import { createHash } from 'node:crypto'
import type * as Effect from 'effect/Effect'
import type { Context, Hono } from 'hono'
import type { Caller, RoomStatus } from '../actors/rooms.ts'
import { rawReader, readBody } from './body.ts'
import { decoder, isMutating, NOTHING, type Access, type Operation } from './contract.ts'
import type { Services } from './deps.ts'
import { answerTo } from './errors.ts'
import type { Parts } from './parts.ts'
import { Problem } from './problems.ts'
import { callerOf, ipOf, mayRoom, type Identity, type RequestEnv } from './request.ts'
import { bearerOf } from './auth.ts'
import { cookieIn, originOf } from './cookies.ts'
import type { SessionRow } from '../db/session-row.ts'

/** What a handler is asked. */
export interface Asked<A extends Access, Q, B> {
  readonly c: Context<RequestEnv>
  readonly identity: A extends 'public' ? null : A extends 'optional' ? Identity | null : Identity
  readonly caller: Caller
  readonly room: A extends 'room' ? RoomStatus : null
  readonly session: A extends 'session' ? SessionRow : null
  readonly query: Q
  readonly body: B
  /** The body as it came. */
  readonly bytes: Uint8Array
  readonly head: boolean
  /** Runs an effect; what it fails with becomes the answer. */
  readonly run: <T, E>(effect: Effect.Effect<T, E, Services>) => Promise<T>
}

export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } })

/** A DELETE says all it has to say in its path. */
const TAKES_BODY: ReadonlySet<string> = new Set(['POST', 'PATCH', 'PUT'])

const NO_BYTES = new Uint8Array()
const ANONYMOUS = 'anonymous'
/** A handle or an id of ours: what is longer could be a key that somebody put where a name belongs. */
const TARGET = /^(?:@?[a-z0-9_.]{2,24}|[\w:-]{1,16})$/i

/** What is known of a request that is not carried out, for its audit row. */
interface Known {
  identity: Identity | null
  /** What the path or the body names. */
  target: string | undefined
}

export class Api {
  readonly #app: Hono<RequestEnv>
  readonly operations: Operation[] = []
  readonly parts: Parts

  constructor(app: Hono<RequestEnv>, parts: Parts) {
    this.#app = app
    this.parts = parts
  }

  get run(): Parts['run'] {
    return this.parts.run
  }

  route<A extends Access, Q = null, B = null>(
    operation: Operation<A, Q, B>,
    handler: (asked: Asked<A, Q, B>) => Response | Promise<Response>,
  ): void {
    const twice = this.operations.some(
      ({ id, method, path }) =>
        id === operation.id || (method === operation.method && path === operation.path),
    )
    if (twice) throw new Error(`the route ${operation.id} is registered twice`)
    this.operations.push(operation as Operation)
    const query = decoder<unknown>(operation.query ?? NOTHING, 'query_invalid')
    const body = operation.body && decoder(operation.body, 'invalid')
    const readRaw = operation.raw && rawReader(operation.raw)
    const read = async (c: Context<RequestEnv>) => {
      if (operation.file !== undefined) return null
      if (readRaw !== undefined) return { bytes: await readRaw(c.req), value: null }
      return TAKES_BODY.has(operation.method) ? readBody(c.req) : null
    }

    /** Everything before the handler; what it throws was not carried out. */
    const ask = async (c: Context<RequestEnv>, known: Known) => {
      const identity = operation.access === 'public' ? null : await this.#identify(c, operation)
      known.identity = identity
      if (identity !== null && isMutating(operation)) this.#limit(operation, identity)
      const isNamedInBody = operation.roomIn === 'body'
      const named = isNamedInBody ? null : this.#room(c.req.param('room'), operation, identity)
      const session = operation.access === 'session' ? await this.#session(c, identity) : null
      const sent = await read(c)
      const decoded = body === undefined || sent === null ? null : body(sent.value)
      // Whether the body is right does not depend on the room, so it may be said before the room is looked for.
      if (isNamedInBody) known.target = roomIn(decoded)
      const room = isNamedInBody ? this.#room(known.target, operation, identity) : named
      const asked = {
        c,
        identity,
        caller: identity === null ? { actor: ANONYMOUS, ip: ipOf(c) } : callerOf(c, identity),
        room,
        session,
        query: operation.page === true ? null : query(queryOf(c)),
        body: decoded,
        bytes: sent?.bytes ?? NO_BYTES,
        head: c.req.method === 'HEAD',
        run: this.run,
      } as Asked<A, Q, B>
      return { asked, hash: () => requestHash(c, sent?.bytes ?? NO_BYTES) }
    }

    const carryOut = async (c: Context<RequestEnv>): Promise<Response> => {
      const known: Known = { identity: null, target: Object.values(c.req.param())[0] }
      const before = await ask(c, known).catch(async (error: unknown) => {
        await this.#deny(c, operation, known, error)
        throw error
      })
      const attempt = async (): Promise<Response> => {
        try {
          return await handler(before.asked)
        } catch (error) {
          return this.answerTo(error, operation.id)
        }
      }
      const key = operation.idempotent === true ? c.req.header('idempotency-key') : undefined
      if (key === undefined) return attempt()
      const bearer = bearerOf(c.req.header('authorization')) ?? cookieIn(c) ?? ''
      const owner = before.asked.caller.actor
      return this.parts.idempotency
        .once({ owner, bearer, key, hash: before.hash() }, attempt)
        .catch(async (error: unknown) => {
          await this.#deny(c, operation, known, error)
          throw error
        })
    }

    this.#app.on(operation.method, operation.path, async (c) => {
      const response = await carryOut(c).catch((error: unknown) => this.answerTo(error, operation.id))
      this.parts.answered.count(operation.id, response.status)
      return response
    })
  }

  answerTo(error: unknown, route: string): Response {
    return answerTo(error, route, this.parts.complain)
  }

  /** Who the request says it is from: by a ticket, a header or a cookie, whichever comes first; null is nobody. */
  async #who(c: Context<RequestEnv>, operation: Operation): Promise<Identity | null> {
    const ticket = operation.ticket === true ? c.req.query('ticket') : undefined
    const { auth, tickets, origins } = this.parts
    if (ticket !== undefined) {
      const redeemed = tickets.redeem(ticket)
      return redeemed && auth.again(redeemed)
    }
    const header = c.req.header('authorization')
    if (header !== undefined) return auth.identify(header)
    const cookie = cookieIn(c)
    const identity = cookie === null ? null : await auth.identifySignIn(cookie)
    if (identity === null) return null
    const origin = originOf(c, origins)
    if (origin === 'same') return identity
    // A page elsewhere learns nothing by what a browser sends along, and changes nothing.
    if (operation.method !== 'GET') throw new Problem('origin_refused')
    return origin === 'other' ? null : identity
  }

  async #identify(c: Context<RequestEnv>, operation: Operation): Promise<Identity | null> {
    const identity = await this.#who(c, operation)
    const isAnonymous = c.req.header('authorization') === undefined
    if (identity === null && operation.access === 'optional' && isAnonymous) return null
    if (identity === null) {
      throw new Problem('unauthorized', { headers: { 'www-authenticate': 'Bearer realm="roomkeeper"' } })
    }
    if (operation.access === 'operator' && identity.scope !== 'operator') throw new Problem('not_found')
    return identity
  }

  #limit(operation: Operation, identity: Identity): void {
    const limit = operation.file === undefined ? this.parts.changes : this.parts.uploads
    const retryAfterMs = Math.ceil(limit.take(identity.actor))
    if (retryAfterMs > 0) throw new Problem('rate_limited', { retryAfterMs })
  }

  #room(text: string | undefined, { access }: Operation, identity: Identity | null): RoomStatus | null {
    if (access !== 'room') return null
    const room = this.parts.findRoom(text ?? '')
    if (room === null || identity === null || !mayRoom(identity, room.id)) throw new Problem('room_unknown')
    return room
  }

  async #session(c: Context<RequestEnv>, identity: Identity | null): Promise<SessionRow> {
    const session = await this.parts.findSession(c.req.param('session') ?? '')
    if (session === null || identity === null || !mayRoom(identity, session.roomId)) {
      throw new Problem('session_unknown')
    }
    return session
  }

  /** A change that was not allowed to begin leaves a row too. */
  async #deny(
    c: Context<RequestEnv>,
    operation: Operation,
    { identity, target }: Known,
    error: unknown,
  ): Promise<void> {
    if (!isMutating(operation) || !(error instanceof Problem)) return
    const status = error.status
    await this.parts.denials.note(
      {
        actor: identity?.actor ?? ANONYMOUS,
        ip: ipOf(c),
        action: operation.id,
        target: target !== undefined && TARGET.test(target) ? target : null,
        outcome: status === 401 || status === 404 ? 'denied' : 'refused',
        code: error.code,
      },
      this.parts.complainOf(operation.id),
    )
  }
}

/** The room that a decoded body names. */
const roomIn = (body: unknown): string => {
  const room: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'room') : null
  return typeof room === 'string' ? room : ''
}

/** Each parameter once: what a second one of the same name means would be a guess. */
const queryOf = (c: Context<RequestEnv>): Readonly<Record<string, string>> => {
  const values: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, [value = '', ...more]] of Object.entries(c.req.queries())) {
    if (more.length > 0) throw new Problem('query_invalid', { detail: 'A parameter is there twice.' })
    values[name] = value
  }
  return { ...values }
}

const requestHash = (c: Context<RequestEnv>, body: Uint8Array): string =>
  createHash('sha256')
    .update(`${c.req.method}\n${c.req.path}\n${new URL(c.req.url).search}\n`)
    .update(body)
    .digest('hex')
