// Sending out over HTTP: what commands take and answer, once or again, and what is seen of it.

import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DbError } from '../../src/domain/errors.ts'
import type { Fact } from '../../src/domain/facts.ts'
import { startHarness, type Harness } from './harness.ts'

let h: Harness
let room: { readonly id: string; readonly token: string }
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())
let count = 0
beforeEach(async () => {
  count += 1
  room = await h.addRoom(`send.${count}`)
  h.outbound.asked.length = 0
})

const start = (platforms: unknown, more: object = {}) =>
  h.ask('POST', '/api/live/start', { token: room.token, body: { room: room.id, platforms, ...more } })
const stop = (more: object = {}) =>
  h.ask('POST', '/api/live/stop', { token: room.token, body: { room: room.id, ...more } })
const status = () => h.ask('GET', `/api/live/status?room=${room.id}`, { token: room.token })
const states = (json: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(json['platforms'] as Record<string, { state: string }>).map(([name, { state }]) => [
      name,
      state,
    ]),
  )

describe('start and stop', () => {
  it('answer 202 with the session and each platform as it is', async () => {
    const answer = await start('both')
    expect(answer.status).toBe(202)
    expect(answer.json).toMatchObject({
      session_id: `o${room.id}`,
      room: room.id,
      handle: `send.${count}`,
      livekit_room: 'stage',
      state: 'live',
    })
    const { youtube } = answer.json['platforms'] as Record<string, object>
    expect(youtube).toEqual({
      status: 'starting',
      state: 'starting',
      since: expect.any(Number),
      attempt: 1,
      attempts_max: 8,
      next_attempt_at: null,
      error_code: null,
      error: null,
      advice: null,
      egress_id: null,
      live_since: null,
      observed_at: null,
      observed_by: null,
      platform_state: null,
      platform_observed_at: null,
      platform_issues: [],
      allowed: ['stop'],
    })
    expect((await status()).json).toEqual(answer.json)
    expect((await stop()).status).toBe(202)
    expect(states((await status()).json)).toEqual({ youtube: 'stopped', twitch: 'stopped' })
  })

  it.each([
    ['youtube', ['youtube']],
    ['both', ['youtube', 'twitch']],
    [
      ['twitch', 'studio', 'twitch'],
      ['twitch', 'studio'],
    ],
    ['studio-2', ['studio-2']],
  ])('take %j', async (platforms, named) => {
    expect((await start(platforms)).status).toBe(202)
    expect(Object.keys(states((await status()).json))).toEqual(named)
  })

  it('of one platform more or less leave the others as they are', async () => {
    await start('youtube')
    h.outbound.set(room.id, 'youtube', { state: 'live', status: 'live' })
    await start(['youtube', 'twitch'])
    expect(states((await status()).json)).toEqual({ youtube: 'live', twitch: 'starting' })
    expect(states((await stop({ platforms: 'twitch' })).json)).toEqual({ youtube: 'live', twitch: 'stopped' })
    expect((await stop({ platforms: ['youtube', 'twitch'] })).status).toBe(202)
    expect((await stop({ platforms: 'all' })).status).toBe(202)
    expect((await stop({ platforms: 'both' })).status).toBe(202)
  })

  it('find the room by its handle too', async () => {
    const body = { room: `@send.${count}`, platforms: 'youtube' }
    expect((await h.ask('POST', '/api/live/start', { token: room.token, body })).json['room']).toBe(room.id)
  })

  it.each([
    [{ platforms: 'youtube' }, '/room'],
    [{ room: '', platforms: 'youtube' }, '/room'],
    [{ room: 7, platforms: 'youtube' }, '/room'],
    [{ room: 'x', platforms: [] }, '/platforms'],
    [{ room: 'x' }, '/platforms'],
    [{ room: 'x', platforms: 'all' }, '/platforms'],
    [{ room: 'x', platforms: 'You Tube' }, '/platforms'],
    [{ room: 'x', platforms: ['both'] }, '/platforms/0'],
    [{ room: 'x', platforms: Array.from({ length: 17 }, () => 'a') }, '/platforms'],
    [{ room: 'x', platforms: 'youtube', force: 1 }, '/force'],
    [{ room: 'x', platforms: 'youtube', key: 'abcd' }, '/key'],
  ])('refuse %j at %s, whoever’s room it is, and do nothing', async (body, field) => {
    const answer = await h.ask('POST', '/api/live/start', { token: room.token, body })
    expect([answer.status, answer.json['code']]).toEqual([422, 'invalid'])
    const errors = answer.json['errors'] as { field: string }[]
    expect(errors.map((error) => error.field)).toContain(field)
    expect(h.outbound.asked).toEqual([])
  })

  it('are refused with their code when nothing can be done', async () => {
    await start('youtube')
    const again = await start('youtube')
    expect([again.status, again.json['code']]).toEqual([409, 'already_active'])
    const retry = await h.ask('POST', `/api/rooms/${room.id}/destinations/twitch/retry`, {
      token: room.token,
    })
    expect([retry.status, retry.json['code']]).toEqual([409, 'not_live'])
  })

  it('pass force on, and only when it is asked for', async () => {
    await start('youtube', { force: true })
    await start('twitch', { force: false })
    expect(h.outbound.asked).toEqual(['live.start forced', 'live.start'])
  })
})

