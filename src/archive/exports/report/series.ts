// Minutes made into as many columns as a chart has room for. Counts become means per minute, viewers keep their peak.

import type { SeriesPoint } from '../../series.ts'

export interface Column {
  /** Milliseconds since the session's start; the first column may begin before it. */
  readonly from: number
  readonly minutes: number
  readonly chats: number
  readonly gifts: number
  readonly likes: number
  /** Null when no count was seen. */
  readonly viewers: number | null
  readonly peak: number | null
}

const MINUTE_MS = 60_000
const COLUMNS_MAX = 240

const sum = (points: readonly SeriesPoint[], of: (point: SeriesPoint) => number): number =>
  points.reduce((total, point) => total + of(point), 0)

/** Every column from the first minute to the last, those with nothing in them too. */
export const columnsOf = (
  points: readonly SeriesPoint[],
  session: { readonly openedAt: number; readonly endedAt: number },
): readonly Column[] => {
  const first = Math.floor(session.openedAt / MINUTE_MS)
  const last = Math.max(Math.floor(session.endedAt / MINUTE_MS), first)
  const minutes = Math.ceil((last - first + 1) / COLUMNS_MAX)
  const groups = Map.groupBy(points, ({ at }) => Math.floor((at / MINUTE_MS - first) / minutes))
  return Array.from({ length: Math.ceil((last - first + 1) / minutes) }, (_, index): Column => {
    const found = groups.get(index) ?? []
    const seen = found.flatMap(({ viewersAvg }) => (viewersAvg === null ? [] : [viewersAvg]))
    const peaks = found.flatMap(({ viewersMax }) => (viewersMax === null ? [] : [viewersMax]))
    return {
      from: (first + index * minutes) * MINUTE_MS - session.openedAt,
      minutes,
      chats: sum(found, ({ chats }) => chats) / minutes,
      gifts: sum(found, ({ giftValue }) => giftValue) / minutes,
      likes: sum(found, ({ likes }) => likes) / minutes,
      viewers: seen.length === 0 ? null : seen.reduce((total, one) => total + one, 0) / seen.length,
      peak: peaks.length === 0 ? null : Math.max(...peaks),
    }
  })
}

/** The next round number at or above: 1, 2 or 5 with zeros. */
export const roundUp = (value: number): number => {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10)
}

const TICK_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440]
const TICKS_MAX = 10

/** Where the axis of time has a mark, milliseconds since the start. */
export const ticksOf = (lengthMs: number): readonly number[] => {
  const minutes = lengthMs / MINUTE_MS
  const step = TICK_MINUTES.find((one) => minutes / one <= TICKS_MAX) ?? Math.ceil(minutes / TICKS_MAX)
  return Array.from({ length: Math.floor(minutes / step) + 1 }, (_, index) => index * step * MINUTE_MS)
}
