// Uploads while the store fails in every way it has, and while clients leave: one effect or none, and never a half.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { echoing } from '../_support/s3/faults.ts'
import { ACCESS_KEY, Library, SECRET_KEY, standInStore } from '../_support/s3/library.ts'
import {
  brokenAfter,
  pieces,
  sha256,
  startAssets,
  vrm,
  word,
  type Uploading,
} from '../_support/s3/uploads.ts'

const MIB = 1_048_576
let library: Library
let uploading: Uploading
beforeEach(async () => {
  library = await Library.start()
  uploading = await startAssets(library.db, standInStore(library.s3))
})
afterEach(async () => {
  await uploading.dispose()
  await library.close()
})

const pending = async (): Promise<number> => {
  const [row] = await library.db.read(
    "SELECT (SELECT count(*) FROM assets WHERE status = 'uploading') + (SELECT count(*) FROM asset_uploads WHERE state = 'running') AS n",
  )
  return Number(row?.['n'])
}
/** No row waits, no upload in parts is open, and every ready row is the truth. */
const expectTidy = async (): Promise<void> => {
  expect(await pending()).toBe(0)
  expect(library.s3.bucket.isTidy).toBe(true)
  for (const row of await library.db.read(
    "SELECT s3_key, sha256, size_bytes FROM assets WHERE status = 'ready'",
  )) {
    const stored = library.s3.bucket.objects.get(String(row['s3_key']))
    expect(stored && sha256(stored.bytes)).toBe(row['sha256'])
    expect(stored?.bytes.byteLength).toBe(row['size_bytes'])
  }
}

describe('an upload whose store fails', () => {
  it('A02: a put that is forbidden fails the row at once, without a second try', async () => {
    const { s3 } = library
    const forbidden = s3.faults.add({
      mishap: { kind: 'status', status: 403, code: 'AccessDenied' },
      on: ['PutObject'],
    })
    expect(word(await uploading.upload('a.vrm', pieces(vrm(1_000))))).toBe('upload_failed')
    expect(forbidden.fired).toBe(1)
    expect(await library.state('a.vrm')).toBe('failed/put_forbidden')
    await expectTidy()
  })

  it('A03: three times SlowDown and then 200 is one upload in four attempts', async () => {
    const slow = library.s3.faults.add({
      mishap: { kind: 'status', status: 503, code: 'SlowDown' },
      on: ['PutObject'],
      times: 3,
    })
    expect(word(await uploading.upload('a.vrm', pieces(vrm(1_000))))).toBe('created')
    expect(slow.fired).toBe(3)
    const [row] = await library.db.read('SELECT attempts FROM asset_uploads')
    expect(row?.['attempts']).toBe(4)
    expect(library.s3.bucket.versions.get('a.vrm')).toBe(1)
    await expectTidy()
  })

  for (const size of [1_000, 12 * MIB]) {
    it(`A04: an answer that is lost after the store stored it is found there, once (${size} bytes)`, async () => {
      const lost = library.s3.faults.add({
        mishap: { kind: 'answer-lost' },
        on: ['PutObject', 'CompleteMultipartUpload'],
        times: 1,
      })
      const bytes = vrm(size, 4)
      expect(word(await uploading.upload('a.vrm', pieces(bytes)))).toBe('created')
      expect(lost.fired).toBe(1)
      expect(await library.state('a.vrm')).toBe('ready')
      expect((await uploading.read('a.vrm')).equals(bytes)).toBe(true)
      await expectTidy()
    })
  }

  it('A04: a store that goes silent for good after it stored it does not get a second object', async () => {
    library.s3.faults.add({ mishap: { kind: 'answer-lost' }, on: ['PutObject'] })
    const bytes = vrm(2_000, 5)
    const outcome = word(await uploading.upload('a.vrm', pieces(bytes)))
    expect(['created', 'upload_failed', 'store_unavailable']).toContain(outcome)
    expect(library.s3.bucket.objects.size).toBe(1)
    if (outcome === 'created') expect(await library.state('a.vrm')).toBe('ready')
    expect(await pending()).toBe(0)
  })

  it('S27: a part that is refused ends the upload and leaves no parts behind', async () => {
    const refused = library.s3.faults.add({
      mishap: { kind: 'status', status: 403, code: 'AccessDenied' },
      on: ['UploadPart'],
      after: 2,
    })
    expect(word(await uploading.upload('a.vrm', pieces(vrm(20 * MIB))))).toBe('upload_failed')
    expect(refused.fired).toBeGreaterThan(0)
    expect(library.s3.count('AbortMultipartUpload')).toBeGreaterThan(0)
    expect(await library.state('a.vrm')).toBe('failed/put_forbidden')
    await expectTidy()
  })

  it('A23: credentials that the store echoes are in no row, fact, audit or answer', async () => {
    const echo = library.s3.faults.add({ mishap: echoing(ACCESS_KEY, SECRET_KEY) })
    const answer = await uploading.upload('a.vrm', pieces(vrm(1_000)))
    expect(echo.fired).toBeGreaterThan(0)
    const everything = JSON.stringify([
      answer,
      await library.db.read('SELECT * FROM assets'),
      await library.db.read('SELECT * FROM asset_uploads'),
      await library.db.read('SELECT * FROM journal'),
      await library.db.read('SELECT * FROM audit'),
    ])
    expect(everything).toContain('put_forbidden')
    expect(everything).not.toContain(ACCESS_KEY)
    expect(everything).not.toContain(SECRET_KEY)
    expect(everything).not.toContain('X-Amz')
  })
})

