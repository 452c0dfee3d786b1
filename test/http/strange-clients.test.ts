// Methods, pipelines and clients that speak an older or an odder HTTP.

import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { methodsAt } from '../../src/http/methods.ts'
import { until } from '../_support/db.ts'
import { OPERATOR, Raw, rawAsk, startHarness, statusOf, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
  await h.addRoom('wire.room')
})
afterAll(() => h.stop())

const AUTH = `Authorization: Bearer ${OPERATOR}\r\n`
const get = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${AUTH}${more}\r\n`

const ask = (method: string, path: string, more = '') =>
  rawAsk(h.port, `${method} ${path} HTTP/1.1\r\nHost: l\r\nConnection: close\r\n${AUTH}${more}\r\n`)

describe('H17: methods', () => {
  it('H17: what a path does not take is 405 with Allow, on every route', async () => {
    for (const path of new Set(h.http.operations.map((operation) => operation.path))) {
      const named = path.replaceAll(/:[a-z]+/g, 'x1')
      const taken = methodsAt(h.http.operations, named)
      const others = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'TRACE', 'PROPFIND']
      for (const method of others.filter((name) => !taken.includes(name))) {
        const heard = await ask(method, named)
        expect(statusOf(heard), `${method} ${path}`).toBe(405)
        const allow = /^allow: (.*)$/im.exec(heard)?.[1]?.trim().split(', ') ?? []
        expect(allow).toEqual(taken)
      }
    }
  })

  it('H17: HEAD on a stream is its headers, no body and no stream; HEAD elsewhere has no body', async () => {
    const heard = await ask('HEAD', '/api/stream')
    expect(statusOf(heard)).toBe(200)
    expect(heard.toLowerCase()).toContain('content-type: text/event-stream')
    expect(heard.split('\r\n\r\n')[1]).toBe('')
    expect(h.http.streams()).toBe(0)
    for (const path of ['/healthz', '/api/rooms', '/openapi.json', '/']) {
      expect((await ask('HEAD', path)).split('\r\n\r\n')[1], path).toBe('')
    }
  })

  it('H17: OPTIONS answers what is allowed, and a browser of an unknown origin nothing at all', async () => {
    const heard = await ask(
      'OPTIONS',
      '/api/rooms',
      'Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n',
    )
    expect(statusOf(heard)).toBe(204)
    expect(heard.toLowerCase()).toContain('allow: get, head, options, post')
    expect(heard.toLowerCase()).not.toContain('access-control')
    const listed = await startHarness({ db: h.db, deps: { origins: ['https://console.example'] } })
    for (const [origin, allowed] of [
      ['https://console.example', true],
      ['https://evil.example', false],
    ] as const) {
      const preflight = await listed.ask('OPTIONS', '/api/rooms', { token: null, headers: { origin } })
      expect(preflight.headers.get('access-control-allow-origin')).toBe(allowed ? origin : null)
      expect(preflight.headers.has('access-control-allow-methods')).toBe(allowed)
      const answer = await listed.ask('GET', '/api/rooms', { headers: { origin } })
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed ? origin : null)
    }
    await listed.stop()
  })

  it('H17: answers tell browsers not to guess, frame, cache or run anything', async () => {
    for (const path of ['/api/rooms', '/api/nothing', '/', '/metrics']) {
      const { headers } = await h.ask('GET', path)
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('x-frame-options'), path).toBe('DENY')
      // The page may be kept by whoever asks each time whether it is still the one.
      expect(headers.get('cache-control'), path).toBe(path === '/' ? 'no-cache' : 'no-store')
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'")
      expect(headers.has('strict-transport-security'), path).toBe(false)
    }
  })
})

describe('H18: pipelines', () => {
  it('H18: 1,000 requests in one pipeline are answered in order, each with its own answer', async () => {
    const raw = new Raw(h.port)
    const names = Array.from({ length: 1_000 }, (_, index) => `pipe.${index}`)
    for (const name of names) raw.say(`GET /api/rooms?q=${name} HTTP/1.1\r\nHost: l\r\n${AUTH}\r\n`)
    raw.say(get('/api/rooms/wire.room'))
    await raw.done
    const answers = raw.heard.split('HTTP/1.1 ').slice(1)
    expect(answers).toHaveLength(1_001)
    expect(
      answers.slice(0, 1_000).every((answer) => answer.startsWith('200') && answer.includes('"items":[]')),
    ).toBe(true)
    expect(answers[1_000]).toContain('"handle":"wire.room"')
  })

  it('H18: a stream inside a pipeline is refused: it would keep everything behind it waiting', async () => {
    const heard = await rawAsk(
      h.port,
      `GET /api/rooms HTTP/1.1\r\nHost: l\r\n${AUTH}\r\nGET /api/stream HTTP/1.1\r\nHost: l\r\n${AUTH}\r\n${get('/healthz')}`,
    )
    const statuses = [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    // The stream may already be alone on its connection when it is looked at; then it is one, and the rest is not read.
    expect(statuses.slice(0, 2)).toEqual(['200', statuses[1] === '200' ? '200' : '400'])
    expect(h.http.streams()).toBeLessThanOrEqual(1)
    await until('no stream is left', () => h.http.streams() === 0)
  })
})

describe('H32: strange clients', () => {
  it('H32: HTTP/1.0 without a Host is answered and closed', async () => {
    const heard = await rawAsk(h.port, `GET /api/rooms/wire.room HTTP/1.0\r\n${AUTH}\r\n`)
    expect(statusOf(heard)).toBe(200)
    expect(heard).toContain('"handle":"wire.room"')
  })

  it('H32: HTTP/1.1 without a Host is 400', async () => {
    expect(statusOf(await rawAsk(h.port, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe(400)
  })

  it('H32: an absolute address and an IPv6 host are answered; a host that is none is 400', async () => {
    const whole = await rawAsk(h.port, get('http://other.example/api/rooms/wire.room'))
    expect(statusOf(whole)).toBe(200)
    const from = (host: string) =>
      rawAsk(h.port, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(statusOf(await from('[::1]:8080'))).toBe(200)
    for (const host of ['evil.example/path', 'evil.example\\@l', 'a b', 'evil.example?x', 'evil@l']) {
      expect([400, 200], host).toContain(statusOf(await from(host)))
    }
  })

  it('H32: nothing of a Host comes back: no redirect, no link, no header', async () => {
    for (const path of ['/', '/api/rooms', '/openapi.json', '/api', '/api/rooms/', '/console']) {
      const heard = await rawAsk(
        h.port,
        `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n${AUTH}\r\n`,
      )
      expect(heard, path).not.toContain('evil.example')
      expect(heard.toLowerCase(), path).not.toContain('\r\nlocation:')
    }
  })

  it('H32: an upgrade that nobody offers is an ordinary request', async () => {
    const status = await new Promise((resolve) => {
      request(
        `${h.url}/healthz`,
        { headers: { connection: 'upgrade', upgrade: 'websocket' } },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      ).end()
    })
    expect(status).toBe(200)
  })
})
