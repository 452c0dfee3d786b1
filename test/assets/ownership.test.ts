// Whose assets are: what happens to them when their room becomes another, and how many of them a room may have.

import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AssetQuota } from '../../src/db/asset-quota.ts'
import { merge } from '../../src/archive/maintenance/merge.ts'
import { Database } from '../../src/db/database.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'
import { S3StandIn } from '../_support/s3/handler.ts'
import { standInStore } from '../_support/s3/library.ts'
import { pieces, startAssets, vrm, word, type Uploading } from '../_support/s3/uploads.ts'

const caller = (room: string) => ({ actor: `owner:${room}`, ip: null, owner: room })
let db: TestDatabase
let s3: S3StandIn
let ours: Uploading
const start = async (quota?: AssetQuota): Promise<void> => {
  ours = await startAssets(db, standInStore(s3), 'boot-1', quota)
}

beforeEach(async () => {
  db = await startDatabase()
  s3 = new S3StandIn()
  const room = (no: number, id: string) => ({
    sql: `INSERT INTO rooms (no, id, handle, created_at, updated_at) VALUES (?, ?, ?, 1, 1)`,
    args: [no, id, id],
  })
  await db.write({ statements: [room(1, 'new'), room(2, 'old'), room(3, 'older')] })
})
afterEach(async () => {
  await ours.dispose()
  await db.remove()
})

const put = async (
  key: string,
  owner: string,
  size = 100,
  more: { replace?: boolean; sizeBytes?: number | null } = {},
) =>
  word(
    await ours.upload(key, pieces(vrm(size, size)), {
      caller: owner === 'operator' ? { actor: 'operator', ip: null, owner } : caller(owner),
      ...more,
    }),
  )

describe('merging rooms', () => {
  const mergeRooms = (from: string, into: string, dryRun = false) =>
    Effect.runPromise(
      Effect.provideService(
        merge({ what: 'rooms', from, into, dryRun }, { actor: 'operator', ip: null }),
        Database,
        db.database,
      ),
    )
  const owners = async () =>
    Object.fromEntries(
      (await db.read('SELECT s3_key, owner FROM assets ORDER BY no')).map((row) => [
        row['s3_key'],
        row['owner'],
      ]),
    )

  it('takes the assets along, and the ground that they lie on', async () => {
    await start()
    await put('rooms/older/a.vrm', 'older')
    await put('rooms/old/b.vrm', 'old')
    await put('common.vrm', 'old')
    await put('shared.vrm', 'operator')
    expect((await mergeRooms('old', 'new', true)).rooms).toMatchObject({ assetsMoved: 2 })
    expect(await owners()).toMatchObject({ 'common.vrm': 'old' })
    await mergeRooms('older', 'old')
    expect((await mergeRooms('old', 'new')).rooms).toMatchObject({ assetsMoved: 3 })
    expect(await owners()).toEqual({
      'rooms/older/a.vrm': 'new',
      'rooms/old/b.vrm': 'new',
      'common.vrm': 'new',
      'shared.vrm': 'operator',
    })
    // The new owner replaces what is there and brings more; the old one has nothing left to say.
    expect(await put('rooms/older/a.vrm', 'new', 300, { replace: true })).toBe('replaced')
    expect(await put('rooms/old/c.vrm', 'new')).toBe('created')
    expect(await put('rooms/old/d.vrm', 'old')).toBe('asset_unknown')
    // What the operator puts there belongs to who has the ground now.
    expect(await put('rooms/older/e.vrm', 'operator')).toBe('created')
    expect(await owners()).toMatchObject({ 'rooms/older/e.vrm': 'new' })
    expect(
      (await db.read(`SELECT count(*) AS n FROM asset_uploads WHERE owner IN ('old', 'older')`))[0],
    ).toEqual({ n: 0 })
  })

  it('takes an upload along that is under way', async () => {
    await start()
    const merging = { done: false }
    async function* body() {
      const bytes = vrm(40_000)
      yield bytes.subarray(0, 20_000)
      await mergeRooms('old', 'new')
      merging.done = true
      yield bytes.subarray(20_000)
    }
    const outcome = word(await ours.upload('rooms/old/late.vrm', body(), { caller: caller('old') }))
    expect(outcome).toBe('created')
    expect(merging.done).toBe(true)
    expect(await owners()).toEqual({ 'rooms/old/late.vrm': 'new' })
  })
})