describe('an upload whose client fails', () => {
  it('A05: a client that leaves at any tenth of it leaves no half object and no row that waits', async () => {
    const bytes = vrm(12 * MIB, 3)
    for (let tenth = 0; tenth <= 10; tenth += 1) {
      const key = `t${tenth}.vrm`
      const at = Math.floor((bytes.byteLength * tenth) / 10)
      expect(word(await uploading.upload(key, brokenAfter(bytes, at))), key).toBe('upload_interrupted')
      expect(await library.state(key)).toBe('failed/client_aborted')
      expect(library.s3.bucket.objects.has(key)).toBe(false)
      await expectTidy()
    }
    // The same again, whole: what failed is not in the way.
    expect(word(await uploading.upload('t5.vrm', pieces(bytes)))).toBe('created')
    await expectTidy()
  })

  it('A05: who leaves while a new version arrives leaves the old one as it was', async () => {
    const bytes = vrm(6 * MIB, 1)
    await uploading.upload('a.vrm', pieces(bytes))
    for (const at of [100, 5 * MIB, 6 * MIB]) {
      const body = brokenAfter(vrm(6 * MIB, 2), at)
      expect(word(await uploading.upload('a.vrm', body, { replace: true }))).toBe('upload_interrupted')
      expect(await library.state('a.vrm')).toBe('ready')
      expect((await uploading.read('a.vrm')).equals(bytes)).toBe(true)
      await expectTidy()
    }
  })

  it('A06: a body of another size than was said is refused, and nothing of it is there', async () => {
    for (const sizeBytes of [999, 1_001]) {
      const key = `s${sizeBytes}.vrm`
      expect(word(await uploading.upload(key, pieces(vrm(1_000)), { sizeBytes }))).toBe('size_mismatch')
      expect(await library.state(key)).toBe('failed/size_mismatch')
      expect(library.s3.bucket.objects.has(key)).toBe(false)
    }
    await expectTidy()
  })

  it('A07: a body of another hash than was said is refused, and nothing of it is there', async () => {
    for (const size of [1_000, 6 * MIB]) {
      const more = { sha256: sha256(vrm(size, 1)) }
      expect(word(await uploading.upload(`h${size}.vrm`, pieces(vrm(size, 2)), more))).toBe(
        'checksum_mismatch',
      )
      expect(await library.state(`h${size}.vrm`)).toBe('failed/checksum_mismatch')
      expect(library.s3.bucket.objects.has(`h${size}.vrm`)).toBe(false)
    }
    await expectTidy()
  })

  it('A10: keys that are none are refused before the store hears of anything', async () => {
    const bad = [
      '../x.vrm',
      '/abs.vrm',
      'a//b.vrm',
      '%2e%2e/x.vrm',
      '..\\x.vrm',
      'a\0.vrm',
      `${'x'.repeat(1_021)}.vrm`,
    ]
    for (const key of [...bad, 'e\u0301.vrm', 'a.vrm.']) {
      expect(word(await uploading.upload(key, pieces(vrm(100)))), key).toBe('bad_key')
    }
    expect(library.s3.log).toEqual([])
    expect(await library.db.read('SELECT 1 FROM assets')).toEqual([])
  })

  it('A11: the ground of another room looks as if nothing were there', async () => {
    const caller = { actor: 'owner:t1', ip: null, owner: 'room-1' } as const
    await uploading.upload('rooms/room-2/a.vrm', pieces(vrm(100)))
    expect(word(await uploading.upload('rooms/room-2/a.vrm', pieces(vrm(100)), { caller }))).toBe(
      'asset_unknown',
    )
    expect(word(await uploading.upload('rooms/room-2/b.vrm', pieces(vrm(100)), { caller }))).toBe(
      'asset_unknown',
    )
    expect(word(await uploading.upload('rooms/room-1/a.vrm', pieces(vrm(100)), { caller }))).toBe('created')
  })
})

describe('uploads at once', () => {
  it('A08: the same content under one key, twenty times, is one row, one put and one etag', async () => {
    const bytes = vrm(100_000, 8)
    const all = await Promise.all(Array.from({ length: 20 }, () => uploading.upload('a.vrm', pieces(bytes))))
    expect(all.map(word).toSorted()).toEqual(['created', ...Array.from({ length: 19 }, () => 'noop')])
    const etags = all.map((one) => (typeof one === 'string' ? one : one.asset.etag))
    expect(new Set(etags).size).toBe(1)
    expect(library.s3.bucket.versions.get('a.vrm')).toBe(1)
    expect(await library.db.read('SELECT id FROM assets')).toHaveLength(1)
    await expectTidy()
  })

  it('A09: different contents under one key: the first wins, the others are a conflict', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => uploading.upload('a.vrm', pieces(vrm(50_000, n)))),
    )
    expect(all.map(word).toSorted()).toEqual(['created', ...Array.from({ length: 19 }, () => 'key_conflict')])
    expect(library.s3.bucket.versions.get('a.vrm')).toBe(1)
    await expectTidy()
  })

  it('two hundred uploads of two hundred keys are two hundred assets', async () => {
    library.s3.delayMs = 5
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, n) => uploading.upload(`n${n}.vrm`, pieces(vrm(200_000, n), 16_384))),
    )
    expect(all.filter((one) => word(one) === 'created')).toHaveLength(200)
    expect(library.s3.bucket.objects.size).toBe(200)
    expect(library.s3.inFlightMax).toBeGreaterThan(20)
    await expectTidy()
  })
})
