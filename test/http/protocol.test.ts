// The wire itself: what is malformed, slow, too large or strange, said by a socket that says exactly that.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HEADERS_MAX } from '../../src/http/guard.ts'
import { SERVER_LIMITS } from '../../src/http/server.ts'
import { OPERATOR, Raw, rawAsk, startHarness, statusOf, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  // The product's 10 s and 30 s, five times as fast: what is not slow on purpose has time on a busy machine.
  h = await startHarness({ server: { headersMs: 2_000, requestMs: 6_000, checkMs: 200 } })
  await h.addRoom('wire.room')
})
afterAll(() => h.stop())

const AUTH = `Authorization: Bearer ${OPERATOR}\r\n`
const get = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${AUTH}${more}\r\n`

const many = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: y\r\n`).join('')

describe('H12: paths that are not written plainly', () => {
  const odd = [
    '/api/rooms/..%2f..%2fetc%2fpasswd',
    '/api/rooms/%2e%2e/settings',
    '/api/rooms/../settings',
    '/api/rooms/./settings',
    '/api/rooms/%252e%252e%252fsettings',
    '/api//rooms',
    '//api/rooms',
    '/api/rooms/%00',
    '/api/rooms/a%0d%0aSet-Cookie:%20x=1',
    '/api/rooms/..\\settings',
    '/api/rooms/%5c',
    '/api/rooms/%zz',
    '/api/rooms/%ff%fe',
    `/api/rooms/${'a'.repeat(3_000)}`,
  ]
  for (const path of odd) {
    it(`H12: ${path.slice(0, 60)} is 400 and opens nothing`, async () => {
      const heard = await rawAsk(h.port, get(path))
      expect(statusOf(heard), heard.slice(0, 200)).toBe(400)
      expect(heard.toLowerCase()).not.toContain('set-cookie')
      expect(heard).not.toContain('autoMonitorEnabled')
    })
  }

  it('H12: a NUL on the wire is refused by the parser, and a plain encoded @ is a plain @', async () => {
    expect(statusOf(await rawAsk(h.port, get('/api/rooms/\0')))).toBe(400)
    expect(statusOf(await rawAsk(h.port, get('/api/rooms/%40wire.room')))).toBe(200)
    expect(statusOf(await rawAsk(h.port, get('/api/rooms/@wire.room')))).toBe(200)
  })

  it('H12: names that no room can have are unknown rooms', async () => {
    for (const name of ['%20', 'a%20b', '%F0%9F%92%A9', "'%20OR%201=1--", '*', 'a'.repeat(200)]) {
      expect(statusOf(await rawAsk(h.port, get(`/api/rooms/${name}`))), name).toBe(404)
    }
  })
})

describe('slow clients', () => {
  it('H13: 200 sockets that send their headers a byte at a time are closed at the limit, and health answers meanwhile', async () => {
    const began = performance.now()
    const sockets = Array.from({ length: 200 }, () => new Raw(h.port).say('GET / HTTP/1.1\r\nHost: l'))
    const dripping = setInterval(() => {
      for (const { socket, closed } of sockets) if (!closed) socket.write('a')
    }, 100)
    const health: number[] = []
    while (sockets.some(({ closed }) => !closed) && performance.now() - began < 60_000) {
      const asked = performance.now()
      expect((await h.ask('GET', '/healthz', { token: null })).status).toBe(200)
      health.push(performance.now() - asked)
    }
    clearInterval(dripping)
    expect(sockets.filter(({ closed }) => !closed)).toHaveLength(0)
    expect(performance.now() - began).toBeGreaterThan(1_900)
    expect(sockets.filter(({ heard }) => statusOf(heard) === 408).length).toBeGreaterThan(150)
    expect(health.length).toBeGreaterThan(1)
  })

  it('H13: a socket that says nothing at all is closed too, and the product’s limit is 10 s', async () => {
    const silent = new Raw(h.port)
    await silent.done
    expect(silent.closed).toBe(true)
    expect([SERVER_LIMITS.headersMs, SERVER_LIMITS.requestMs, SERVER_LIMITS.headerBytes]).toEqual([
      10_000, 30_000, 16_384,
    ])
  })

  it('H14: a body that drips is 408 at the limit, and nothing was done', async () => {
    const before = Number((await h.db.read('SELECT count(*) AS n FROM rooms'))[0]?.['n'])
    const raw = new Raw(h.port).say(
      `POST /api/rooms HTTP/1.1\r\nHost: l\r\n${AUTH}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"handle":"slow.body"`,
    )
    const dripping = setInterval(() => raw.socket.write(' '), 100)
    await raw.done
    clearInterval(dripping)
    expect(statusOf(raw.heard)).toBe(408)
    expect(Number((await h.db.read('SELECT count(*) AS n FROM rooms'))[0]?.['n'])).toBe(before)
  })
})

describe('H15: requests that two readers could read differently', () => {
  const smuggled: readonly (readonly [string, string])[] = [
    [
      'a length and chunks',
      'POST /api/rooms HTTP/1.1\r\nHost: l\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'two lengths',
      'POST /api/rooms HTTP/1.1\r\nHost: l\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde',
    ],
    [
      'an odd transfer encoding',
      'POST /api/rooms HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'chunked, but not last',
      'POST /api/rooms HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    ],
    [
      'a space before the colon',
      'POST /api/rooms HTTP/1.1\r\nHost: l\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a folded header',
      'POST /api/rooms HTTP/1.1\r\nHost: l\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a bad chunk size',
      'POST /api/rooms HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n',
    ],
    ['lines without CR', 'GET /healthz HTTP/1.1\nHost: l\n\n'],
    ['a space in the method', 'GE T /healthz HTTP/1.1\r\nHost: l\r\n\r\n'],
    ['no such version', 'GET /healthz HTTP/9.9\r\nHost: l\r\n\r\n'],
    ['a header without a name', 'GET /healthz HTTP/1.1\r\nHost: l\r\n: x\r\n\r\n'],
  ]
  for (const [name, text] of smuggled) {
    it(`H15: ${name} is 400 and the socket is closed`, async () => {
      const heard = await rawAsk(
        h.port,
        `${text}GET /metrics HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n`,
      )
      expect(statusOf(heard), heard.slice(0, 200)).toBe(400)
      expect(heard).not.toContain('roomkeeper_')
      expect(heard.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
    })
  }
})

describe('H16: headers', () => {
  it('H16: a header of 32 KiB is 431', async () => {
    expect(statusOf(await rawAsk(h.port, get('/healthz', `X-Large: ${'x'.repeat(32_768)}\r\n`)))).toBe(431)
  })

  it('H16: 2,000 headers are 431, and so are more than the limit of small ones', async () => {
    expect(statusOf(await rawAsk(h.port, get('/healthz', many(2_000))))).toBe(431)
    const few = await rawAsk(h.port, get('/healthz', many(HEADERS_MAX + 1)))
    expect(statusOf(few)).toBe(431)
    expect(few).toContain('"code":"headers_too_large"')
    expect(statusOf(await rawAsk(h.port, get('/healthz', many(HEADERS_MAX - 10))))).toBe(200)
  })
})
