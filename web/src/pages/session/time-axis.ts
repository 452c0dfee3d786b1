// Time along a line: where a moment stands, which moment is where, and which round moments are marked. Pure.

import type { Span } from './shapes.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000

const STEPS = [
  SECOND,
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  48 * HOUR,
  7 * 24 * HOUR,
]

/** From 0 at the beginning to 1 at the end; what lies outside is put at the nearer end. */
export const placeOf = (at: number, { from, to }: Span): number =>
  to <= from ? 0 : Math.min(1, Math.max(0, (at - from) / (to - from)))

export const momentAt = (place: number, { from, to }: Span): number =>
  Math.round(from + Math.min(1, Math.max(0, place)) * (to - from))

export interface Tick {
  readonly at: number
  readonly place: number
}

/** Round moments of the viewer's clock, at most `most` of them. `offsetMs` is local time minus UTC. */
export const ticks = (span: Span, most: number, offsetMs: number): readonly Tick[] => {
  const length = span.to - span.from
  if (length <= 0 || most < 1) return []
  const step = STEPS.find((one) => length / one <= most) ?? Math.ceil(length / most / (24 * HOUR)) * 24 * HOUR
  const first = Math.ceil((span.from + offsetMs) / step) * step - offsetMs
  const found: Tick[] = []
  for (let at = first; at <= span.to; at += step) found.push({ at, place: placeOf(at, span) })
  return found
}

/** What has just begun is shown as if it had lasted so long. */
const LEAST = MINUTE

/** The whole of a session: from its opening to its last moment, that moment included; to now while it lasts. */
export const wholeOf = (openedAt: number, lastAt: number | null, now: number): Span => ({
  from: openedAt,
  to: lastAt === null ? Math.max(openedAt + LEAST, now) : Math.max(openedAt + SECOND, lastAt + 1),
})
