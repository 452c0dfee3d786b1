// How requests leave: always https to TikTok, through the proxy that was chosen and never around it, names looked up
// without stopping anybody else.

import { createServer } from 'node:http'
import * as Effect from 'effect/Effect'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { requestAddress } from '../../src/tiktok/hosts.ts'
import { Names } from '../../src/tiktok/names.ts'
import { startTikTok, type TikTok as StandIn } from '../_support/tiktok/standin.ts'
import { closeServer, listener, listenOn, serviceAt, spec, using } from './kit.ts'
import { connectProxy, socksProxy } from './proxies.ts'

let standIn: StandIn
let broadcastId: string

beforeAll(async () => {
  standIn = await startTikTok()
  broadcastId = standIn.creator('ana').goLive()
})
afterEach(() => standIn.clearFaults())
afterAll(() => standIn.close())

const REAL = {
  origin: 'https://www.tiktok.com',
  webcastOrigin: 'https://webcast.tiktok.com',
  signApiUrl: 'https://api.eulerstream.com',
}

describe('https', () => {
  it('every request to TikTok and to the sign server is TLS to port 443, through the proxy that was set', async () => {
    const proxy = await connectProxy('listen')
    await using(serviceAt(standIn, {}, { ...REAL, proxyUrl: proxy.url }), (tiktok) =>
      Effect.gen(function* () {
        const found = yield* tiktok.look('ana', { confirm: true, proxyUrl: null, broadcastId })
        expect(found.answer).toBe('unknown')
        const error = yield* Effect.flip(tiktok.connect(spec('ana', broadcastId), listener()))
        expect(error.code).toBe('sign_unavailable')
      }),
    )
    expect(new Set(proxy.asked)).toEqual(
      new Set(['www.tiktok.com:443', 'webcast.tiktok.com:443', 'api.eulerstream.com:443']),
    )
    expect(proxy.plain).toEqual([])
    // Every tunnel begins with a TLS client hello that names its host.
    expect(proxy.first.length).toBe(proxy.asked.length)
    expect(proxy.first.every((bytes) => bytes[0] === 0x16)).toBe(true)
    for (const host of ['www.tiktok.com', 'webcast.tiktok.com', 'api.eulerstream.com']) {
      expect(proxy.first.some((bytes) => bytes.includes(host))).toBe(true)
    }
    await proxy.close()
  })

  it('the address of a request keeps its path and gets the scheme and host of the configured origin', () => {
    const asked = (url: string, origins = REAL) => requestAddress(new URL(url), origins)?.href ?? null
    expect(asked('http://www.tiktok.com/@ana/live?aid=1')).toBe('https://www.tiktok.com/@ana/live?aid=1')
    expect(asked('http://webcast.tiktok.com/webcast/room/info/')).toBe(
      'https://webcast.tiktok.com/webcast/room/info/',
    )
    expect(asked('http://www.us.tiktok.com/x')).toBe('https://www.us.tiktok.com/x')
    expect(asked('http://www.tiktok.com/x', { ...REAL, origin: 'http://127.0.0.1:9/base/' })).toBe(
      'http://127.0.0.1:9/base/x',
    )
    for (const foreign of [
      'http://169.254.169.254/',
      'https://tiktok.com.example/',
      'http://www.tiktok.com:81/x',
    ]) {
      expect(asked(foreign)).toBe(foreign.includes(':81') ? 'https://www.tiktok.com/x' : null)
    }
  })

  it('a redirect to a foreign host is not followed', async () => {
    let visits = 0
    const foreign = createServer((_request, response) => {
      visits += 1
      response.end()
    })
    const elsewhere = await listenOn(foreign)
    let redirected = 0
    const origin = createServer((_request, response) => {
      redirected += 1
      response.writeHead(302, { location: `${elsewhere}/stolen` }).end()
    })
    const found = await using(serviceAt(standIn, {}, { origin: await listenOn(origin) }), (tiktok) =>
      tiktok.look('ana', { confirm: true, proxyUrl: null }),
    )
    expect(redirected).toBe(2)
    expect(visits).toBe(0)
    expect(found.sources.map(({ error }) => error)).toEqual(['blocked', 'blocked'])
    await Promise.all([closeServer(foreign), closeServer(origin)])
  })
})

const journey = (proxyUrl: string | null, serverProxy?: string) =>
  using(serviceAt(standIn, {}, serverProxy === undefined ? {} : { proxyUrl: serverProxy }), (tiktok) =>
    Effect.gen(function* () {
      const found = yield* tiktok.look('ana', { confirm: true, proxyUrl })
      const connection = yield* tiktok.connect(spec('ana', broadcastId, { proxyUrl }), listener())
      yield* connection.finish(2_000)
      return found.answer
    }),
  )

