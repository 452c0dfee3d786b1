// Every route and method against every kind of token: what is not yours does not exist.

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMutating, type Operation } from '../../src/http/contract.ts'
import { json as reply, Twirp } from '../egress/twirp.ts'
import { startHarness, type Answered, type Harness } from './harness.ts'
import { Listener } from './listener.ts'
import { eventId, pushFrame, seedSession } from './seed.ts'

let h: Harness
let mine: { readonly id: string; readonly token: string }
let other: { readonly id: string; readonly token: string }

const livekit = new Twirp()
livekit.on('ListIngress', reply({}))
livekit.on('ListParticipants', reply({}))

beforeAll(async () => {
  await livekit.listen()
  h = await startHarness({ livekit: livekit.config })
  mine = await h.addRoom('mine.room')
  other = await h.addRoom('other.room')
  const frame = pushFrame([{ method: 'WebcastChatMessage', payload: new Uint8Array([8, 1]) }])
  await seedSession(h, { no: 1, roomId: mine.id, events: 3, frame })
  await seedSession(h, { no: 2, roomId: other.id, events: 3, frame })
  for (const { id } of [mine, other]) {
    await h.ask('PUT', `/api/rooms/${id}/destinations/youtube`, { body: { key: 'abcd-efgh-ijkl' } })
    h.outbound.set(id, 'youtube', { state: 'live', status: 'live' })
  }
})
afterAll(() => Promise.all([h.stop(), livekit.close()]))

/** What a path names, for a room and its session. */
const fill = (path: string, room: string, session: number): string =>
  path
    .replace(':room', room)
    .replace(':session', `s${session}`)
    .replace(':event', String(eventId(session, 1)))
    .replace(':token', 'tnobody')
    .replace(':platform', 'youtube')
    .replace(':actor', `room:${room}`)

const bodies: Readonly<Record<string, unknown>> = {
  'room.change': { displayName: 'changed by somebody' },
  'room.rename': { handle: 'renamed.by.somebody' },
  'room.add': { handle: 'added.by.somebody' },
  'maintenance.merge': { what: 'broadcasts' },
  'settings.change': { cooldownMs: 1 },
  'destination.set': { key: 'set-by-somebody' },
  'livekit.set': { name: 'named.by.somebody' },
  'live.start': { platforms: ['youtube', 'twitch'] },
  'live.stop': { platforms: 'all' },
}

/** What it is sent: a room that is named in the body is the one that the path would name. */
const bodyOf = ({ id, roomIn }: Operation, room: string): unknown => ({
  ...(bodies[id] as object | undefined),
  ...(roomIn === 'body' ? { room } : {}),
})

const ask = (
  operation: Operation,
  method: string,
  path: string,
  token: string | null,
  room = mine.id,
): Promise<Answered> =>
  h.ask(method, path, {
    token,
    ...(isMutating(operation) ? { body: bodyOf(operation, room) } : {}),
    ...(operation.method === 'DELETE' ? { body: undefined } : {}),
  })

/** Status, headers and body as one text; a Date is a clock's business. */
const bytesOf = ({ status, headers, text }: Answered): string =>
  JSON.stringify([status, [...headers].filter(([name]) => name !== 'date'), text])

/** Every table but the audit, as one hash. */
const world = async (): Promise<string> => {
  const hash = createHash('sha256')
  const tables = [
    'rooms',
    'room_handles',
    'tokens',
    'sessions',
    'events',
    'settings',
    'journal',
    'idempotency',
    'maintenance_log',
    'destinations',
    'livekit_rooms',
    'outbound_sessions',
    'egresses',
  ]
  for (const table of tables) hash.update(JSON.stringify(await h.db.read(`SELECT * FROM ${table}`)))
  return hash.digest('hex')
}

const methodsOf = (operation: Operation): readonly string[] =>
  operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method]

const isStream = (operation: Operation): boolean => operation.ticket === true

/** What a stream that is refused answers. */
const hear = async (path: string) => {
  const listener = new Listener(h.url + path, { authorization: `Bearer ${mine.token}` })
  await listener.until('an answer', ({ closed }) => closed)
  return [listener.status, listener.body]
}

