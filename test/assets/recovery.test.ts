import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDesk, type AssetDesk } from '../../src/assets/desk.ts'
import { recover } from '../../src/assets/recovery.ts'
import type { UploadRequest } from '../../src/assets/assets.ts'
import { Database } from '../../src/db/database.ts'
import { OPERATOR } from '../../src/domain/asset.ts'
import { glb, startAssets, type TestAssets } from '../_support/assets.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'
import { S3StandIn } from '../_support/s3/handler.ts'
import { standInStore } from '../_support/s3/library.ts'
import { inPieces } from './conformance.ts'

const caller = { actor: 'operator', ip: null, owner: OPERATOR }
const s3 = new S3StandIn()
const forbidden = {
  mishap: { kind: 'status', status: 403, code: 'AccessDenied' },
  on: ['DeleteObject'],
} as const
let db: TestDatabase
let kept: TestAssets
let desk: AssetDesk
beforeAll(async () => {
  db = await startDatabase()
  kept = await startAssets(db.database, { store: standInStore(s3) })
  desk = makeDesk(kept.store, db.database, { uploadMaxBytes: 2 ** 30, boot: 'boot-2' })
})
afterAll(async () => {
  await kept.stop()
  await db.remove()
})

const requestOf = (key: string): UploadRequest & { readonly sizeBytes: number } => ({
  key,
  type: null,
  displayName: null,
  visibility: null,
  sizeBytes: 1_000,
  sha256: null,
  replace: false,
  caller,
})
const upload = (key: string) => Effect.runPromise(kept.assets.upload(requestOf(key), inPieces(glb(1_000))))
const round = () => Effect.runPromise(Effect.provideService(recover(desk), Database, db.database))
const rowOf = async (key: string) => (await db.read('SELECT * FROM assets WHERE s3_key = ?', [key]))[0]

describe('what is left half done', () => {
  it('an object that could not be removed with its asset is removed in a later round, once', async () => {
    const { asset } = await upload('vrm/removed.vrm')
    const refusal = s3.faults.add(forbidden)
    await Effect.runPromise(kept.assets.remove(asset.id, caller))
    await round()
    expect(refusal.fired).toBe(2)
    expect(s3.bucket.objects.has('vrm/removed.vrm')).toBe(true)
    expect(await rowOf('vrm/removed.vrm')).toMatchObject({ object_removed_at: null })
    s3.faults.clear()
    await round()
    await round()
    expect(s3.bucket.objects.has('vrm/removed.vrm')).toBe(false)
    expect(
      s3.log.filter(({ operation, key }) => operation === 'DeleteObject' && key === 'vrm/removed.vrm').length,
    ).toBe(3)
  })

  it('a key that is used again before its old object went keeps the new one', async () => {
    const { asset } = await upload('vrm/again.vrm')
    const refusal = s3.faults.add(forbidden)
    await Effect.runPromise(kept.assets.remove(asset.id, caller))
    expect(refusal.fired).toBe(1)
    s3.faults.clear()
    const second = await upload('vrm/again.vrm')
    expect(second.asset.id).not.toBe(asset.id)
    await round()
    expect(s3.bucket.objects.has('vrm/again.vrm')).toBe(true)
    expect(await rowOf('vrm/again.vrm')).toMatchObject({ status: 'ready', removed_at: null })
  })

  it('an upload in parts that nobody finishes within a day is given up, and its parts go', async () => {
    const { id } = await Effect.runPromise(kept.assets.beginParts(requestOf('vrm/parts.vrm')))
    await round()
    expect(s3.bucket.uploads.size).toBe(1)
    expect(await rowOf('vrm/parts.vrm')).toMatchObject({ status: 'uploading' })
    await db.write({
      statements: [
        {
          sql: 'UPDATE asset_uploads SET started_at = started_at - ? WHERE id = ?',
          args: [25 * 3_600_000, id],
        },
      ],
    })
    await round()
    expect(s3.bucket.uploads.size).toBe(0)
    expect(await rowOf('vrm/parts.vrm')).toMatchObject({ status: 'failed', error_code: 'process_crash' })
  })

  it('how uploads of long ago went is forgotten; the assets stay', async () => {
    await upload('vrm/old.vrm')
    await upload('vrm/new.vrm')
    await db.write({
      statements: [
        {
          sql: `UPDATE asset_uploads SET ended_at = ended_at - ? WHERE s3_key = 'vrm/old.vrm'`,
          args: [91 * 86_400_000],
        },
      ],
    })
    await round()
    const left = await db.read(
      `SELECT s3_key FROM asset_uploads WHERE s3_key IN ('vrm/old.vrm', 'vrm/new.vrm')`,
    )
    expect(left.map((row) => row['s3_key'])).toEqual(['vrm/new.vrm'])
    expect(await rowOf('vrm/old.vrm')).toMatchObject({ status: 'ready' })
  })
})
