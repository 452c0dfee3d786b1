// Every way a connect can fail, and the one word it fails with.

import { createServer } from 'node:http'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TikTokError } from '../../src/domain/errors.ts'
import type { ConnectSpec } from '../../src/tiktok/tiktok.ts'
import type { FaultOf } from '../_support/tiktok/faults.ts'
import { startTikTok, type TikTok as StandIn } from '../_support/tiktok/standin.ts'
import { closeServer, listener, listenOn, serviceAt, spec, using, type Places } from './kit.ts'

let standIn: StandIn
let broadcastId: string

beforeAll(async () => {
  standIn = await startTikTok()
  broadcastId = standIn.creator('ana').goLive()
})
afterEach(() => standIn.clearFaults())
afterAll(() => standIn.close())

const LIMITS = { signTimeoutMs: 2_000, socketTimeoutMs: 2_000, doorTimeoutMs: 2_000 }

const failed = (more: Partial<ConnectSpec> = {}, places: Places = {}): Promise<TikTokError> =>
  using(serviceAt(standIn, LIMITS, places), (tiktok) =>
    Effect.flip(tiktok.connect(spec('ana', broadcastId, more), listener())),
  )

describe('an offline room', () => {
  it('T11: a broadcast that is over at connect is one clear room_offline, and costs no sign request', async () => {
    const fault = standIn.fault('room_info', { kind: 'says', status: 4 })
    const before = standIn.asked('sign').length
    const error = await failed()
    expect(fault.fired()).toBe(1)
    expect(error.code).toBe('room_offline')
    expect(standIn.asked('sign').length).toBe(before)
    expect(standIn.creator('ana').audience.length).toBe(0)
  })

  it.each([4_003_110, 10_011] as const)(
    'T11: age restricted (%i) is not offline: it connects',
    async (code) => {
      const fault = standIn.fault('room_info', { kind: 'age_restricted', code })
      const closes = await using(serviceAt(standIn), (tiktok) =>
        Effect.gen(function* () {
          const heard = listener()
          const connection = yield* tiktok.connect(spec('ana', broadcastId), heard)
          yield* connection.finish(1_000)
          return heard.closes
        }),
      )
      expect(fault.fired()).toBe(1)
      expect(closes.length).toBe(1)
    },
  )

  it('age restricted and then refused is told as age_restricted', async () => {
    standIn.fault('room_info', { kind: 'age_restricted', code: 10_011 })
    const refused = standIn.fault('socket', { kind: 'refused', message: 'ROOM_NOT_ALLOWED' })
    expect((await failed()).code).toBe('age_restricted')
    expect(refused.fired()).toBe(1)
  })

  it('a page that cannot be had does not stop a connect', async () => {
    const fault = standIn.fault('room_info', { kind: 'status', status: 500 })
    await using(serviceAt(standIn), (tiktok) =>
      Effect.flatMap(tiktok.connect(spec('ana', broadcastId), listener()), (connection) =>
        connection.finish(1_000),
      ),
    )
    expect(fault.fired()).toBe(1)
  })
})

describe('the sign server limits', () => {
  const forms = [
    ['header', undefined],
    ['body', undefined],
    ['both', undefined],
    // Under 19 characters the library fails with a RangeError of its own.
    ['both', 'Slow down'],
  ] as const
  it.each(forms)(
    'T12: 429 with the time in the %s (message %s) keeps its 37 seconds',
    async (form, message) => {
      const fault = standIn.fault('sign', {
        kind: 'rate_limited',
        retryAfterS: 37,
        form,
        ...(message === undefined ? {} : { message }),
      })
      const error = await failed()
      expect(fault.fired()).toBe(1)
      expect(error.code).toBe('sign_rate_limited')
      expect(error.retryAfterMs).toBe(37_000)
    },
  )

  it('T12: 429 without a time, with a body that is no JSON, has no time', async () => {
    const fault = standIn.fault('sign', { kind: 'status', status: 429, body: '<html>slow</html>' })
    const error = await failed()
    expect(fault.fired()).toBe(1)
    expect([error.code, error.retryAfterMs]).toEqual(['sign_rate_limited', undefined])
  })

  it.each([401, 402, 403])('%i is sign_refused', async (status) => {
    const fault = standIn.fault('sign', { kind: 'status', status, body: '{"message":"no"}' })
    expect((await failed()).code).toBe('sign_refused')
    expect(fault.fired()).toBe(1)
  })
})

