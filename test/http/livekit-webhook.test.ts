// The address that LiveKit reports to: what is not LiveKit's is one answer and one audit row, what is comes into
// the inbox once, before it is answered.

import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insert, listByEgress, removeBefore } from '../../src/db/webhook-inbox.ts'
import { Database } from '../../src/db/database.ts'
import type { EgressView } from '../../src/domain/egress.ts'
import { DbError } from '../../src/domain/errors.ts'
import { livekitCounts, type WebhookOutcome } from '../../src/egress/livekit-metrics.ts'
import { makeScrubber } from '../../src/egress/scrub.ts'
import { receiveWebhooks } from '../../src/egress/webhooks.ts'
import { KEY, STREAM_URL } from '../egress/twirp.ts'
import { egressEvent, genuine, newId, odd, SIGNER } from '../egress/webhook-kit.ts'
import { Raw, startHarness, statusOf, type Answered, type Harness } from './harness.ts'
import * as Redacted from 'effect/Redacted'

const PATH = '/api/livekit/webhook'
const seen: EgressView[] = []
const noticed: (readonly [string, boolean])[] = []
const scrubber = makeScrubber()
scrubber.learnAddress(Redacted.make(STREAM_URL))
const receiveWebhook = receiveWebhooks({
  signer: SIGNER,
  scrubber,
  roomOf: (livekitRoom, egressId) => (livekitRoom === 'stage' || egressId === 'EG_1' ? 'r1' : null),
  observe: (view) => void seen.push(view),
  notice: (...presence) => void noticed.push(presence),
})

let h: Harness
beforeAll(async () => {
  h = await startHarness({ deps: { receiveWebhook } })
})
afterAll(() => h.stop())
beforeEach(() => void seen.splice(0))

const post = (body: string, token: string | null, url = h): Promise<Answered> =>
  url.ask('POST', PATH, {
    token: null,
    body,
    headers: {
      'content-type': 'application/webhook+json',
      ...(token !== null && { authorization: token }),
    },
  })
const send = async (body: string): Promise<Answered> => post(body, await genuine(body))
const inbox = () => h.db.read('SELECT * FROM webhook_inbox ORDER BY received_at, id')
const facts = () => h.db.read(`SELECT * FROM journal WHERE name = 'livekit.event' ORDER BY seq`)
const counted = (outcome: WebhookOutcome): number =>
  livekitCounts().webhooks.find(([labels]) => labels['outcome'] === outcome)?.[1] ?? 0