describe('S25: an Idempotency-Key', () => {
  it('S25: starts and stops once, with the same bytes again', async () => {
    const keyed = (path: string, body: object, key: string) =>
      h.ask('POST', path, {
        token: room.token,
        body: { room: room.id, ...body },
        headers: { 'idempotency-key': key },
      })
    const [one, two, three] = [
      await keyed('/api/live/start', { platforms: 'youtube' }, 'k1'),
      await keyed('/api/live/start', { platforms: 'youtube' }, 'k1'),
      await keyed('/api/live/start', { platforms: 'twitch' }, 'k1'),
    ]
    expect([one.status, two.status, three.status]).toEqual([202, 202, 422])
    expect(two.text).toBe(one.text)
    expect(three.json['code']).toBe('idempotency_key_reused')
    const stopped = await keyed('/api/live/stop', {}, 'k2')
    expect((await keyed('/api/live/stop', {}, 'k2')).text).toBe(stopped.text)
    const both = await Promise.all(
      [1, 2, 3, 4].map(() => keyed('/api/live/start', { platforms: 'both' }, 'k3')),
    )
    expect(new Set(both.map(({ text }) => text)).size).toBe(1)
    expect(h.outbound.asked).toEqual(['live.start', 'live.stop', 'live.start'])
  })
})

describe('retry', () => {
  it('is for one destination, and answers how the room is', async () => {
    h.outbound.set(room.id, 'twitch', { state: 'backoff', status: 'error' })
    const answer = await h.ask('POST', `/api/rooms/${room.id}/destinations/twitch/retry`, {
      token: room.token,
    })
    expect(answer.status).toBe(202)
    expect(states(answer.json)).toEqual({ twitch: 'starting' })
  })
})

