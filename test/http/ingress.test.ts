// Ways into the LiveKit room of a room: whose they are, what a token may do, and that a key is shown once.

import { TokenVerifier } from 'livekit-server-sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { API_KEY, API_SECRET, json, Twirp, twirpError } from '../egress/twirp.ts'
import { startHarness, type Answered, type Harness } from './harness.ts'

const KEY = 'INGRESSkey_Zx9QwErTyUiOpAsDf'
const server = new Twirp()
let h: Harness
let one: { readonly id: string; readonly token: string }
let two: { readonly id: string; readonly token: string }
/** What LiveKit has: ingresses by id. */
const held = new Map<string, Record<string, unknown>>()

const serve = (): void => {
  server.reset()
  server.on('CreateIngress', (response, asked) => {
    const made = {
      ...asked.body,
      ingressId: `IN_${held.size + 1}`,
      streamKey: `${KEY}${held.size}`,
      url: 'rtmp://livekit.example/live',
    }
    held.set(made.ingressId, made)
    json(made)(response, asked)
  })
  server.on('ListIngress', (response, asked) => {
    const { roomName, ingressId } = asked.body
    const items = [...held.values()].filter(
      (one) =>
        (roomName === undefined || one['roomName'] === roomName) &&
        (ingressId === undefined || one['ingressId'] === ingressId),
    )
    json({ items })(response, asked)
  })
  server.on('DeleteIngress', (response, asked) => {
    const found = held.get(String(asked.body['ingressId']))
    held.delete(String(asked.body['ingressId']))
    if (found === undefined) twirpError(404, 'not_found', 'ingress does not exist')(response, asked)
    else json(found)(response, asked)
  })
}

beforeAll(async () => {
  await server.listen()
  h = await startHarness({ livekit: server.config })
  one = await h.addRoom('room.one')
  two = await h.addRoom('room.two')
})
afterAll(async () => {
  await h.stop()
  await server.close()
})
beforeEach(() => {
  held.clear()
  serve()
})

const create = (body: object, { id, token } = one): Promise<Answered> =>
  h.ask('POST', `/api/rooms/${id}/ingress`, { token, body })
const join = (body: object, { id, token } = one): Promise<Answered> =>
  h.ask('POST', `/api/rooms/${id}/join-token`, { token, body })

describe('the LiveKit room', () => {
  it('tells who is in it and what they send, and is empty when LiveKit does not know it', async () => {
    server.on('ListParticipants', (response, asked) => {
      if (asked.body['room'] !== 'room.one') twirpError(404, 'not_found', 'no room')(response, asked)
      else
        json({
          participants: [
            {
              identity: 'anna',
              name: '<b>Anna</b>',
              joinedAt: '1700000000',
              tracks: [{ type: 'VIDEO' }, { type: 'AUDIO', muted: true }],
            },
            { identity: 'out', kind: 'EGRESS' },
          ],
        })(response, asked)
    })
    const path = `/api/rooms/${one.id}/livekit/participants`
    const { json: found } = await h.ask('GET', path, { token: one.token })
    expect(found).toEqual({
      livekit_room: 'room.one',
      items: [
        {
          identity: 'anna',
          name: '<b>Anna</b>',
          kind: 'person',
          sends: ['video'],
          joined_at: 1_700_000_000_000,
        },
        { identity: 'out', name: 'out', kind: 'egress', sends: [], joined_at: null },
      ],
    })
    const other = await h.ask('GET', `/api/rooms/${two.id}/livekit/participants`)
    expect(other.json).toEqual({ livekit_room: 'room.two', items: [] })
    expect((await h.ask('GET', path, { token: two.token })).status).toBe(404)
  })
})

