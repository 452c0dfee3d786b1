// No secret leaves: canaries in everything that is kept secret, looked for in everything that comes out of the
// product and everything it leaves on the disk.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openHouse, type House } from '../_support/product-house.ts'
import { canary, filesIn, leaks } from '../_support/product-secrets.ts'
import { openStream } from '../_support/product-stream.ts'
import { connectProxy } from '../tiktok/proxies.ts'

interface Operation {
  readonly method: string
  readonly path: string
}

/** Every GET of the product's own document, with the ids of this house in its path. */
const readable = async (
  house: House,
  ids: Readonly<Record<string, string>>,
): Promise<readonly Operation[]> => {
  const { paths } = await house.product.get<{ paths: Record<string, Record<string, unknown>> }>(
    '/openapi.json',
  )
  return Object.entries(paths).flatMap(([template, methods]) => {
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'unknown')
    return Object.keys(methods)
      .filter((method) => method === 'get')
      .map((method) => ({ method, path }))
  })
}

describe('S22: secrets', () => {
  it('are in no answer, stream, log, metric, process list or file, in no encoding and not in part', async ({
    onTestFinished,
  }) => {
    const secrets: Record<string, string> = {
      OPERATOR_TOKEN: canary(),
      'SIGN_API_KEYS, the first': canary(),
      'SIGN_API_KEYS, the second': canary(),
      "TIKTOK_PROXY_URL's user": canary(),
      "TIKTOK_PROXY_URL's password": canary(),
      "a room's proxy's user": canary(),
      "a room's proxy's password": canary(),
      "TikTok's cookie": canary(),
      SECRETS_KEYS: randomBytes(32).toString('base64'),
    }
    const of = (name: string): string => secrets[name] ?? ''
    const proxy = await connectProxy('open')
    onTestFinished(() => proxy.close())
    const { host } = new URL(proxy.url)
    const keys = [of('SIGN_API_KEYS, the first'), of('SIGN_API_KEYS, the second')]
    const house = await openHouse({
      tiktok: { cookie: of("TikTok's cookie") },
      env: {
        OPERATOR_TOKEN: of('OPERATOR_TOKEN'),
        SIGN_API_KEYS: keys.join(','),
        TIKTOK_PROXY_URL: `http://${of("TIKTOK_PROXY_URL's user")}:${of("TIKTOK_PROXY_URL's password")}@${host}`,
        SECRETS_KEYS: `v1:${of('SECRETS_KEYS')}`,
        LOG_LEVEL: 'debug',
      },
    })
    onTestFinished(() => house.close())
    const { product, tiktok } = house
    const places: Record<string, string> = {}

    // Troubles that quote what they were given: the sign server, proxies that are not there, callers.
    for (const key of keys) {
      tiktok.fault('sign', {
        kind: 'status',
        status: 401,
        body: JSON.stringify({ message: `the key ${key} is not known`, key }),
        key,
        handle: 'refused',
      })
    }
    tiktok.creator('refused').goLive()
    const facts = await openStream(product, '/api/stream')
    const roomProxy = `http://${of("a room's proxy's user")}:${of("a room's proxy's password")}@127.0.0.1:1`
    const added = await house.add('proxied', { proxyUrl: roomProxy })
    secrets["a room owner's token"] = added.ownerToken ?? ''
    const creator = await house.record('recorded')
    const { id } = (await house.room('recorded')).session!
    const events = await openStream(product, `/api/sessions/${id}/live?after=0`)
    for (let n = 0; n < 20; n += 1) creator.say(`word ${n}`)
    await house.stored('recorded', id)
    await creator.mishaps.dropHard()
    await house.until(
      'a second viewer',
      () => tiktok.viewers.filter(({ handle }) => handle === 'recorded').length > 1,
    )
    await house.add('refused')
    await house.until(
      'both keys being refused',
      async () => tiktok.asked('sign', 'refused').length >= 2 && (await house.room('refused')).lastError,
    )
    await house.until('a look through a proxy that is not there', async () => {
      const { evidence } = await product.get<{ evidence: { lookedAt: number | null } }>(
        '/api/rooms/proxied/diagnosis',
      )
      return evidence.lookedAt
    })

    // Everything went by the secrets: they were really used.
    const login = `${of("TIKTOK_PROXY_URL's user")}:${of("TIKTOK_PROXY_URL's password")}`
    expect(proxy.logins).toContain(`Basic ${Buffer.from(login).toString('base64')}`)
    expect(new Set(tiktok.asked('sign').map(({ key }) => key))).toEqual(new Set(keys))
    const cookies = tiktok.asked('socket').map(({ headers }) => headers.cookie)
    expect(cookies.some((cookie) => cookie?.includes(of("TikTok's cookie")))).toBe(true)

    const keep = async (name: string, answer: Response): Promise<void> => {
      places[name] = `${JSON.stringify([...answer.headers])}\n${await answer.text()}`
    }
    const rooms = { room: 'recorded', session: id, event: (await house.events(id))[0]!.id, actor: added.id }
    for (const { path } of await readable(house, rooms)) {
      if (path === '/api/stream' || path.endsWith('/live')) continue
      await keep(`GET ${path}`, await product.request(path))
    }
    for (const handle of ['proxied', 'refused']) {
      await keep(`GET the diagnosis of ${handle}`, await product.request(`/api/rooms/${handle}/diagnosis`))
      await keep(`GET ${handle}`, await product.request(`/api/rooms/${handle}`))
    }
    const send = (path: string, method: string, body: unknown) =>
      product.request(path, { method, body: JSON.stringify(body) })
    await keep(
      'PATCH a proxy that cannot be',
      await send('/api/rooms/proxied', 'PATCH', { proxyUrl: `${roomProxy} x` }),
    )
    await keep('PATCH a proxy', await send('/api/rooms/proxied', 'PATCH', { proxyUrl: `${roomProxy}/` }))
    await keep('POST a room that is there', await send('/api/rooms', 'POST', { handle: 'recorded' }))
    const token = secrets["a room owner's token"]
    const strange = { headers: { authorization: `Bearer ${token}x` } }
    await keep('GET with a token that is none', await product.request('/api/rooms', strange))
    await keep('GET with a token in its query', await product.request(`/api/rooms?token=${token}`))
    await keep('GET with a token in its path', await product.request(`/api/rooms/${of('OPERATOR_TOKEN')}`))

    places['the command line'] = readFileSync(`/proc/${product.pid}/cmdline`, 'latin1')
    creator.end()
    await house.archived('recorded')
    await product.kill()
    await events.ended
    places['the stream of facts'] = facts.bytes()
    places['the stream of events'] = events.bytes()
    places['what was printed'] = product.output
    Object.assign(places, filesIn(product.dataDir))
    await product.start()
    places['/metrics of the next boot'] = await (await product.ask('/metrics')).text()
    expect(await product.end('SIGTERM')).toMatchObject({ code: 0 })
    places['what was printed in the end'] = product.output

    expect(Object.keys(places)).toEqual(expect.arrayContaining(['the file roomkeeper.db', 'GET /metrics']))
    expect(places['the stream of facts']).toContain('connection.refused')
    expect(leaks(secrets, places)).toEqual([])
    // And it would be found.
    expect(leaks(secrets, { here: Buffer.from(`x${of('OPERATOR_TOKEN')}`).toString('base64') })).toHaveLength(
      1,
    )
  }, 400_000)
})
