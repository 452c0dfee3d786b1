// The receipt of a session: what was received is what was stored, was a duplicate or could not be read; what arrived
// late and what was never received stand beside it. It adds up before the reader's eyes, or says that it does not.

import type { Counters } from '../../api/types.ts'

export interface Receipt {
  readonly received: number
  readonly stored: number
  readonly duplicates: number
  readonly poison: number
  /** stored + duplicates + poison. */
  readonly sum: number
  /** received − sum: 0 when it adds up. */
  readonly difference: number
  /** Stored after the receipt was written; null when it is not known. */
  readonly late: number | null
  readonly gaps: { readonly count: number; readonly ms: number }
  readonly pauses: { readonly count: number; readonly ms: number }
  readonly frames: number
  readonly bytes: number
}

interface Interval {
  readonly fromAt: number
  readonly toAt: number | null
}

const lengthOf = (intervals: readonly Interval[], now: number): number =>
  intervals.reduce((sum, { fromAt, toAt }) => sum + Math.max(0, (toAt ?? now) - fromAt), 0)

const numberAt = (report: unknown, ...path: readonly string[]): number | null => {
  let value = report
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  }
  return typeof value === 'number' ? value : null
}

export interface ReceiptOf {
  /** Of the session and of what was merged into it, as one. */
  readonly counters: Counters
  /** What was written when it was archived; of a session that is one piece it is the truth. */
  readonly report: unknown
  readonly gaps: readonly Interval[]
  readonly pauses: readonly Interval[]
  /** Rows there are in all, late ones too; null when that was not asked. */
  readonly totalRows: number | null
  readonly isPruned: boolean
  readonly isMerged: boolean
  /** Where an interval ends that is still open. */
  readonly now: number
}

export const receiptOf = (asked: ReceiptOf): Receipt => {
  const { counters, gaps, pauses, totalRows, isPruned, isMerged, now } = asked
  // A report is of one session; what was merged into it has a report of its own.
  const report = isMerged ? null : asked.report
  const stored = numberAt(report, 'stored') ?? counters.events
  const duplicates = numberAt(report, 'duplicates') ?? counters.duplicates
  const poison = numberAt(report, 'poison') ?? counters.poison
  const received = numberAt(report, 'messages') ?? counters.received
  const sum = stored + duplicates + poison
  return {
    received,
    stored,
    duplicates,
    poison,
    sum,
    difference: received - sum,
    late: totalRows === null || isPruned ? null : Math.max(0, totalRows - stored),
    gaps: { count: gaps.length, ms: lengthOf(gaps, now) },
    pauses: { count: pauses.length, ms: lengthOf(pauses, now) },
    frames: numberAt(report, 'frames') ?? counters.frames,
    bytes: numberAt(report, 'bytes') ?? counters.bytes,
  }
}

export interface Step {
  readonly name: string
  readonly at: number
}

/** The moments of an archive in order, as far as the report has them. */
export const timingsOf = (report: unknown): readonly Step[] =>
  ['openedAt', 'lastAt', 'endedAt', 'archiveStartedAt', 'archivedAt'].flatMap((name) => {
    const at = numberAt(report, 'timings', name)
    return at === null ? [] : [{ name, at }]
  })
