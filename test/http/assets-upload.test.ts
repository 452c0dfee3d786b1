import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { glb } from '../_support/assets.ts'
import { AssetKit, sha256 } from './assets-kit.ts'
import { OPERATOR, Raw, startHarness, statusOf, type Harness } from './harness.ts'

let h: Harness
let kit: AssetKit
beforeAll(async () => {
  h = await startHarness()
  kit = new AssetKit(h)
})
afterAll(() => h.stop())

describe('an upload', () => {
  it('is in the index at once, with its hash, its size and what it is', async () => {
    const bytes = glb(200_000)
    const answer = await kit.put('vrm/Hero (1) +a%.vrm', bytes, { query: { visibility: 'public' } })
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({
      type: 'vrm',
      s3_key: 'vrm/Hero (1) +a%.vrm',
      display_name: 'Hero (1) +a%.vrm',
      mime_type: 'model/gltf-binary',
      size_bytes: 200_000,
      sha256: sha256(bytes),
      status: 'ready',
      owner: 'operator',
      visibility: 'public',
      version: 1,
    })
    const progress = await h.ask('GET', String(answer.location))
    expect(progress.json).toMatchObject({ state: 'done', received_bytes: 200_000, size_bytes: 200_000 })
    expect(await kit.audit('vrm/Hero (1) +a%.vrm')).toEqual(['asset.upload done '])
    const facts = await h.db.read(`SELECT name FROM journal WHERE name LIKE 'asset.%' ORDER BY seq`)
    expect(facts.map(({ name }) => name)).toEqual(['asset.uploading', 'asset.uploaded'])
  })

  it('comes as a form too: fields, then the file', async () => {
    const form = new FormData()
    form.set('type', 'scene')
    form.set('display_name', 'The Stage')
    form.set('file', new Blob([new Uint8Array(glb(3_000_000))]), 'ステージ.glb')
    const response = await fetch(`${h.url}/api/s3/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${OPERATOR}` },
      body: form,
    })
    expect(await response.json()).toMatchObject({
      s3_key: 'scene/ステージ.glb',
      display_name: 'The Stage',
      size_bytes: 3_000_000,
      status: 'ready',
      visibility: 'private',
    })
  })

  it('a form whose fields come after the file, or that has none, is refused and leaves nothing', async () => {
    const late = new FormData()
    late.set('file', new Blob([new Uint8Array(glb(1_000))]), 'late.vrm')
    late.set('visibility', 'public')
    const empty = new FormData()
    empty.set('type', 'vrm')
    const two = new FormData()
    two.append('file', new Blob([new Uint8Array(glb(1_000))]), 'two.vrm')
    two.append('file', new Blob([new Uint8Array(glb(1_000))]), 'two-more.vrm')
    for (const body of [late, empty, two]) {
      const response = await fetch(`${h.url}/api/s3/upload`, {
        method: 'POST',
        headers: { authorization: `Bearer ${OPERATOR}` },
        body,
      })
      expect([response.status, ((await response.json()) as Record<string, unknown>)['code']]).toEqual([
        422,
        'invalid',
      ])
    }
    const rows = await h.db.read(
      `SELECT s3_key, status FROM assets WHERE s3_key LIKE 'vrm/late%' OR s3_key LIKE 'vrm/two%'`,
    )
    expect(rows.filter(({ status }) => status !== 'failed')).toEqual([])
    expect(kit.besides()).toBe(0)
  })

  it('A08: the same key and content twenty times at once is one row, one object and one answer', async () => {
    const bytes = glb(300_000, 3)
    const answers = await Promise.all(Array.from({ length: 20 }, () => kit.put('vrm/same.vrm', bytes)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(new Set(answers.map(({ json }) => json['etag'])).size).toBe(1)
    expect(new Set(answers.map(({ json }) => json['id'])).size).toBe(1)
    expect(await h.db.read(`SELECT count(*) AS n FROM assets WHERE s3_key = 'vrm/same.vrm'`)).toEqual([
      { n: 1 },
    ])
    expect(await kit.uploads('vrm/same.vrm')).toHaveLength(1)
    expect((await kit.audit('vrm/same.vrm')).toSorted()).toEqual([
      'asset.upload done ',
      ...Array.from({ length: 19 }, () => 'asset.upload noop '),
    ])
  })

  it('A09: of twenty contents for one key at once the first wins and the others are conflicts', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => kit.put('vrm/race.vrm', glb(50_000, n))),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(answers.filter(({ json }) => json['code'] === 'key_conflict')).toHaveLength(19)
    const row = await kit.row('vrm/race.vrm')
    expect(row).toMatchObject({ status: 'ready', sha256: won[0]?.json['sha256'] })
    const read = await fetch(`${h.url}/api/s3/read-object?key=vrm/race.vrm`, {
      headers: { authorization: `Bearer ${OPERATOR}` },
    })
    expect(sha256(new Uint8Array(await read.arrayBuffer()))).toBe(won[0]?.json['sha256'])
  })

  it('other content is a conflict, and with `replace` a new version that is audited', async () => {
    await kit.put('bgm/song.mp3', Buffer.from('ID3 one'))
    const refused = await kit.put('bgm/song.mp3', Buffer.from('ID3 two'))
    expect([refused.status, refused.json['code']]).toEqual([409, 'key_conflict'])
    const replaced = await kit.put('bgm/song.mp3', Buffer.from('ID3 two'), { query: { replace: 'true' } })
    expect([replaced.status, replaced.json['version'], replaced.json['size_bytes']]).toEqual([200, 2, 7])
    const again = await kit.put('bgm/song.mp3', Buffer.from('ID3 two'), { query: { replace: 'true' } })
    expect([again.status, again.json['version']]).toEqual([200, 2])
    const versions = await h.db.read(
      'SELECT version, sha256 FROM asset_versions WHERE asset_id = ? ORDER BY version',
      [String(replaced.json['id'])],
    )
    expect(versions.map(({ version }) => version)).toEqual([1, 2])
    expect(await kit.audit('bgm/song.mp3')).toEqual([
      'asset.upload done ',
      'asset.upload refused key_conflict',
      'asset.upload done ',
      'asset.upload noop ',
    ])
  })

  it('A10 S31: a key that is none is 422 and nothing is written of it', async () => {
    const keys = [
      '../x.vrm',
      '/abs.vrm',
      'a//b.vrm',
      '%2e%2e/x.vrm',
      '..\\x.vrm',
      'a\0b.vrm',
      `${'k'.repeat(1_021)}.vrm`,
      'cafe\u0301.vrm',
      'trailing.vrm.',
      './x.vrm',
      'a/./b.vrm',
      '.roomkeeper/sentinel',
    ]
    for (const key of keys) {
      const answer = await kit.put(key, glb(100))
      expect([answer.status, answer.json['code']], JSON.stringify(key)).toEqual([422, 'bad_key'])
    }
    const composed = await kit.put('caf\u00e9.vrm', glb(100))
    expect(composed.status).toBe(200)
    const rows = await h.db.read(
      `SELECT count(*) AS n FROM assets WHERE s3_key LIKE '%x.vrm' OR s3_key LIKE '%abs%'`,
    )
    expect(rows).toEqual([{ n: 0 }])
  })

  it('A11 S23: a key on another room’s ground does not exist, whether it does or not', async () => {
    const mine = await h.addRoom('asset.mine')
    const other = await h.addRoom('asset.other')
    const key = `rooms/${other.id}/vrm/x.vrm`
    expect((await kit.put(key, glb(100), { token: other.token })).json['owner']).toBe(other.id)
    const before = await h.db.read('SELECT count(*) AS n FROM assets')
    const taken = await kit.put(key, glb(100), { token: mine.token })
    const free = await kit.put(`rooms/${other.id}/vrm/free.vrm`, glb(100), { token: mine.token })
    const nobody = await kit.put('rooms/rDoesNotExist/x.vrm', glb(100), { token: mine.token })
    expect([taken.status, taken.json['code']]).toEqual([404, 'asset_unknown'])
    expect(free).toEqual(taken)
    expect(nobody).toEqual(taken)
    expect(await h.db.read('SELECT count(*) AS n FROM assets')).toEqual(before)
    const onBehalf = await kit.put(`rooms/${mine.id}/vrm/gift.vrm`, glb(100))
    expect(onBehalf.json['owner']).toBe(mine.id)
  })

  it('A07: a hash that is not the file’s is 422, and the object is not to be seen', async () => {
    const answer = await kit.put('vrm/hash.vrm', glb(100_000), { query: { sha256: 'a'.repeat(64) } })
    expect([answer.status, answer.json['code']]).toEqual([422, 'checksum_mismatch'])
    expect(await kit.row('vrm/hash.vrm')).toMatchObject({ status: 'failed', error_code: 'checksum_mismatch' })
    expect((await h.ask('GET', '/api/s3/read-object?key=vrm/hash.vrm')).status).toBe(404)
    expect(readdirSync(join(h.assets.folder, 'vrm'))).not.toContain('hash.vrm')
    const right = await kit.put('vrm/hash.vrm', glb(100_000), {
      query: { sha256: sha256(glb(100_000)).toUpperCase() },
    })
    expect(right.status).toBe(200)
  })

  it('A06: fewer or more bytes than were said is 400, and nothing is ready', async () => {
    for (const [key, size_bytes] of [
      ['vrm/short.vrm', '100001'],
      ['vrm/long.vrm', '99999'],
    ] as const) {
      const answer = await kit.put(key, glb(100_000), { query: { size_bytes } })
      expect([answer.status, answer.json['code']]).toEqual([400, 'size_mismatch'])
      expect(await kit.row(key)).toMatchObject({ status: 'failed', error_code: 'size_mismatch' })
    }
    // A length that the body never reaches, from a client that waits for the answer.
    const short = new Raw(h.port).say(
      Buffer.concat([
        Buffer.from(
          `PUT /api/s3/upload?key=vrm/half.vrm HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\nContent-Length: 4000\r\n\r\n`,
        ),
        glb(2_000),
      ]),
    )
    short.socket.end()
    await short.done
    expect(statusOf(short.heard)).toBe(400)
    expect(await kit.settled('vrm/half.vrm')).toMatchObject({ status: 'failed', error_code: 'size_mismatch' })
    // A length that ends before the file does: what follows is no request.
    const raw = new Raw(h.port).say(
      Buffer.concat([
        Buffer.from(
          `PUT /api/s3/upload?key=vrm/cut.vrm HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\nContent-Length: 2000\r\n\r\n`,
        ),
        glb(4_000),
      ]),
    )
    await raw.done
    expect(statusOf(raw.heard)).toBe(400)
    expect(await kit.settled('vrm/cut.vrm')).toMatchObject({ status: 'failed', error_code: 'size_mismatch' })
    expect(kit.besides()).toBe(0)
  })

  it('what is not what its extension says is refused, and so is what no type takes', async () => {
    const png = await kit.put(
      'vrm/picture.vrm',
      Buffer.from('\x89PNG\r\n\x1a\n'.padEnd(2_000, 'x'), 'latin1'),
    )
    expect([png.status, png.json['code']]).toEqual([422, 'content_mismatch'])
    expect(await kit.row('vrm/picture.vrm')).toMatchObject({
      status: 'failed',
      error_code: 'content_mismatch',
    })
    const html = await kit.put('a/page.html', Buffer.from('<script>'))
    expect([html.status, html.json['code']]).toEqual([415, 'type_unsupported'])
    const empty = await kit.put('vrm/empty.vrm', Buffer.alloc(0))
    expect([empty.status, empty.json['code']]).toEqual([422, 'content_mismatch'])
    const ambiguous = await kit.put('a/either.glb', glb(100))
    expect([ambiguous.status, ambiguous.json['field']]).toEqual([422, '/type'])
    expect((await kit.put('a/either.glb', glb(100), { query: { type: 'scene' } })).status).toBe(200)
    const wrong = await kit.put('a/wrong.mp3', glb(100), { query: { type: 'vrm' } })
    expect([wrong.status, wrong.json['code']]).toEqual([415, 'type_unsupported'])
  })

  it('a file above the limit is 413 before its bytes are looked at, or at the byte above', async () => {
    const small = await startHarness({ assets: { uploadMaxBytes: 50_000 } })
    const ask = async (headers: Record<string, string>, body: Uint8Array<ArrayBuffer> | ReadableStream) =>
      (
        await fetch(`${small.url}/api/s3/upload?key=vrm/big${Object.keys(headers).length}.vrm`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${OPERATOR}`, ...headers },
          body,
          ...({ duplex: 'half' } as object),
        })
      ).status
    expect(await ask({}, new Uint8Array(glb(50_001)))).toBe(413)
    const stream = new ReadableStream({
      start: (controller) => {
        for (let n = 0; n < 6; n += 1) controller.enqueue(new Uint8Array(glb(10_000)))
        controller.close()
      },
    })
    expect(await ask({ 'x-chunked': '1' }, stream)).toBe(413)
    expect(await ask({ a: '1', b: '2' }, new Uint8Array(glb(50_000)))).toBe(200)
    await small.stop()
  })
})
