// Which object store there is: S3 when a bucket is configured, else a folder. The SDK is only loaded for the one
// that needs it.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { folderStore } from './folder.ts'
import type { ObjectStore } from './store.ts'

export interface StoreOptions {
  /** The folder; made when it is not there. */
  readonly dir: string
  readonly s3: {
    readonly bucket: string
    readonly region: string
    readonly endpoint: string | null
    readonly prefix: string
  } | null
}

export const objectStore = ({ dir, s3 }: StoreOptions): Layer.Layer<ObjectStore> =>
  s3 === null
    ? folderStore(dir)
    : Layer.unwrap(
        Effect.map(
          Effect.promise(() => import('./s3-store.ts')),
          ({ s3Store }) => s3Store(s3),
        ),
      )
