import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { glb } from '../_support/assets.ts'
import { until } from '../_support/db.ts'
import { AssetKit, sha256 } from './assets-kit.ts'
import { OPERATOR, Raw, startHarness, type Harness } from './harness.ts'

let h: Harness
let kit: AssetKit
const bytes = glb(1_000_000, 9)
const etag = `"${sha256(bytes)}"`
const KEY = 'animations/Standing Greeting (1)+50%.vrma'
const at = (key: string): string => `/api/s3/read-object?key=${encodeURIComponent(key)}`

beforeAll(async () => {
  h = await startHarness()
  kit = new AssetKit(h)
  await kit.put(KEY, bytes, { query: { visibility: 'public' } })
})
afterAll(() => h.stop())

const read = async (key: string, headers: Record<string, string> = {}, method = 'GET') => {
  const response = await fetch(h.url + at(key), { method, headers })
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}
const openFiles = (): number => readdirSync('/proc/self/fd').length

describe('reading an asset', () => {
  it('what is public is read by anybody, with every header that a browser needs', async () => {
    const answer = await read(KEY)
    expect(answer.status).toBe(200)
    expect(answer.bytes.equals(bytes)).toBe(true)
    const headers = Object.fromEntries(answer.headers)
    expect(headers).toMatchObject({
      'content-type': 'model/gltf-binary',
      'content-length': '1000000',
      etag,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'cross-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cache-control': 'public, max-age=60, must-revalidate, no-transform',
      vary: 'authorization, origin',
    })
    expect(Date.parse(String(headers['last-modified']))).toBeGreaterThan(Date.now() - 60_000)
  })

  it('a key is found however its spaces, parentheses, pluses and percents are encoded', async () => {
    const forms = [
      encodeURIComponent(KEY),
      new URLSearchParams({ key: KEY }).toString().slice(4),
      'animations/Standing%20Greeting%20(1)+50%25.vrma',
    ]
    for (const form of forms) {
      expect((await fetch(`${h.url}/api/s3/read-object?key=${form}`)).status, form).toBe(200)
    }
  })

  it('gives the part that is asked for, a suffix too, and refuses what is none of it', async () => {
    for (const [range, first, last] of [
      ['bytes=0-0', 0, 0],
      ['bytes=100-199', 100, 199],
      ['bytes=999990-', 999_990, 999_999],
      ['bytes=-10', 999_990, 999_999],
      ['bytes=500000-5000000', 500_000, 999_999],
      ['bytes=-5000000', 0, 999_999],
    ] as const) {
      const answer = await read(KEY, { range })
      expect(answer.status, range).toBe(206)
      expect(answer.headers.get('content-range')).toBe(`bytes ${first}-${last}/1000000`)
      expect(answer.headers.get('content-length')).toBe(String(last - first + 1))
      expect(answer.bytes.equals(bytes.subarray(first, last + 1)), range).toBe(true)
    }
    for (const range of ['bytes=1000000-', 'bytes=-0', 'bytes=0-1,5-9']) {
      const answer = await read(KEY, { range })
      expect(answer.status, range).toBe(416)
      expect(answer.headers.get('content-range')).toBe('bytes */1000000')
    }
    for (const range of ['bytes=9-3', 'items=0-1', 'bytes=x-y', 'bytes=']) {
      expect((await read(KEY, { range })).status, range).toBe(200)
    }
  })

  it('answers 304 to who has it, and a part only of the content that is meant', async () => {
    const headers = [etag, `W/${etag}`, `"other", ${etag}`, '*']
    for (const tag of headers) {
      const answer = await read(KEY, { 'if-none-match': tag })
      expect([answer.status, answer.bytes.length, answer.headers.get('etag')], tag).toEqual([304, 0, etag])
    }
    expect((await read(KEY, { 'if-none-match': '"other"' })).status).toBe(200)
    const modified = String((await read(KEY)).headers.get('last-modified'))
    expect((await read(KEY, { 'if-modified-since': modified })).status).toBe(304)
    expect((await read(KEY, { 'if-modified-since': modified, 'if-none-match': '"other"' })).status).toBe(200)
    for (const [ifRange, status] of [
      [etag, 206],
      [modified, 206],
      ['"other"', 200],
      [`W/${etag}`, 200],
      [new Date(0).toUTCString(), 200],
    ] as const) {
      expect((await read(KEY, { range: 'bytes=0-9', 'if-range': ifRange })).status, ifRange).toBe(status)
    }
  })

  it('HEAD says all that GET says and opens nothing, however often', async () => {
    const before = openFiles()
    for (let n = 0; n < 20; n += 1) {
      const answer = await read(KEY, { range: 'bytes=0-9' }, 'HEAD')
      expect([answer.status, answer.headers.get('content-length'), answer.bytes.length]).toEqual([
        200,
        '1000000',
        0,
      ])
    }
    expect(openFiles()).toBeLessThan(before + 10)
  })

  it('a reader that leaves half way lets go of the file', async () => {
    const before = openFiles()
    await kit.put('scene/large.gltf', Buffer.concat([Buffer.from('{'), Buffer.alloc(40_000_000, 32)]))
    for (let n = 0; n < 10; n += 1) {
      const raw = new Raw(h.port).say(
        `GET ${at('scene/large.gltf')} HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\n\r\n`,
      )
      await until('some of it', () => raw.bytes > 100_000)
      raw.socket.destroy()
    }
    await until('all files are closed', () => openFiles() <= before + 3)
  })

  it('S23: what is private is read by its owner and the operator; for others it is as unknown as what is not there', async () => {
    const mine = await h.addRoom('read.mine')
    const other = await h.addRoom('read.other')
    const key = `rooms/${mine.id}/vrm/secret.vrm`
    const uploaded = await kit.put(key, glb(1_000), { token: mine.token })
    const byOwner = await fetch(h.url + at(key), { headers: { authorization: `Bearer ${mine.token}` } })
    expect(byOwner.headers.get('cache-control')).toBe('private, no-cache, no-transform')
    expect(byOwner.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect((await h.ask('GET', at(key))).status).toBe(200)
    for (const token of [other.token, null]) {
      for (const method of ['GET', 'HEAD']) {
        const foreign = await h.ask(method, at(key), { token })
        const unknown = await h.ask(method, at(`rooms/${mine.id}/vrm/nothing.vrm`), { token })
        expect(foreign.status).toBe(404)
        const comparable = ({ status, headers, text }: typeof foreign) => [
          status,
          text,
          [...headers].filter(([name]) => name !== 'date'),
        ]
        expect(comparable(foreign)).toEqual(comparable(unknown))
      }
      const range = await h.ask('GET', at(key), {
        token,
        headers: { range: 'bytes=-1', 'if-none-match': '*' },
      })
      expect(range.status).toBe(404)
    }
    expect((await h.ask('GET', at(key), { token: 'rk_ow_wrong' })).status).toBe(401)
    const id = String(uploaded.json['id'])
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { visibility: 'public' }],
      ['DELETE', undefined],
    ] as const) {
      const options = { token: other.token, ...(body !== undefined && { body }) }
      const foreign = await h.ask(method, `/api/s3/resources/${id}`, options)
      const unknown = await h.ask(method, '/api/s3/resources/6f1c9c1e-0000-4000-8000-000000000000', options)
      expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
    }
    expect(await kit.row(key)).toMatchObject({ visibility: 'private', removed_at: null })
    const patched = await h.ask('PATCH', `/api/s3/resources/${id}`, {
      token: mine.token,
      body: { visibility: 'public', display_name: 'Not so secret' },
    })
    expect(patched.json).toMatchObject({ visibility: 'public', display_name: 'Not so secret' })
    expect((await h.ask('GET', at(key), { token: null })).status).toBe(200)
  })

  it('a common key that is another’s is a conflict, whatever the content: it does not tell', async () => {
    const mine = await h.addRoom('common.mine')
    const other = await h.addRoom('common.other')
    await kit.put('vrm/common.vrm', glb(500), { token: mine.token })
    for (const content of [glb(500), glb(501)]) {
      const answer = await kit.put('vrm/common.vrm', content, {
        token: other.token,
        query: { replace: 'true' },
      })
      expect([answer.status, answer.json['code'], answer.json['sha256']]).toEqual([
        409,
        'key_conflict',
        undefined,
      ])
    }
    expect(await kit.row('vrm/common.vrm')).toMatchObject({ owner: mine.id, version: 1 })
  })

  it('an object that is gone or was changed behind us is 404, never other bytes', async () => {
    await kit.put('vrm/gone.vrm', glb(5_000))
    rmSync(join(h.assets.folder, 'vrm/gone.vrm'))
    const gone = await h.ask('GET', at('vrm/gone.vrm'))
    expect([gone.status, gone.json['code']]).toEqual([404, 'asset_missing'])
    await kit.put('vrm/altered.vrm', glb(5_000))
    writeFileSync(join(h.assets.folder, 'vrm/altered.vrm'), glb(5_000, 8))
    const altered = await h.ask('GET', at('vrm/altered.vrm'))
    expect([altered.status, altered.json['code']]).toEqual([404, 'asset_missing'])
  })

  it('a new version is read whole, before and after, while it is put', async () => {
    const versions = [1, 2, 3, 4, 5, 6].map((n) => glb(400_000, n))
    await kit.put('vrm/live.vrm', versions[0] ?? glb(1))
    const hashes = new Set(versions.map(sha256))
    const seen = new Set<string>()
    const writing = { isOver: false }
    const reader = (async () => {
      while (!writing.isOver) {
        const answer = await fetch(h.url + at('vrm/live.vrm'), {
          headers: { authorization: `Bearer ${OPERATOR}` },
        })
        expect(answer.status).toBe(200)
        const hash = sha256(new Uint8Array(await answer.arrayBuffer()))
        expect(answer.headers.get('etag')).toBe(`"${hash}"`)
        seen.add(hash)
      }
    })()
    for (const version of versions.slice(1))
      await kit.put('vrm/live.vrm', version, { query: { replace: 'true' } })
    writing.isOver = true
    await reader
    expect([...seen].every((hash) => hashes.has(hash))).toBe(true)
    expect(seen.size).toBeGreaterThan(1)
  })

  it('what was removed is gone, and its key can be used again for something else', async () => {
    const { json } = await kit.put('vrm/removed.vrm', glb(700))
    const path = `/api/s3/resources/${String(json['id'])}`
    expect((await h.ask('DELETE', path)).status).toBe(204)
    expect((await h.ask('GET', path)).status).toBe(404)
    expect((await h.ask('DELETE', path)).status).toBe(404)
    expect((await h.ask('GET', at('vrm/removed.vrm'))).status).toBe(404)
    expect(readdirSync(join(h.assets.folder, 'vrm'))).not.toContain('removed.vrm')
    expect(await kit.row('vrm/removed.vrm')).toMatchObject({
      object_removed_at: expect.any(Number) as number,
    })
    const again = await kit.put('vrm/removed.vrm', glb(800))
    expect(again.json).toMatchObject({ status: 'ready', version: 1, size_bytes: 800 })
    expect(again.json['id']).not.toBe(json['id'])
  })
})