describe('an ingress', () => {
  it.each(['rtmp', 'whip'])(
    'that takes %s is made for the room that is sent out, with its key shown once',
    async (type) => {
      const made = await create({ type, identity: 'camera', name: 'Camera one' })
      expect(made).toMatchObject({
        status: 201,
        json: {
          type,
          livekit_room: 'room.one',
          identity: 'camera',
          url: 'rtmp://livekit.example/live',
          stream_key: `${KEY}0`,
        },
      })
      expect(server.asked.at(-1)?.body).toMatchObject({
        roomName: 'room.one',
        participantIdentity: 'camera',
        ...(type === 'whip' && { inputType: 'WHIP_INPUT' }),
      })
      const list = await h.ask('GET', `/api/rooms/${one.id}/ingress`, { token: one.token })
      expect(list).toMatchObject({
        status: 200,
        json: { items: [{ ingress_id: made.json['ingress_id'], type }] },
      })
      expect(list.text).not.toContain(KEY)
      const facts = await h.db.read(
        `SELECT * FROM journal WHERE name = 'ingress.created' ORDER BY seq DESC LIMIT 1`,
      )
      expect(facts).toMatchObject([{ room_id: one.id }])
      const rows = JSON.stringify([await h.audit(), await h.db.read('SELECT * FROM journal')])
      for (let at = 0; at + 8 <= KEY.length; at += 1) expect(rows).not.toContain(KEY.slice(at, at + 8))
      expect((await h.audit()).at(-1)).toMatchObject({
        action: 'ingress.create',
        outcome: 'done',
        room_id: one.id,
        target: made.json['ingress_id'],
      })
    },
  )

  it('is made once for an Idempotency-Key, and there is one for an identity', async () => {
    const ask = () =>
      h.ask('POST', `/api/rooms/${one.id}/ingress`, {
        token: one.token,
        body: { type: 'rtmp' },
        headers: { 'idempotency-key': 'make-one' },
      })
    const [first, second] = [await ask(), await ask()]
    expect(second.text).toBe(first.text)
    expect(held.size).toBe(1)
    expect(await create({ type: 'whip' })).toMatchObject({ status: 409, json: { code: 'conflict' } })
    expect(
      await Promise.all([create({ type: 'rtmp', identity: 'x' }), create({ type: 'rtmp', identity: 'x' })]),
    ).toSatisfy(
      (answers: readonly Answered[]) =>
        answers
          .map(({ status }) => status)
          .toSorted()
          .join() === '201,409',
    )
    expect(held.size).toBe(2)
  })

  it('S23: of another room cannot be seen or taken away, and is the same as none', async () => {
    const theirs = await create({ type: 'rtmp' }, two)
    const id = String(theirs.json['ingress_id'])
    const mine = await h.ask('GET', `/api/rooms/${one.id}/ingress`, { token: one.token })
    expect(mine.json).toEqual({ items: [] })
    const remove = (ingress: string) =>
      h.ask('DELETE', `/api/rooms/${one.id}/ingress/${ingress}`, { token: one.token })
    const [other, none] = [await remove(id), await remove('IN_none')]
    expect(other).toMatchObject({ status: 404, json: { code: 'ingress_unknown' } })
    expect(none.text).toBe(other.text)
    expect(held.has(id)).toBe(true)
    expect(await create({ type: 'rtmp' }, { id: two.id, token: one.token })).toMatchObject({ status: 404 })
  })

  it('is taken away by its owner, once', async () => {
    const made = await create({ type: 'rtmp' })
    const path = `/api/rooms/${one.id}/ingress/${String(made.json['ingress_id'])}`
    expect(await h.ask('DELETE', path, { token: one.token })).toMatchObject({ status: 204 })
    expect(held.size).toBe(0)
    expect((await h.audit()).at(-1)).toMatchObject({ action: 'ingress.remove', outcome: 'done' })
    expect(await h.ask('DELETE', path, { token: one.token })).toMatchObject({ status: 404 })
  })

  it('that LiveKit does not make is refused, audited and not repeated', async () => {
    server.on('CreateIngress', twirpError(503, 'unavailable', 'no response from servers'))
    expect(await create({ type: 'rtmp' })).toMatchObject({
      status: 503,
      json: { code: 'livekit_unavailable' },
    })
    expect(server.asked.filter(({ method }) => method === 'CreateIngress')).toHaveLength(1)
    expect((await h.audit()).at(-1)).toMatchObject({ outcome: 'refused', code: 'livekit_unavailable' })
  })

  it.each([
    { type: 'srt' },
    { type: 'rtmp', identity: '' },
    { type: 'rtmp', identity: 'a\nb' },
    { type: 'rtmp', url: 'x' },
  ])('is refused when it is %j', async (body) => {
    expect(await create(body)).toMatchObject({ status: 422 })
    expect(held.size).toBe(0)
  })
})