describe('status', () => {
  it('of a room that never sent out is idle, and says nothing of platforms', async () => {
    expect((await status()).json).toMatchObject({ session_id: null, state: 'idle', platforms: {} })
  })

  it('says what is wrong in a sentence, and what the platform says of itself', async () => {
    h.outbound.set(room.id, 'twitch', {
      state: 'backoff',
      status: 'error',
      attempt: 3,
      nextAttemptAt: 1_800_000_000_000,
      errorCode: 'destination_rejected',
      observedAt: 1_700_000_000_000,
      observedBy: 'webhook',
      platformView: {
        state: 'not_live',
        observedAt: 1_700_000_000_001,
        issues: [{ severity: 'warning', code: 'videoBitrateLow', text: 'Too little.' }],
      },
    })
    const { twitch } = (await status()).json['platforms'] as Record<string, Record<string, unknown>>
    expect(twitch).toMatchObject({
      attempt: 3,
      next_attempt_at: 1_800_000_000_000,
      error_code: 'destination_rejected',
      error: expect.stringContaining('stream key is wrong'),
      advice: expect.stringContaining('retry'),
      observed_by: 'webhook',
      platform_state: 'not_live',
      platform_observed_at: 1_700_000_000_001,
      platform_issues: [{ severity: 'warning', code: 'videoBitrateLow' }],
    })
  })

  it('is from memory: it is answered while the database answers nothing', async () => {
    let asked = 0
    let isGone = false
    const { database } = h.db
    const unlessGone = <A>(answer: Effect.Effect<A, DbError>): Effect.Effect<A, DbError> => {
      if (!isGone) return answer
      asked += 1
      return Effect.fail(new DbError({ kind: 'io', outcome: 'failed', message: 'gone' }))
    }
    const deaf: typeof database = {
      ...database,
      read: (...query) => unlessGone(database.read(...query)),
      write: (transaction) => unlessGone(database.write(transaction)),
    }
    const seen = await startHarness({ db: { ...h.db, database: deaf }, boot: 'boot-2' })
    isGone = true
    seen.outbound.set('r1', 'youtube', { state: 'live', status: 'live' })
    const { status, json } = await seen.ask('GET', '/api/live/status')
    expect(status).toBe(200)
    expect(json['items']).toMatchObject([{ room: 'r1', platforms: { youtube: { state: 'live' } } }])
    expect((await seen.ask('GET', '/api/audit')).status).toBe(503)
    expect(asked).toBeGreaterThan(0)
    await seen.stop()
  })
})

describe('machines and metrics', () => {
  it('show rooms, what they send out, and each destination', async () => {
    h.outbound.set(room.id, 'youtube', { state: 'live', status: 'live' })
    const machines = await h.ask('GET', '/api/machines', { token: room.token })
    const items = machines.json['items'] as { id: string; counts: object; states: { id: string }[] }[]
    expect(items.map(({ id, counts }) => [id, counts])).toEqual([
      ['room', { watching: 1 }],
      ['outbound', { live: 1 }],
      ['egress', { live: 1 }],
    ])
    for (const { states } of items) expect(states.length).toBeGreaterThan(3)
    const actor = (id: string) =>
      h.ask('GET', `/api/machines/${encodeURIComponent(id)}`, { token: room.token })
    expect((await actor(`egress:${room.id}:youtube`)).json).toMatchObject({
      machine: 'egress',
      path: ['live'],
    })
    expect((await actor(room.id)).json['machine']).toBe('room')
  })

  it('count destinations by state, attempts and failures, and no name that an owner gave', async () => {
    h.outbound.set(room.id, 'youtube', { state: 'live', status: 'live' })
    h.outbound.set(room.id, 'secret-studio', { state: 'backoff', status: 'error' })
    const fact = (name: Fact['name'], body: Fact['body']): Fact => ({
      name,
      at: 1,
      roomId: room.id,
      sessionId: null,
      body,
    })
    await h.db.write({
      statements: [],
      facts: [
        fact('egress.attempted', { platform: 'twitch' }),
        fact('egress.attempted', { platform: 'secret-studio' }),
        fact('egress.failed', { platform: 'twitch', code: 'destination_rejected' }),
        fact('egress.failed', { platform: 'twitch', code: 'what is this' }),
      ],
    })
    const { text } = await h.ask('GET', '/metrics', { token: null })
    expect(text).toMatch(/^roomkeeper_destinations\{platform="youtube",state="live"\} [1-9]/m)
    expect(text).toMatch(/^roomkeeper_destinations\{platform="other",state="backoff"\} 1$/m)
    expect(text).toMatch(/^roomkeeper_egress_attempts_total\{platform="twitch"\} 1$/m)
    expect(text).toMatch(/^roomkeeper_egress_attempts_total\{platform="other"\} 1$/m)
    expect(text).toMatch(
      /^roomkeeper_egress_failures_total\{platform="twitch",code="destination_rejected"\} 1$/m,
    )
    expect(text).toMatch(/^roomkeeper_egress_failures_total\{platform="twitch",code="internal"\} 1$/m)
    expect(text).toContain('# TYPE roomkeeper_livekit_requests_total counter')
    expect(text).not.toContain('secret-studio')
  })
})
