// What a sweep concludes from what a store says, and what it never concludes.

import { afterEach, describe, expect, it } from 'vitest'
import type { Mishap } from '../_support/s3/faults.ts'
import { Library } from '../_support/s3/library.ts'

const KEYS = ['a.vrm', 'b (1).vrm', 'c+d.vrm', 'ü/é.vrm', 'z.vrm'] as const
const many = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `m/${String(n).padStart(4, '0')}.vrm`)
const status = (code: number, name?: string): Mishap => ({
  kind: 'status',
  status: code,
  ...(name && { code: name }),
})

let library: Library
const start = async (keys: readonly string[] = KEYS): Promise<Library> => {
  library = await Library.start()
  await library.add(keys)
  return library
}
afterEach(() => library.close())

describe('a sweep', () => {
  it('finds everything where it is, looks at each key once, and lists nothing', async () => {
    const { s3, db } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    s3.log.length = 0
    expect(await sweep()).toMatchObject({
      outcome: 'done',
      looked: 5,
      requests: 5,
      missing: 0,
      suspect: 0,
      failed: 0,
    })
    const heads = s3.log.filter(({ operation }) => operation === 'HeadObject').map(({ key }) => key)
    expect(heads.toSorted()).toEqual([...KEYS].toSorted())
    expect(s3.count('ListObjectsV2')).toBe(0)
    const rows = await db.read(
      "SELECT count(*) AS n FROM assets WHERE status = 'ready' AND checked_at > created_at",
    )
    expect(rows[0]?.['n']).toBe(5)
    expect(await library.facts('asset.sweep_done')).toHaveLength(2)
  })

  it('A12: an object that is gone is missing after this sweep, when a second look says so too', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    s3.bucket.objects.delete('a.vrm')
    s3.log.length = 0
    expect(await sweep()).toMatchObject({ outcome: 'done', suspect: 1, missing: 1 })
    expect(s3.log.filter(({ key, status: said }) => key === 'a.vrm' && said === 404)).toHaveLength(2)
    expect(await library.state('a.vrm')).toBe('missing/head_404')
    expect(await library.facts('asset.missing')).toMatchObject([{ key: 'a.vrm', code: 'head_404' }])
  })

  it('A12: an object that is back at the second look was never missing', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    const once = s3.faults.add({ mishap: status(404), key: (key) => key === 'a.vrm', times: 1 })
    expect(await sweep()).toMatchObject({ outcome: 'done', suspect: 1, missing: 0 })
    expect(once.fired).toBe(1)
    expect(await library.state('a.vrm')).toBe('ready')
    expect(await library.facts('asset.missing')).toEqual([])
  })

  it('A13: a 403 beside a sentinel that answers is suspect, and missing after two sweeps', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    s3.mayList = false
    s3.bucket.objects.delete('a.vrm')
    expect(await sweep()).toMatchObject({ outcome: 'done', suspect: 1, missing: 0 })
    expect(await library.state('a.vrm')).toBe('suspect/head_403_no_list')
    expect(await sweep()).toMatchObject({ outcome: 'done', missing: 1 })
    expect(await library.state('a.vrm')).toBe('missing/head_403_no_list')
    expect(
      s3.log.filter(({ key, status: said }) => key === 'a.vrm' && said === 403).length,
    ).toBeGreaterThanOrEqual(3)
  })

  for (const [id, what, mishap, code] of [
    ['A14', '403 on everything', status(403, 'AccessDenied'), 's3_auth'],
    ['A17', '301 on everything', status(301, 'PermanentRedirect'), 'store_misconfigured'],
    ['A17', 'a clock that is wrong', status(403, 'RequestTimeTooSkewed'), 'store_misconfigured'],
    ['A16', '404 on everything', status(404, 'NoSuchKey'), 'sentinel_missing'],
    ['A16', 'a bucket that is not there', status(404, 'NoSuchBucket'), 'store_misconfigured'],
  ] as const) {
    it(`${id}: ${what}, the sentinel too, ends the sweep and changes no row`, async () => {
      const { s3 } = await start()
      const { sweep } = await library.sweeping()
      await sweep()
      const before = await library.rows()
      const all = s3.faults.add({ mishap })
      expect(await sweep()).toMatchObject({
        outcome: 'aborted',
        errorCode: code,
        missing: 0,
        suspect: 0,
        looked: 0,
      })
      expect(all.fired).toBeGreaterThan(0)
      expect(await library.rows()).toEqual(before)
      expect((await library.facts('asset.sweep_done')).at(-1)).toMatchObject({ outcome: 'aborted', code })
    })
  }

  it('A14: credentials that are lost in the middle of a sweep change no row either', async () => {
    const { s3 } = await start(many(40))
    const { sweep } = await library.sweeping()
    await sweep()
    const before = await library.rows()
    const all = s3.faults.add({ mishap: status(403), on: ['HeadObject'], after: 20 })
    expect(await sweep()).toMatchObject({ outcome: 'aborted', errorCode: 's3_auth' })
    expect(all.fired).toBeGreaterThan(0)
    expect(await library.rows()).toEqual(before)
  })

  it('A15: 500 for a part of the keys leaves them as they were, and the sweep is partial', async () => {
    const { s3 } = await start(many(30))
    const { sweep } = await library.sweeping()
    await sweep()
    const before = await library.rows()
    const some = s3.faults.add({ mishap: status(500), key: (key) => /[369]\.vrm$/.test(key) })
    expect(await sweep()).toMatchObject({
      outcome: 'partial',
      errorCode: 'check_failed',
      failed: 9,
      missing: 0,
    })
    expect(some.fired).toBeGreaterThanOrEqual(9)
    expect(await library.rows()).toEqual(before)
    s3.faults.clear()
    expect(await sweep()).toMatchObject({ outcome: 'done', failed: 0 })
  })

  it('A15: a store that says nothing at all changes nothing', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    const before = await library.rows()
    const all = s3.faults.add({ mishap: { kind: 'reset' } })
    expect(await sweep()).toMatchObject({ outcome: 'partial', errorCode: 'store_unavailable', missing: 0 })
    expect(all.fired).toBeGreaterThan(0)
    expect(await library.rows()).toEqual(before)
  })

  it('A16: another bucket with a sentinel of its own is not taken for ours', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    s3.bucket.objects.clear()
    s3.bucket.put(
      '.roomkeeper/sentinel',
      Buffer.from('{"roomkeeper":"sentinel","token":"00000000-0000-4000-8000-000000000000"}\n'),
    )
    expect(await sweep()).toMatchObject({ outcome: 'aborted', errorCode: 'sentinel_altered', looked: 0 })
    expect(await library.state('a.vrm')).toBe('ready')
  })

  it('A16: many missing at once are held back until a person says that it is so', async () => {
    const { s3 } = await start(many(100))
    const { sweep } = await library.sweeping()
    await sweep()
    for (const key of many(25)) s3.bucket.objects.delete(key)
    expect(await sweep()).toMatchObject({
      outcome: 'braked',
      errorCode: 'mass_missing',
      missing: 0,
      suspect: 25,
    })
    expect(await library.facts('asset.mass_missing')).toMatchObject([{ assets: 25 }])
    expect(await library.facts('asset.missing')).toEqual([])
    expect(await sweep({ confirmMissing: true })).toMatchObject({ outcome: 'done', missing: 25 })
    expect(await library.facts('asset.missing')).toHaveLength(25)
  })

  it('A16: an emptied store is not believed; the sentinel is placed anew only when asked', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    s3.bucket.objects.clear()
    expect(await sweep()).toMatchObject({ outcome: 'aborted', errorCode: 'sentinel_missing' })
    expect(s3.bucket.objects.size).toBe(0)
    expect(await sweep({ placeSentinel: true })).toMatchObject({ outcome: 'done', missing: 5 })
    expect(s3.bucket.objects.has('.roomkeeper/sentinel')).toBe(true)
  })

  it('A18: a missing object that is back is ready again, with a fact and a row in the audit', async () => {
    const { s3, db } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    const kept = s3.bucket.objects.get('a.vrm')!
    s3.bucket.objects.delete('a.vrm')
    await sweep()
    expect(await library.state('a.vrm')).toBe('missing/head_404')
    s3.bucket.objects.set('a.vrm', kept)
    expect(await sweep()).toMatchObject({ outcome: 'done', found: 1 })
    expect(await library.state('a.vrm')).toBe('ready')
    expect(await library.facts('asset.found')).toMatchObject([{ key: 'a.vrm' }])
    const audit = await db.read(
      "SELECT action FROM audit WHERE action IN ('asset.missing', 'asset.found') ORDER BY seq",
    )
    expect(audit.map(({ action }) => action)).toEqual(['asset.missing', 'asset.found'])
  })

  it('A19: other content behind us is no longer ready, and is again when the right one is back', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    const kept = s3.bucket.objects.get('a.vrm')!
    s3.bucket.put('a.vrm', Buffer.from('other content, other size'))
    s3.bucket.put('z.vrm', Buffer.from('CONTENT OF z.vrm'))
    expect(await sweep()).toMatchObject({ outcome: 'done', altered: 2 })
    expect(await library.state('a.vrm')).toBe('failed/altered')
    expect(await library.state('z.vrm')).toBe('failed/altered')
    expect(await library.facts('asset.failed')).toMatchObject([{ code: 'altered' }, { code: 'altered' }])
    s3.bucket.objects.set('a.vrm', kept)
    await sweep()
    expect(await library.state('a.vrm')).toBe('ready')
  })

  it('A19: the same bytes under another etag, as after a move of the bucket, are the same asset', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    s3.bucket.put('a.vrm', Buffer.from('content of a.vrm'), 'x/y', 'moved-1')
    expect(await sweep()).toMatchObject({ outcome: 'done', altered: 0 })
    expect(await library.row('a.vrm')).toMatchObject({ status: 'ready', etag: 'moved-1' })
  })

  it('a dry run looks at everything and changes nothing', async () => {
    const { s3 } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    const before = await library.rows()
    s3.bucket.objects.delete('a.vrm')
    s3.bucket.put('b (1).vrm', Buffer.from('x'))
    expect(await sweep({ dryRun: true })).toMatchObject({
      outcome: 'done',
      suspect: 1,
      altered: 1,
      missing: 0,
    })
    expect(await library.rows()).toEqual(before)
  })

  it('an upload that is under way decides itself what its row says', async () => {
    const { s3, db } = await start()
    const { sweep } = await library.sweeping()
    await sweep()
    await db.write({
      statements: [
        {
          sql: `INSERT INTO asset_uploads (id, asset_id, s3_key, owner, actor, way, state, replaces, boot, started_at)
VALUES ('u1', 'id-a.vrm', 'a.vrm', 'operator', 'operator', 'stream', 'running', 1, 'b', 0)`,
        },
      ],
    })
    s3.bucket.put('a.vrm', Buffer.from('half way to the next version'))
    await sweep()
    expect(await library.state('a.vrm')).toBe('ready')
  })
})
