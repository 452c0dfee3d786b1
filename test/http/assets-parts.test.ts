import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { glb } from '../_support/assets.ts'
import { S3StandIn } from '../_support/s3/handler.ts'
import { standInStore } from '../_support/s3/library.ts'
import { AssetKit, sha256 } from './assets-kit.ts'
import { startHarness, type Harness } from './harness.ts'

const s3 = new S3StandIn()
let h: Harness
let kit: AssetKit
beforeAll(async () => {
  h = await startHarness({ assets: { store: standInStore(s3) } })
  kit = new AssetKit(h)
})
afterAll(() => h.stop())

const begin = (key: string, bytes: Uint8Array, more: object = {}, token?: string) =>
  h.ask('POST', '/api/s3/uploads', {
    body: { key, size_bytes: bytes.byteLength, ...more },
    ...(token !== undefined && { token }),
  })

/** Does what a browser would do with the addresses: puts each part into the bucket itself. */
const putParts = async (location: string, bytes: Uint8Array, partBytes: number, count: number) => {
  const numbers = Array.from({ length: count }, (_, n) => n + 1)
  const { json } = await h.ask('POST', `${location}/parts`, { body: { numbers } })
  const items = json['items'] as { number: number; url: string; expires_at: number }[]
  const parts: { number: number; etag: string }[] = []
  for (const { number, url, expires_at } of items) {
    const address = new URL(url)
    const { searchParams } = address
    expect(searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/)
    expect([...searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([])
    expect(expires_at).toBeGreaterThan(Date.now())
    const part = bytes.subarray((number - 1) * partBytes, number * partBytes)
    const response = await s3.ask('PUT', address, part)
    expect(response.statusCode).toBe(200)
    parts.push({ number, etag: String(response.headers['etag']) })
  }
  return parts
}

describe('an upload in parts', () => {
  it('goes to the bucket directly, and its row follows', async () => {
    const bytes = glb(40_000_000, 5)
    const begun = await begin('vrm/parts.vrm', bytes, { sha256: sha256(bytes), visibility: 'public' })
    expect(begun.status).toBe(201)
    const { part_bytes, parts } = begun.json as { part_bytes: number; parts: number }
    expect(parts).toBe(3)
    const location = String(begun.headers.get('location'))
    expect((await h.ask('GET', location)).json).toMatchObject({ state: 'running', size_bytes: 40_000_000 })
    expect(await kit.row('vrm/parts.vrm')).toMatchObject({ status: 'uploading' })
    expect((await kit.put('vrm/parts.vrm', glb(20))).json['code']).toBe('upload_in_progress')
    const sent = await putParts(location, bytes, part_bytes, parts)
    const done = await h.ask('POST', `${location}/complete`, { body: { parts: sent } })
    expect(done.json).toMatchObject({
      status: 'ready',
      sha256: sha256(bytes),
      size_bytes: 40_000_000,
      version: 1,
    })
    const read = await fetch(`${h.url}/api/s3/read-object?key=vrm/parts.vrm`)
    expect(sha256(new Uint8Array(await read.arrayBuffer()))).toBe(sha256(bytes))
    expect((await h.ask('GET', location)).json).toMatchObject({ state: 'done' })
    expect((await h.ask('POST', `${location}/complete`, { body: { parts: sent } })).status).toBe(404)
    expect(s3.bucket.uploads.size).toBe(0)
  })

  it('goes through here for who cannot reach the bucket, and is not the upload of somebody else', async () => {
    const mine = await h.addRoom('through.mine')
    const other = await h.addRoom('through.other')
    const bytes = glb(12_000_000, 6)
    const partBytes = 6_000_000
    const begun = await begin('vrm/through.vrm', bytes, { sha256: sha256(bytes) }, mine.token)
    const location = String(begun.headers.get('location'))
    const put = async (number: number | string, token: string, part: Uint8Array) => {
      const response = await fetch(`${h.url}${location}/parts/${number}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: Uint8Array.from(part),
      })
      return { status: response.status, json: (await response.json()) as Record<string, unknown> }
    }
    const sent: unknown[] = []
    for (const number of [1, 2]) {
      const part = bytes.subarray((number - 1) * partBytes, number * partBytes)
      expect((await put(number, other.token, part)).json['code']).toBe('asset_unknown')
      const { status, json } = await put(number, mine.token, part)
      expect(status).toBe(200)
      sent.push(json)
    }
    expect((await put(0, mine.token, bytes.subarray(0, 1))).json['code']).toBe('path_invalid')
    expect((await put(3, mine.token, Buffer.alloc(16_777_217))).json['code']).toBe('asset_too_large')
    const done = await h.ask('POST', `${location}/complete`, { token: mine.token, body: { parts: sent } })
    expect(done.json).toMatchObject({ status: 'ready', sha256: sha256(bytes) })
    expect((await put(1, mine.token, bytes.subarray(0, partBytes))).status).toBe(404)
    const { json } = await h.ask('GET', '/api/audit?action=asset.upload_part')
    const outcomes = (json['items'] as { outcome: string }[]).map(({ outcome }) => outcome)
    expect(outcomes.toSorted()).toEqual(['denied', 'denied', 'denied', 'done', 'done', 'refused'])
  })

  it('what is not what was said is removed again', async () => {
    const right = glb(1_000)
    for (const [key, bytes, said, code] of [
      ['vrm/p-size.vrm', glb(999), { size_bytes: 1_000 }, 'size_mismatch'],
      ['vrm/p-hash.vrm', right, { sha256: 'b'.repeat(64) }, 'checksum_mismatch'],
      ['vrm/p-kind.vrm', Buffer.alloc(1_000, 65), {}, 'content_mismatch'],
    ] as const) {
      const begun = await begin(key, bytes, said)
      const location = String(begun.headers.get('location'))
      const sent = await putParts(location, bytes, 16_777_216, 1)
      const done = await h.ask('POST', `${location}/complete`, { body: { parts: sent } })
      expect(done.json['code'], key).toBe(code)
      expect(await kit.row(key)).toMatchObject({ status: 'failed', error_code: code })
      expect(s3.bucket.objects.has(key)).toBe(false)
    }
  })

  it('S26: an object that is there already is never overwritten, nor removed', async () => {
    s3.bucket.put('vrm/there.vrm', glb(300))
    expect((await begin('vrm/there.vrm', glb(400))).json['code']).toBe('key_conflict')
    const begun = await begin('vrm/later.vrm', glb(400))
    const location = String(begun.headers.get('location'))
    const parts = await putParts(location, glb(400), 16_777_216, 1)
    s3.bucket.put('vrm/later.vrm', glb(300))
    const done = await h.ask('POST', `${location}/complete`, { body: { parts } })
    expect([done.status, done.json['code']]).toEqual([409, 'key_conflict'])
    expect(s3.bucket.objects.get('vrm/later.vrm')?.bytes.equals(glb(300))).toBe(true)
    expect(await kit.row('vrm/later.vrm')).toMatchObject({ status: 'failed', error_code: 'key_conflict' })
    expect(s3.bucket.uploads.size).toBe(0)
  })

  it('is given up by its owner alone, and leaves no parts', async () => {
    const mine = await h.addRoom('parts.mine')
    const other = await h.addRoom('parts.other')
    const begun = await begin('vrm/aborted.vrm', glb(100), {}, mine.token)
    const location = String(begun.headers.get('location'))
    expect(s3.bucket.uploads.size).toBe(1)
    for (const [method, path, body] of [
      ['GET', location, undefined],
      ['DELETE', location, undefined],
      ['POST', `${location}/parts`, { numbers: [1] }],
      ['POST', `${location}/complete`, { parts: [{ number: 1, etag: 'x' }] }],
    ] as const) {
      const options = { token: other.token, ...(body !== undefined && { body }) }
      const foreign = await h.ask(method, path, options)
      const unknown = await h.ask(
        method,
        path.replace(/[0-9a-f-]{36}/, '6f1c9c1e-0000-4000-8000-000000000000'),
        options,
      )
      expect(foreign.status).toBe(404)
      expect(foreign.text).toBe(unknown.text)
    }
    expect((await h.ask('DELETE', location, { token: mine.token })).status).toBe(204)
    expect(s3.bucket.uploads.size).toBe(0)
    expect(await kit.row('vrm/aborted.vrm')).toMatchObject({ status: 'failed', error_code: 'interrupted' })
    expect((await kit.put('vrm/aborted.vrm', glb(20))).status).toBe(200)
  })

  it('joined before a crash, it is found whole by who asks again', async () => {
    const bytes = glb(5_000)
    const begun = await begin('vrm/joined.vrm', bytes)
    const location = String(begun.headers.get('location'))
    const sent = await putParts(location, bytes, 16_777_216, 1)
    const losing = s3.faults.add({ mishap: { kind: 'answer-lost' }, on: ['CompleteMultipartUpload'] })
    const lost = await h.ask('POST', `${location}/complete`, { body: { parts: sent } })
    expect(losing.fired).toBeGreaterThan(0)
    s3.faults.clear()
    expect(s3.bucket.objects.has('vrm/joined.vrm')).toBe(true)
    expect([200, 503]).toContain(lost.status)
    if (lost.status !== 200) {
      const again = await h.ask('POST', `${location}/complete`, { body: { parts: sent } })
      expect(again.json).toMatchObject({ status: 'ready', sha256: sha256(bytes) })
    }
    expect(await kit.row('vrm/joined.vrm')).toMatchObject({ status: 'ready' })
  })

  describe('that replaces what is there', () => {
    const KEY = 'vrm/kept (1)+ü.vrm'
    const before = glb(3_000, 1)
    const after = glb(20_000_000, 2)
    const content = async () => {
      const read = await fetch(`${h.url}/api/s3/read-object?key=${encodeURIComponent(KEY)}`)
      return { status: read.status, sha256: sha256(new Uint8Array(await read.arrayBuffer())) }
    }
    const send = async (bytes: Uint8Array) => {
      const begun = await begin(KEY, bytes, { replace: true })
      expect(begun.status, begun.text).toBe(201)
      const { part_bytes, parts } = begun.json as { part_bytes: number; parts: number }
      const location = String(begun.headers.get('location'))
      const sent = await putParts(location, bytes, part_bytes, parts)
      return { location, complete: () => h.ask('POST', `${location}/complete`, { body: { parts: sent } }) }
    }
    const staged = () => [...s3.bucket.objects.keys()].filter((key) => key.startsWith('.roomkeeper/staging/'))

    it('leaves it alone until the new content is known to be right', async () => {
      await kit.put(KEY, before, { query: { visibility: 'public' } })
      expect((await begin(KEY, after)).json['code']).toBe('key_conflict')
      const other = await h.addRoom('parts.replacing')
      expect((await begin(KEY, after, { replace: true }, other.token)).json['code']).toBe('key_conflict')
      const wrong = await send(Buffer.alloc(20_000_000, 65))
      expect((await wrong.complete()).json['code']).toBe('content_mismatch')
      expect(await content()).toEqual({ status: 200, sha256: sha256(before) })
      expect(await kit.row(KEY)).toMatchObject({ status: 'ready', version: 1 })
      const given = await send(after)
      expect(await content()).toEqual({ status: 200, sha256: sha256(before) })
      expect((await h.ask('DELETE', given.location)).status).toBe(204)
      const right = await send(after)
      const done = await right.complete()
      expect(done.json).toMatchObject({
        status: 'ready',
        version: 2,
        visibility: 'public',
        sha256: sha256(after),
      })
      expect(await content()).toEqual({ status: 200, sha256: sha256(after) })
      expect(s3.bucket.uploads.size).toBe(0)
      expect(staged()).toEqual([])
      const facts = await h.db.read(
        `SELECT name FROM journal WHERE name LIKE 'asset.%' ORDER BY seq DESC LIMIT 1`,
      )
      expect(facts).toEqual([{ name: 'asset.replaced' }])
    })

    it('takes its place when it is asked again after the store had failed', async () => {
      const next = glb(100_000, 3)
      const given = await send(next)
      const failing = s3.faults.add({ mishap: { kind: 'status', status: 403 }, on: ['CopyObject'], times: 1 })
      expect((await given.complete()).status).toBeGreaterThanOrEqual(500)
      expect(failing.fired).toBe(1)
      expect(await content()).toEqual({ status: 200, sha256: sha256(after) })
      expect((await given.complete()).json).toMatchObject({ version: 3, sha256: sha256(next) })
      expect(await content()).toEqual({ status: 200, sha256: sha256(next) })
      expect(staged()).toEqual([])
      s3.faults.clear()
    })
  })

  it('a folder takes files as one', async () => {
    const folder = await startHarness()
    const body = { key: 'vrm/a.vrm', size_bytes: 100 }
    expect((await folder.ask('POST', '/api/s3/uploads', { body })).json['code']).toBe('conflict')
    await folder.stop()
  })
})