describe('what a room may have', () => {
  const refused = async (key: string, size: number, sizeBytes: number | null = null) => {
    try {
      await Effect.runPromise(
        ours.assets.upload(
          {
            key,
            type: 'vrm',
            displayName: null,
            visibility: null,
            sizeBytes,
            sha256: null,
            replace: false,
            caller: caller('new'),
          },
          pieces(vrm(size, size)),
        ),
      )
      return null
    } catch (error) {
      const { code, field, message } = error as { code: string; field: string; message: string }
      return { code, field, message }
    }
  }

  it('counts assets, and says how many there are', async () => {
    await start({ count: 2, bytes: null })
    expect([await put('a.vrm', 'new'), await put('b.vrm', 'new')]).toEqual(['created', 'created'])
    expect(await refused('c.vrm', 100)).toEqual({
      code: 'quota_exceeded',
      field: '/key',
      message: 'The room has 2 assets of the 2 that it may have.',
    })
    expect(s3.bucket.objects.has('c.vrm')).toBe(false)
    expect(await db.read(`SELECT 1 FROM assets WHERE s3_key = 'c.vrm'`)).toEqual([])
    // Another version, another room, and the operator take none of its places; a removed asset gives one back.
    expect(await put('a.vrm', 'new', 500, { replace: true })).toBe('replaced')
    expect(await put('d.vrm', 'old')).toBe('created')
    for (const key of ['e.vrm', 'f.vrm', 'g.vrm']) expect(await put(key, 'operator')).toBe('created')
    const asset = await Effect.runPromise(ours.assets.findByKey('b.vrm'))
    await Effect.runPromise(ours.assets.remove(asset?.id ?? '', caller('new')))
    expect(await put('c.vrm', 'new')).toBe('created')
    // On the room's own ground it is the room's, whoever brings it.
    expect(await put('rooms/new/x.vrm', 'operator')).toBe('quota_exceeded')
  })

  it('counts bytes before the first one when they are declared, and after the last one when not', async () => {
    await start({ count: null, bytes: 1_000 })
    expect(await put('a.vrm', 'new', 600)).toBe('created')
    const puts = s3.count('PutObject')
    expect(await refused('b.vrm', 500, 500)).toEqual({
      code: 'quota_exceeded',
      field: '/size_bytes',
      message: "The room's assets have 600 bytes of 1000: 500 more are too many.",
    })
    expect(s3.count('PutObject')).toBe(puts)
    expect(await refused('b.vrm', 500)).toMatchObject({ code: 'quota_exceeded', field: '/size_bytes' })
    expect(s3.bucket.objects.has('b.vrm')).toBe(false)
    expect(await put('b.vrm', 'new', 400)).toBe('created')
    expect(await put('a.vrm', 'new', 601, { replace: true })).toBe('quota_exceeded')
    expect(await put('a.vrm', 'new', 599, { replace: true })).toBe('replaced')
    expect((await ours.read('a.vrm')).byteLength).toBe(599)
  })

  it('lets two at once not both take the last place', async () => {
    await start({ count: 3, bytes: 1_000 })
    const many = Array.from({ length: 12 }, (_, n) => put(`n${n}.vrm`, 'new', 300 + n))
    const outcomes = await Promise.all(many)
    const made = outcomes.filter((outcome) => outcome === 'created').length
    expect(outcomes.filter((outcome) => outcome === 'quota_exceeded')).toHaveLength(12 - made)
    const [has] = await db.read(
      `SELECT count(*) AS n, sum(size_bytes) AS bytes FROM assets WHERE status = 'ready'`,
    )
    expect(has?.['n']).toBe(made)
    expect(made).toBeGreaterThan(0)
    expect(made).toBeLessThanOrEqual(3)
    expect(Number(has?.['bytes'])).toBeLessThanOrEqual(1_000)
  })
})
