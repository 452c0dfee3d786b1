// What sweeps and imports of assets count for `/metrics`, since the start of the process.

import * as Context from 'effect/Context'
import * as Metric from 'effect/Metric'
import type { SweepCounts } from '../db/asset-sweeps.ts'

const counter = (name: string, description: string) =>
  Metric.counter(`asset_${name}`, { description, incremental: true })

export const SWEPT = {
  requests: counter('sweep_requests', 'looks at objects'),
  looked: counter('sweep_looked', 'assets that were looked at'),
  missing: counter('sweep_missing', 'assets that went missing'),
  suspect: counter('sweep_suspect', 'looks that gave cause for doubt'),
  found: counter('sweep_found', 'assets that are there again'),
  altered: counter('sweep_altered', 'assets whose object was changed behind us'),
  failed: counter('sweep_failed', 'looks that nothing could be learned from'),
} as const satisfies Readonly<Record<keyof SweepCounts, unknown>>

/** As the last sweep of this process left them. */
export const LEFT = { missing: 0, suspect: 0, trusted: 1 }

export const imported = counter('imported', 'assets that were indexed by imports')

export const count = (name: keyof SweepCounts, by: number): void => {
  if (by > 0) SWEPT[name].updateUnsafe(by, Context.empty())
}
