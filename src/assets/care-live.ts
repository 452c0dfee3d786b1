// What looks after assets besides uploads, as one layer: the sweeper and the importer over the same store.

import * as Layer from 'effect/Layer'
import type { Database } from '../db/database.ts'
import { importerLive, type Importer } from './import.ts'
import { sweeperLive, type Sweeper, type SweepOptions } from './sweep.ts'
import type { ObjectStore } from './store.ts'

export interface CareOptions extends SweepOptions {
  /** Of S3, to know its inventories; null for a folder. */
  readonly s3: { readonly bucket: string; readonly prefix: string } | null
}

export const assetCareLive = (
  options: CareOptions,
): Layer.Layer<Sweeper | Importer, never, Database | ObjectStore> => {
  const { boot, s3 } = options
  return Layer.merge(
    sweeperLive(options),
    importerLive({ boot, bucket: s3?.bucket ?? null, prefix: s3?.prefix ?? '' }),
  )
}
