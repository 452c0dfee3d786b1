// Assets in numbers: what sweeps and imports did since the start, and what the last sweep left missing or in doubt.

import * as Context from 'effect/Context'
import { imported, LEFT, SWEPT } from '../assets/sweep-metrics.ts'
import { counter, gauge, one, type Family } from './metric-families.ts'

const none = Context.empty()

export const assetFamilies = (): readonly Family[] => [
  gauge('assets_missing', 'Assets without their object, as of the last sweep.', one(LEFT.missing)),
  gauge('assets_suspect', 'Assets that may be without it.', one(LEFT.suspect)),
  gauge('asset_sweep_trusted', '0 when the last sweep could not believe the store.', one(LEFT.trusted)),
  ...Object.entries(SWEPT).map(([name, metric]) =>
    counter(
      `asset_sweep_${name}_total`,
      `Of sweeps: ${metric.description}.`,
      one(metric.valueUnsafe(none).count),
    ),
  ),
  counter('asset_imported_total', 'Assets that imports indexed.', one(imported.valueUnsafe(none).count)),
]