describe('a forged webhook', () => {
  it('L21, L22, L23, L24: is the same 401 whatever is wrong with it, changes nothing and is audited', async () => {
    const body = egressEvent()
    const before = [await inbox(), await facts(), (await h.audit()).length] as const
    const tokens = [
      null,
      'nonsense',
      odd(body, { secret: 'another secret of this length....' }),
      odd(body, { claims: { iss: 'APIother' } }),
      odd(body, { alg: 'none' }),
      odd(body, { alg: 'HS512', digest: 'sha512' }),
      odd(body, { claims: { sha256: undefined } }),
      odd(body, { claims: { exp: Math.floor(Date.now() / 1000) - 60 } }),
      odd(body, { claims: { exp: undefined } }),
      await genuine(`${body} `),
    ]
    const rejected = counted('rejected')
    const answers = await Promise.all(tokens.map((token) => post(body, token)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 401, json: { code: 'webhook_rejected' } })
    expect(counted('rejected') - rejected).toBe(tokens.length)
    expect([await inbox(), await facts()]).toEqual(before.slice(0, 2))
    expect(seen).toEqual([])
    const rows = (await h.audit()).slice(before[2])
    expect(rows).toHaveLength(tokens.length)
    for (const row of rows) {
      expect(row).toMatchObject({ action: 'livekit.webhook', outcome: 'denied', code: 'webhook_rejected' })
    }
  })

  it('L21: leaves a bounded number of audit rows, and the next one counts the rest', async () => {
    const few = await startHarness({
      deps: { receiveWebhook },
      limits: { denials: { perSecond: 0.001, burst: 3 } },
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('{}', 'forged', few)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(401))
    expect(await few.audit()).toHaveLength(3)
    await few.stop()
  })

  it('is rejected like any other when LiveKit is not configured', async () => {
    const bare = await startHarness()
    const body = egressEvent()
    expect(await post(body, await genuine(body), bare)).toMatchObject({ status: 401 })
    await bare.stop()
  })
})

describe('a genuine webhook', () => {
  it('is on disk with its fact before it is answered, and told after', async () => {
    const body = egressEvent()
    expect(await send(body)).toMatchObject({ status: 200, json: { outcome: 'applied' } })
    const { id } = JSON.parse(body) as { id: string }
    const row = (await inbox()).find((found) => found['id'] === id)
    expect(row).toMatchObject({
      event: 'egress_updated',
      room_name: 'stage',
      lk_egress_id: 'EG_1',
      created_at: 1_700_000_000_000,
      lk_updated_at: '1700000000123456789',
      outcome: 'applied',
    })
    expect((await facts()).at(-1)).toMatchObject({ room_id: 'r1' })
    expect(seen).toMatchObject([{ egressId: 'EG_1', status: 'active', updatedAtNs: 1700000000123456789n }])
  })

  it('L25: sent a hundred times is answered 200 a hundred times and applied once', async () => {
    const body = egressEvent()
    const token = await genuine(body)
    const before = (await facts()).length
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(body, token)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(answers.filter(({ json }) => json['outcome'] === 'applied')).toHaveLength(1)
    expect(answers.filter(({ json }) => json['outcome'] === 'replayed')).toHaveLength(99)
    expect((await facts()).length - before).toBe(1)
    expect(seen).toHaveLength(1)
  })

  it.each([
    ['without an id', egressEvent({ id: undefined })],
    ['with an id that is no text', egressEvent({ id: 7 })],
    ['of an event nobody knows', egressEvent({ event: 'room_exploded' })],
    ['of an egress in a state nobody knows', egressEvent({}, { status: 'EGRESS_PAUSED' })],
    ['of an egress in a state of a number nobody knows', egressEvent({}, { status: 42 })],
    ['of an egress that is none', egressEvent({ egressInfo: undefined, room: { name: 'stage' } })],
    ['that is not JSON', 'not json'],
    ['that is a list', '[]'],
    ['that is nested deeply', '['.repeat(100_000)],
    ['that is not UTF-8', '\ud800'],
  ])('L26: %s is answered 200, ignored and counted', async (_name, body) => {
    const [before, known] = [counted('ignored'), (await facts()).length]
    expect(await send(body)).toMatchObject({ status: 200, json: { outcome: 'ignored' } })
    expect(counted('ignored') - before).toBe(1)
    expect((await facts()).length).toBe(known)
    expect(seen).toEqual([])
  })

  it('L29: of an unknown egress in an unknown room changes no row, and is audited', async () => {
    const [rows, known, audited] = [await inbox(), await facts(), (await h.audit()).length]
    const body = egressEvent({}, { egressId: 'EG_theirs', roomName: 'theirs' })
    expect(await send(body)).toMatchObject({ status: 200, json: { outcome: 'ignored' } })
    expect([await inbox(), await facts()]).toEqual([rows, known])
    expect((await h.audit()).slice(audited)).toMatchObject([
      { action: 'livekit.webhook', code: 'egress_unknown' },
    ])
    expect(seen).toEqual([])
  })

  it('L31: of an egress that is not known yet is kept and told when its room is ours', async () => {
    const body = egressEvent({ event: 'egress_started' }, { egressId: 'EG_early' })
    expect(await send(body)).toMatchObject({ json: { outcome: 'applied' } })
    expect(seen).toMatchObject([{ egressId: 'EG_early' }])
    const stored = await Effect.runPromise(
      listByEgress('EG_early').pipe(Effect.provideService(Database, h.db.database)),
    )
    expect(stored).toMatchObject([{ event: 'egress_started', updatedAtNs: 1700000000123456789n }])
  })

  it.each([
    ['room_started', { room: { name: 'stage', sid: 'RM_1' } }],
    ['room_finished', { room: { name: 'stage' }, roomEndReason: 'whatever' }],
    ['participant_joined', { room: { name: 'stage' }, participant: { identity: 'host', metadata: KEY } }],
    ['track_published', { room: { name: 'stage' }, track: { sid: 'TR_1', type: 'VIDEO' } }],
    [
      'ingress_started',
      { ingressInfo: { ingressId: 'IN_1', roomName: 'stage', streamKey: KEY, url: STREAM_URL } },
    ],
  ])('%s is a fact of its room', async (event, more) => {
    expect(
      await send(JSON.stringify({ event, id: newId(), createdAt: 1_700_000_000, ...more })),
    ).toMatchObject({
      json: { outcome: 'applied' },
    })
    const last = (await facts()).at(-1)
    expect(last?.['room_id']).toBe('r1')
    expect(JSON.parse(String(last?.['body']))).toMatchObject({ event })
    expect(seen).toEqual([])
  })

  it('L11: tells when an egress joins its room or leaves it, and of nobody else', async () => {
    const presence = (event: string, identity: string) =>
      JSON.stringify({
        event,
        id: newId(),
        room: { name: 'stage' },
        participant: { identity, kind: 'EGRESS' },
      })
    noticed.splice(0)
    await send(presence('participant_joined', 'EG_1'))
    await send(presence('participant_left', 'EG_1'))
    await send(presence('participant_left', 'host'))
    expect(noticed).toEqual([
      ['EG_1', true],
      ['EG_1', false],
    ])
  })

  it('S22: keeps no key and no address of a stream, wherever it says them', async () => {
    const body = egressEvent(
      { ingressInfo: { ingressId: 'IN_1', streamKey: KEY, url: STREAM_URL } },
      {
        error: `failed to connect to ${STREAM_URL}`,
        details: `End reason: ${encodeURIComponent(KEY)}`,
        roomComposite: { roomName: 'stage', streamOutputs: [{ urls: [STREAM_URL] }] },
        streamResults: [{ url: STREAM_URL, status: 'FAILED', error: Buffer.from(KEY).toString('base64') }],
      },
    )
    expect(await send(body)).toMatchObject({ json: { outcome: 'applied' } })
    const kept = JSON.stringify([await inbox(), await facts(), await h.audit()])
    for (let at = 0; at + 8 <= KEY.length; at += 1) expect(kept).not.toContain(KEY.slice(at, at + 8))
    expect(kept).not.toContain('live2/')
    expect(JSON.stringify(seen[0]?.error)).toContain('rtmps://***')
  })

  it('that cannot be stored is answered 503, so that LiveKit sends it again', async () => {
    const full = new DbError({ kind: 'full', outcome: 'failed', message: 'disk full' })
    const failing = await startHarness({
      deps: {
        receiveWebhook: (bytes, header) =>
          receiveWebhook(bytes, header).pipe(
            Effect.provideService(Database, { ...h.db.database, write: () => Effect.fail(full) }),
          ),
      },
    })
    const body = egressEvent()
    const before = counted('failed')
    expect(await post(body, await genuine(body), failing)).toMatchObject({ status: 503 })
    expect(counted('failed') - before).toBe(1)
    expect(seen).toEqual([])
    expect(await send(body)).toMatchObject({ json: { outcome: 'applied' } })
    await failing.stop()
  })
})

describe('limits', () => {
  it('L30: a body of more than 256 KiB is 413, said or not', async () => {
    const body = JSON.stringify({ event: 'x', pad: 'x'.repeat(256 * 1024) })
    expect(await send(body)).toMatchObject({ status: 413, json: { code: 'body_too_large' } })
    const raw = new Raw(h.port).say(
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nAuthorization: x\r\n\r\n`,
    )
    for (let n = 0; n < 20; n += 1) raw.say(`8000\r\n${'x'.repeat(0x8000)}\r\n`)
    await raw.done
    expect(statusOf(raw.heard)).toBe(413)
  })

  it('L30: a body that is not there after ten seconds is 408', { timeout: 20_000 }, async () => {
    const from = performance.now()
    const raw = new Raw(h.port).say(
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"event":`,
    )
    await raw.done
    expect(statusOf(raw.heard)).toBe(408)
    expect(performance.now() - from).toBeGreaterThan(9_000)
  })

  it('forgets the oldest of the inbox a piece at a time', async () => {
    const row = (id: string, receivedAt: number) =>
      insert({
        id,
        receivedAt,
        createdAt: null,
        event: 'room_started',
        roomName: null,
        egressId: null,
        updatedAtNs: null,
        body: '{}',
        outcome: 'ignored',
      })
    const before = (await inbox()).length
    const write = (...statements: ReturnType<typeof insert>[]) =>
      Effect.runPromise(h.db.database.write({ statements }))
    await write(row('old-1', 1), row('old-2', 2), row('old-3', 3))
    await write(removeBefore(1_000, 2))
    expect((await inbox()).filter(({ id }) => String(id).startsWith('old'))).toMatchObject([{ id: 'old-3' }])
    await write(removeBefore(1_000, 2))
    expect(await inbox()).toHaveLength(before)
  })
})