describe('the sign server is in trouble', () => {
  const troubles: readonly (readonly [string, FaultOf['sign']])[] = [
    ['500', { kind: 'status', status: 500 }],
    ['502', { kind: 'status', status: 502, body: '<html>Bad gateway</html>' }],
    ['a redirect', { kind: 'status', status: 302 }],
    ['a hang', { kind: 'hang', ms: 60_000 }],
    ['a reset', { kind: 'reset' }],
    ['a truncated answer', { kind: 'truncated' }],
    ['an empty answer', { kind: 'empty' }],
    ['an answer too large', { kind: 'huge', bytes: 9 << 20 }],
    ['truncated JSON', { kind: 'body', body: '{"code": 200, "mess', contentType: 'application/json' }],
    ['no cookie', { kind: 'no_cookie' }],
    ['no cursor', { kind: 'no_cursor' }],
  ]
  it.each(troubles)('T13: %s is sign_unavailable and opens no socket', async (_name, spoiled) => {
    const fault = standIn.fault('sign', spoiled)
    const sockets = standIn.asked('socket').length
    const error = await failed()
    expect(fault.fired()).toBe(1)
    expect(error.code).toBe('sign_unavailable')
    expect(standIn.asked('socket').length).toBe(sockets)
  })

  it('T13: an answer with a cookie and garbage or nothing inside is sign_unavailable', async () => {
    for (const body of [
      Buffer.alloc(0),
      Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f, 1]),
      Buffer.from('{"a":1}'),
    ]) {
      const server = createServer((_request, response) => {
        response.writeHead(200, { 'x-set-tt-cookie': 'ttwid=1' }).end(body)
      })
      const error = await failed({}, { signApiUrl: await listenOn(server) })
      expect(error.code, error.message).toBe('sign_unavailable')
      await closeServer(server)
    }
  })

  it('T13: nobody listening, or a name that does not exist, is sign_unavailable with its code', async () => {
    const server = createServer()
    const origin = await listenOn(server)
    await closeServer(server)
    const error = await failed({}, { signApiUrl: origin })
    expect([error.code, /ECONNREFUSED/.test(error.message)]).toEqual(['sign_unavailable', true])
    const unnamed = await failed({}, { signApiUrl: 'http://sign.invalid' })
    expect(unnamed.code).toBe('sign_unavailable')
  })

  it('a broadcast that the sign server does not know is bad_answer', async () => {
    standIn.fault('room_info', { kind: 'status', status: 500 })
    const error = await failed({ broadcastId: '7000000000000000001' })
    expect(error.code).toBe('bad_answer')
  })
})

