// Uploads for tests: the service of assets over any store, and bodies that are what they say, or break off.

import { createHash } from 'node:crypto'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Logger from 'effect/Logger'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { assetsLive } from '../../../src/assets/assets-live.ts'
import { Assets, BodyBroken, type Uploaded, type UploadRequest } from '../../../src/assets/assets.ts'
import type { Bytes, ObjectStore } from '../../../src/assets/store.ts'
import type { AssetQuota } from '../../../src/db/asset-quota.ts'
import { Database } from '../../../src/db/database.ts'
import { CommandRefused } from '../../../src/domain/errors.ts'
import type { TestDatabase } from '../db.ts'

/** A VRM of this size, and another one for another seed. */
export const vrm = (size: number, seed = 0): Buffer => {
  const bytes = Buffer.alloc(Math.max(size, 20), seed % 256)
  bytes.write('glTF')
  bytes.writeUInt32LE(2, 4)
  bytes.writeUInt32LE(bytes.byteLength, 8)
  bytes.writeUInt32LE(seed, 12)
  return bytes
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export async function* pieces(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size))
}

/** The client goes away after so many bytes. */
export async function* brokenAfter(bytes: Uint8Array, at: number): AsyncGenerator<Uint8Array> {
  yield* pieces(bytes.subarray(0, at))
  throw new BodyBroken('client_aborted')
}

export const OPERATOR_CALLER = { actor: 'operator', ip: null, owner: 'operator' } as const

const PLAIN: Omit<UploadRequest, 'key'> = {
  type: 'vrm',
  displayName: null,
  visibility: null,
  sizeBytes: null,
  sha256: null,
  replace: false,
  caller: OPERATOR_CALLER,
}

export interface Uploading {
  readonly assets: Assets['Service']
  /** What it came to, or the code it was refused with. */
  readonly upload: (key: string, body: Bytes, more?: Partial<UploadRequest>) => Promise<Uploaded | string>
  readonly read: (key: string) => Promise<Buffer>
  /** Reads all of it, keeps nothing, and says how much it was. */
  readonly readAll: (key: string) => Promise<number>
  readonly dispose: () => Promise<void>
}

export const startAssets = async (
  db: TestDatabase,
  store: Layer.Layer<ObjectStore>,
  boot = 'boot-1',
  quota?: AssetQuota,
): Promise<Uploading> => {
  const layer = assetsLive({
    uploadMaxBytes: 8_589_934_592,
    boot,
    ...(quota !== undefined && { quota }),
  }).pipe(
    Layer.provide(store),
    Layer.provide(Layer.succeed(Database, db.database)),
    Layer.provideMerge(Logger.layer([])),
  )
  const runtime = ManagedRuntime.make(layer)
  const assets = Context.get(await runtime.context(), Assets)
  const opened = async (key: string): Promise<Bytes> => {
    const asset = await Effect.runPromise(assets.findByKey(key))
    if (asset === null) throw new Error(`no asset ${key}`)
    return Effect.runPromise(assets.read(asset, null))
  }
  return {
    assets,
    upload: (key, body, more = {}) =>
      Effect.runPromise(
        assets
          .upload({ ...PLAIN, key, ...more }, body)
          .pipe(
            Effect.catch((error) =>
              Effect.succeed(error instanceof CommandRefused ? error.code : `DbError.${error.kind}`),
            ),
          ),
      ),
    read: async (key) => {
      const got: Uint8Array[] = []
      for await (const piece of await opened(key)) got.push(piece)
      return Buffer.concat(got)
    },
    readAll: async (key) => {
      let bytes = 0
      for await (const piece of await opened(key)) bytes += piece.byteLength
      return bytes
    },
    dispose: () => runtime.dispose(),
  }
}

/** `effect` of what was uploaded, or the code it was refused with. */
export const word = (done: Uploaded | string): string => (typeof done === 'string' ? done : done.effect)