describe('H04 S23: other people’s rooms do not exist', () => {
  it('H04 S23: on every route × method, another’s room or session and an unknown one get the same bytes, and nothing changes', async () => {
    const before = await world()
    const scoped = h.http.operations.filter(({ access }) => access === 'room' || access === 'session')
    expect(scoped.length).toBeGreaterThan(15)
    for (const operation of scoped) {
      for (const method of methodsOf(operation)) {
        const foreign = await ask(operation, method, fill(operation.path, other.id, 2), mine.token, other.id)
        const unknown = await ask(
          operation,
          method,
          fill(operation.path, 'rDoesNotExist', 999_999),
          mine.token,
          'rDoesNotExist',
        )
        expect(foreign.status, `${method} ${operation.path}`).toBe(404)
        expect(bytesOf(foreign), `${method} ${operation.path}`).toBe(bytesOf(unknown))
        expect(bytesOf(foreign)).not.toContain(other.id)
        const byHandle = await ask(
          operation,
          method,
          fill(operation.path, 'other.room', 2),
          mine.token,
          'other.room',
        )
        expect(bytesOf(byHandle)).toBe(bytesOf(unknown))
      }
    }
    expect(await world()).toBe(before)
    expect(h.outbound.asked).toEqual([])
  })

  it('S23: what is on air is seen by its owner alone', async () => {
    const list = await h.ask('GET', '/api/live/status', { token: mine.token })
    expect((list.json['items'] as { room: string }[]).map(({ room }) => room)).toEqual([mine.id])
    const foreign = await h.ask('GET', `/api/live/status?room=${other.id}`, { token: mine.token })
    const unknown = await h.ask('GET', '/api/live/status?room=rDoesNotExist', { token: mine.token })
    expect(foreign.status).toBe(404)
    expect(bytesOf(foreign)).toBe(bytesOf(unknown))
    for (const id of [`egress:${other.id}:youtube`, `outbound:${other.id}`]) {
      expect((await h.ask('GET', `/api/machines/${id}`, { token: mine.token })).status).toBe(404)
      expect((await h.ask('GET', `/api/machines/${id}`)).status).toBe(200)
    }
  })

  it('H04 S23: what only operators may do is, for an owner, a path that does not exist', async () => {
    const before = await world()
    const forOperators = h.http.operations.filter(({ access }) => access === 'operator')
    expect(forOperators.length).toBeGreaterThan(6)
    for (const operation of forOperators) {
      for (const method of methodsOf(operation)) {
        const refused = await ask(operation, method, operation.path, mine.token)
        const nowhere = await ask(operation, method, '/api/no/such/path', mine.token)
        expect(refused.status, `${method} ${operation.path}`).toBe(404)
        expect(bytesOf(refused), `${method} ${operation.path}`).toBe(bytesOf(nowhere))
      }
    }
    expect(await world()).toBe(before)
  })

  it('S23: without a token every route that is not public is the same 401, and nothing changes', async () => {
    const before = await world()
    const answers = new Set<string>()
    const closed = h.http.operations.filter(({ access }) => access !== 'public' && access !== 'optional')
    for (const operation of closed) {
      for (const method of methodsOf(operation).filter((name) => name !== 'HEAD')) {
        const answer = await ask(operation, method, fill(operation.path, mine.id, 1), null)
        expect(answer.status, `${method} ${operation.path}`).toBe(401)
        answers.add(bytesOf(answer))
      }
    }
    expect(answers.size).toBe(1)
    expect(await world()).toBe(before)
  })

  it('S23: an owner’s lists hold nothing but its own, and a filter for another’s room is for an unknown one', async () => {
    const rooms = await h.ask('GET', '/api/rooms', { token: mine.token })
    expect((rooms.json['items'] as { id: string }[]).map(({ id }) => id)).toEqual([mine.id])
    const sessions = await h.ask('GET', '/api/sessions', { token: mine.token })
    expect((sessions.json['items'] as { id: string }[]).map(({ id }) => id)).toEqual(['s1'])
    for (const path of ['/api/sessions', '/api/stream']) {
      const foreign = await h.ask('GET', `${path}?room=other.room`, { token: mine.token })
      const unknown = await h.ask('GET', `${path}?room=nobody.here`, { token: mine.token })
      expect(foreign.status).toBe(404)
      expect(bytesOf(foreign)).toBe(bytesOf(unknown))
    }
    const machines = await h.ask('GET', '/api/machines', { token: mine.token })
    const [room] = machines.json['items'] as { counts: Record<string, number> }[]
    expect(Object.values(room?.counts ?? {}).reduce((sum, count) => sum + count, 0)).toBe(1)
    expect((await h.ask('GET', `/api/machines/room:${other.id}`, { token: mine.token })).status).toBe(404)
    expect((await h.ask('GET', `/api/machines/room:${mine.id}`, { token: mine.token })).status).toBe(200)
    expect((await h.ask('GET', '/api/machines/@other.room', { token: mine.token })).status).toBe(404)
  })

  it('S23: what is the owner’s own answers on every route, and the operator sees both', async () => {
    const reading = h.http.operations.filter(
      (operation) =>
        operation.method === 'GET' &&
        (operation.access === 'room' || operation.access === 'session') &&
        !isStream(operation),
    )
    for (const operation of reading) {
      expect(
        (await ask(operation, 'GET', fill(operation.path, mine.id, 1), mine.token)).status,
        operation.path,
      ).toBe(200)
      expect((await h.ask('GET', fill(operation.path, other.id, 2))).status, operation.path).toBe(200)
    }
  })

  it('S33: a live stream of another’s session and of an unknown one are the same 404', async () => {
    const foreign = await hear('/api/sessions/s2/live')
    expect(foreign[0]).toBe(404)
    expect(foreign).toEqual(await hear('/api/sessions/s999999/live'))
  })
})
