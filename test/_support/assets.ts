// The service of assets for tests, over the real database and a folder of its own, or any store that is given.

import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { assetsLive } from '../../src/assets/assets-live.ts'
import { Assets } from '../../src/assets/assets.ts'
import { assetCareLive } from '../../src/assets/care-live.ts'
import { folderStore } from '../../src/assets/folder.ts'
import { Importer } from '../../src/assets/import.ts'
import { ObjectStore } from '../../src/assets/store.ts'
import { Sweeper } from '../../src/assets/sweep.ts'
import { Database } from '../../src/db/database.ts'
import { tempFolder } from './db.ts'

export interface TestAssets {
  readonly assets: Assets['Service']
  readonly store: ObjectStore['Service']
  /** Sweeps only when it is asked. */
  readonly sweeper: Sweeper['Service']
  readonly importer: Importer['Service']
  /** The folder it keeps objects in, unless it was given a store. */
  readonly folder: string
  readonly stop: () => Promise<void>
}

export interface TestAssetsOptions {
  readonly store?: Layer.Layer<ObjectStore>
  readonly uploadMaxBytes?: number
  readonly boot?: string
  /** A folder that is there before and stays after. */
  readonly folder?: string
}

export const startAssets = async (
  database: Database['Service'],
  options: TestAssetsOptions = {},
): Promise<TestAssets> => {
  const own = options.folder === undefined ? tempFolder() : null
  const folder = options.folder ?? own?.path ?? ''
  const store = options.store ?? folderStore(folder)
  const boot = options.boot ?? 'boot-1'
  const care = assetCareLive({
    boot,
    intervalMs: 3_600_000,
    afterStartMs: 3_600_000,
    confirmAfterMs: 10,
    s3: null,
  })
  const layer = Layer.merge(
    assetsLive({ uploadMaxBytes: options.uploadMaxBytes ?? 2 ** 32, boot }),
    care,
  ).pipe(Layer.provideMerge(store), Layer.provide(Layer.succeed(Database, database)))
  const runtime = ManagedRuntime.make(layer)
  const context = await runtime.context()
  return {
    assets: Context.get(context, Assets),
    store: Context.get(context, ObjectStore),
    sweeper: Context.get(context, Sweeper),
    importer: Context.get(context, Importer),
    folder,
    stop: async () => {
      await runtime.dispose()
      own?.remove()
    },
  }
}

/** Bytes that are a file of the extension: a head that is right, and the rest as given. */
export const glb = (size: number, fill = 7): Buffer => {
  const bytes = Buffer.alloc(size, fill)
  Buffer.from('glTF\x02\0\0\0').copy(bytes)
  bytes.writeUInt32LE(size % 2 ** 32, 8)
  return bytes
}

export const runAsset = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)