describe('a token to join', () => {
  const grants = async (answer: Answered) =>
    (await new TokenVerifier(API_KEY, API_SECRET).verify(String(answer.json['token']))) as {
      readonly video: Readonly<Record<string, unknown>>
      readonly sub: string
      readonly exp: number
      readonly nbf: number
    }

  it.each([
    ['viewer', false],
    ['publisher', true],
  ] as const)('as a %s gives no right beyond its role, in this room alone', async (role, publishes) => {
    const answer = await join({ identity: 'someone', role })
    expect(answer).toMatchObject({
      status: 200,
      json: { livekit_room: 'room.one', identity: 'someone', role },
    })
    expect(answer.json['url']).toBe(server.url.replace('http', 'ws'))
    const { video, sub, exp, nbf } = await grants(answer)
    expect(sub).toBe('someone')
    // The SDK looks at the clock for each of them.
    expect([3_600, 3_599]).toContain(exp - nbf)
    expect(video).toEqual({
      roomJoin: true,
      room: 'room.one',
      canSubscribe: true,
      canPublish: publishes,
      canPublishData: publishes,
      canUpdateOwnMetadata: false,
    })
    expect((await h.audit()).at(-1)).toMatchObject({
      action: 'livekit.join',
      outcome: 'done',
      room_id: one.id,
    })
    const rows = JSON.stringify([await h.audit(), await h.db.read('SELECT * FROM journal')])
    expect(rows).not.toContain(String(answer.json['token']).split('.')[2])
  })

  it('is good for six hours at most', async () => {
    const { exp, nbf } = await grants(await join({ identity: 'x', role: 'viewer', ttl_s: 21_600 }))
    expect([21_600, 21_599]).toContain(exp - nbf)
    for (const ttl of [21_601, 0, -1, 1.5, '60']) {
      expect(await join({ identity: 'x', role: 'viewer', ttl_s: ttl })).toMatchObject({ status: 422 })
    }
    expect(await join({ identity: 'x', role: 'admin' })).toMatchObject({ status: 422 })
  })

  it('L23: opens nothing here: neither the API nor the webhooks', async () => {
    const token = String((await join({ identity: 'x', role: 'publisher' })).json['token'])
    expect(await h.ask('GET', '/api/rooms', { token })).toMatchObject({ status: 401 })
    const sent = await h.ask('POST', '/api/livekit/webhook', {
      token: null,
      body: {},
      headers: { authorization: token },
    })
    expect(sent).toMatchObject({ status: 401 })
  })

  it('is for the owner of the room', async () => {
    expect(await join({ identity: 'x', role: 'viewer' }, { id: one.id, token: two.token })).toMatchObject({
      status: 404,
    })
  })

  it('cannot be had, nor an ingress, without a LiveKit', async () => {
    const bare = await startHarness()
    const { id, token } = await bare.addRoom('bare.room')
    for (const [path, body] of [
      ['join-token', { identity: 'x', role: 'viewer' }],
      ['ingress', { type: 'rtmp' }],
    ] as const) {
      expect(await bare.ask('POST', `/api/rooms/${id}/${path}`, { token, body })).toMatchObject({
        status: 409,
        json: { code: 'livekit_unconfigured' },
      })
    }
    await bare.stop()
  })
})