describe('proxies', () => {
  it('pages, sign request and socket all go through an HTTP proxy, with its login', async () => {
    const proxy = await connectProxy('open')
    const address = `127.0.0.1:${standIn.port}`
    expect(await journey(proxy.url.replace('//', '//me:p%40ss@'))).toBe('live')
    // html and api, then room info, sign and socket; idle tunnels may be used again.
    expect(proxy.asked.length).toBeGreaterThanOrEqual(2)
    expect(new Set(proxy.asked)).toEqual(new Set([address]))
    expect(proxy.plain).toEqual([])
    expect(proxy.upgrades()).toBe(1)
    expect(new Set(proxy.logins)).toEqual(new Set([`Basic ${Buffer.from('me:p@ss').toString('base64')}`]))
    await proxy.close()
  })

  it.each([null, 'me:secret'])('the same through SOCKS 5 (login %s)', async (login) => {
    const proxy = await socksProxy(login)
    const url = login === null ? proxy.url : proxy.url.replace('//', `//${login}@`)
    expect(await journey(url)).toBe('live')
    expect(new Set(proxy.asked)).toEqual(new Set([`127.0.0.1:${standIn.port}`]))
    expect(proxy.upgrades()).toBe(1)
    if (login !== null) expect(new Set(proxy.logins)).toEqual(new Set([login]))
    await proxy.close()
  })

  it("a room's own proxy goes before the server's", async () => {
    const [own, servers] = [await connectProxy('open'), await connectProxy('refuse')]
    expect(await journey(own.url, servers.url)).toBe('live')
    expect(own.asked.length).toBeGreaterThan(0)
    expect(servers.asked).toEqual([])
    await Promise.all([own.close(), servers.close()])
  })

  it('a proxy that refuses, is not there or cannot be used is never gone around, and its login is in no error', async () => {
    const refusing = await connectProxy('refuse')
    const gone = await connectProxy('refuse')
    await gone.close()
    const before = standIn.requests.length
    const login = '//me:CANARYpass@'
    for (const proxyUrl of [
      refusing.url.replace('//', login),
      gone.url.replace('//', login),
      gone.url.replace('http', 'socks5').replace('//', login),
      `ftp${login}127.0.0.1:1`,
      'not a proxy',
    ]) {
      const told = await using(serviceAt(standIn), (tiktok) =>
        Effect.gen(function* () {
          const found = yield* tiktok.look('ana', { confirm: true, proxyUrl })
          const error = yield* Effect.flip(tiktok.connect(spec('ana', broadcastId, { proxyUrl }), listener()))
          expect(found.answer).toBe('unknown')
          expect(['network', 'sign_unavailable']).toContain(error.code)
          return JSON.stringify([found, error, error.message, String(error)])
        }),
      )
      expect(told).not.toContain('CANARY')
    }
    expect(refusing.asked.length).toBeGreaterThan(0)
    expect(standIn.requests.length).toBe(before)
    await refusing.close()
  })

  it('the environment names no proxy for us', async () => {
    const proxy = await connectProxy('refuse')
    const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'all_proxy']
    const before = names.map((name) => process.env[name])
    for (const name of names) process.env[name] = proxy.url
    try {
      expect(await journey(null)).toBe('live')
    } finally {
      for (const [i, name] of names.entries()) {
        const value = before[i]
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
    expect(proxy.asked).toEqual([])
    expect(proxy.plain).toEqual([])
    await proxy.close()
  })
})

describe('names', () => {
  it('P11: rooms behind names that take twenty seconds fail in time, and the other rooms proceed meanwhile', async () => {
    let inSystem = 0
    let mostInSystem = 0
    let direct = 0
    const slow = new Promise<never>(() => undefined)
    const names = {
      patienceMs: 1_500,
      system: (hostname: string) => {
        if (hostname !== 'localhost') {
          inSystem += 1
          mostInSystem = Math.max(mostInSystem, inSystem)
          return slow
        }
        return Promise.resolve([{ address: '127.0.0.1', family: 4 }])
      },
      direct: (hostname: string) => {
        direct += 1
        return hostname === 'localhost' ? Promise.resolve([{ address: '127.0.0.1', family: 4 }]) : slow
      },
    }
    const signApiUrl = `http://localhost:${standIn.port}`
    const ended: string[] = []
    await using(serviceAt(standIn, { names }, { signApiUrl }), (tiktok) =>
      Effect.gen(function* () {
        const stuck = Array.from({ length: 8 }, (_, n) =>
          Effect.flip(
            tiktok.connect(spec('ana', broadcastId, { proxyUrl: `http://slow${n}.test:3128` }), listener()),
          ).pipe(Effect.tap((error) => Effect.sync(() => ended.push(error.code)))),
        )
        const fine = Effect.gen(function* () {
          // All the slow ones are waiting for their names already.
          yield* Effect.sleep(20)
          const connection = yield* tiktok.connect(spec('ana', broadcastId), listener())
          ended.push('connected')
          yield* connection.finish(1_000)
        })
        yield* Effect.all([...stuck, fine], { concurrency: 'unbounded' })
      }),
    )
    expect(ended[0]).toBe('connected')
    expect(ended.slice(1)).toEqual(Array.from({ length: 8 }, () => 'sign_unavailable'))
    // Two threads of the pool at most were given to names; the rest asked without one.
    expect(mostInSystem).toBe(2)
    expect(direct).toBeGreaterThan(0)
  })

  it('P11: a name that stops resolving keeps its last addresses, and one that never did fails with its code', async () => {
    let answers = 0
    const names = new Names({
      patienceMs: 50,
      freshMs: 0,
      system: (hostname) => {
        answers += 1
        return answers === 1 && hostname === 'sometimes.test'
          ? Promise.resolve([{ address: '127.0.0.1', family: 4 }])
          : Promise.reject(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }))
      },
    })
    const find = (hostname: string) =>
      new Promise((done) => {
        names.lookup(hostname, { all: true }, (error, found) => done(error?.code ?? found))
      })
    const known = [{ address: '127.0.0.1', family: 4 }]
    expect(await find('sometimes.test')).toEqual(known)
    expect(await find('sometimes.test')).toEqual(known)
    expect(answers).toBe(2)
    expect(await find('never.test')).toBe('EAI_AGAIN')
  })
})