describe('the address of the socket', () => {
  const foreign = [
    'http://169.254.169.254/latest/meta-data/',
    'ws://169.254.169.254/',
    'wss://tiktok.com.evil.example/webcast/',
    'wss://evil-tiktok.com/',
    'wss://user:secret@webcast.tiktok.com/',
    'wss://webcast.tiktok.com:8443/',
    'wss://webcast.tiktok.com/?redirect=1',
    'ws://webcast.tiktok.com/',
    'ws://10.0.0.1:8080/',
    'ws+unix:///var/run/docker.sock:/',
    'not an address',
    '',
  ]
  it.each(foreign)('T14: %s is refused as sign_bad_endpoint before any socket is opened', async (url) => {
    const fault = standIn.fault('sign', { kind: 'foreign_host', url })
    const sockets = standIn.asked('socket').length
    const heard = listener()
    const error = await using(serviceAt(standIn, LIMITS), (tiktok) =>
      Effect.flip(tiktok.connect(spec('ana', broadcastId), heard)),
    )
    expect(fault.fired()).toBe(1)
    expect(error.code).toBe('sign_bad_endpoint')
    expect(error.message).not.toContain('secret')
    expect(standIn.asked('socket').length).toBe(sockets)
    expect(heard.frames).toEqual([])
  })

  it('T14: a loopback socket is refused when the sign server is not on loopback', async () => {
    const { socketAddress } = await import('../../src/tiktok/hosts.ts')
    const real = {
      origin: 'https://www.tiktok.com',
      webcastOrigin: 'https://webcast.tiktok.com',
      signApiUrl: 'https://api.eulerstream.com',
    }
    expect(socketAddress('ws://127.0.0.1:8080/x/', real)).toBeNull()
    expect(socketAddress('ws://127.0.0.1:8080/x/', { ...real, origin: 'http://127.0.0.1:1' })).toBeNull()
    expect(socketAddress('ws://127.0.0.1:8080/x/', { ...real, signApiUrl: 'http://127.0.0.1:1' })).toBeNull()
    expect(socketAddress('wss://webcast-ws.us.tiktok.com/webcast/im/', real)).toBe(
      'wss://webcast-ws.us.tiktok.com/webcast/im/',
    )
  })
})

describe('the socket', () => {
  it('refused with a handshake message is ws_refused and says the message', async () => {
    const fault = standIn.fault('socket', { kind: 'refused', message: 'DEVICE_BLOCKED' })
    const error = await failed()
    expect(fault.fired()).toBe(1)
    expect([error.code, error.message]).toEqual([
      'ws_refused',
      'TikTok refused the socket with 200: DEVICE_BLOCKED',
    ])
  })

  it('that does not open in time is connect_timeout', async () => {
    const fault = standIn.fault('socket', { kind: 'slow', ms: 5_000 })
    expect((await failed()).code).toBe('connect_timeout')
    expect(fault.fired()).toBe(1)
  })

  it('where nobody listens is network', async () => {
    const server = createServer()
    const origin = await listenOn(server)
    await closeServer(server)
    standIn.fault('sign', { kind: 'foreign_host', url: origin.replace('http', 'ws') })
    const error = await failed()
    expect([error.code, /ECONNREFUSED/.test(error.message)]).toEqual(['network', true])
  })
})

describe('secrets', () => {
  const CANARY = 'euler_CANARY0123456789canary'
  const key = Redacted.make(CANARY)

  it('a key is in no error, whatever the sign server answers with it', async () => {
    const echoes: readonly FaultOf['sign'][] = [
      { kind: 'status', status: 403, body: JSON.stringify({ message: `key ${CANARY} is not allowed` }) },
      {
        kind: 'status',
        status: 500,
        body: JSON.stringify({ message: `GET /connect?apiKey=${CANARY} failed` }),
      },
      { kind: 'rate_limited', retryAfterS: 1, message: `x-api-key: ${CANARY}` },
      { kind: 'foreign_host', url: `wss://${CANARY}:${CANARY}@host.example/${CANARY}?apiKey=${CANARY}` },
      { kind: 'reset' },
    ]
    for (const echo of echoes) {
      const fault = standIn.fault('sign', { ...echo, key: CANARY })
      const error = await failed({ signKey: key })
      expect(fault.fired(), 'the key was really sent').toBe(1)
      fault.clear()
      const told = `${error.message} ${JSON.stringify(error)} ${String(error)} ${error.stack}`
      expect(told).not.toContain(CANARY)
      expect(told).not.toContain('CANARY')
    }
  })

  it('a foreign text loses cookies, queries, credentials and line breaks', async () => {
    const { scrub } = await import('../../src/tiktok/failures.ts')
    const text =
      'Cookie: sessionid=abcdef; ttwid=1%7Cxyz\nfailed at https://me:pw@host.example/a?apiKey=zzz&b=1 Authorization: Bearer tok_123'
    const clean = scrub(text)
    for (const secret of ['abcdef', 'xyz', 'pw@', 'zzz', 'tok_123', '\n']) expect(clean).not.toContain(secret)
    expect(scrub('x'.repeat(10_000)).length).toBeLessThanOrEqual(160)
  })
})
