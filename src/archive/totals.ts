// A session's totals: the counters of its row and of the fragments merged into it. Never counts rows of events.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { Database } from '../db/database.ts'
import { int, intOrNull, type Pieces } from './pieces.ts'

export const SessionTotals = Schema.Struct({
  frames: Schema.Int,
  bytes: Schema.Int,
  received: Schema.Int,
  events: Schema.Int,
  duplicates: Schema.Int,
  poison: Schema.Int,
  chats: Schema.Int,
  gifts: Schema.Int,
  giftValue: Schema.Int.annotate({ description: 'diamonds; every streak once, at its highest repeat count' }),
  likes: Schema.Int,
  joins: Schema.Int,
  follows: Schema.Int,
  shares: Schema.Int,
  viewersPeak: Schema.Int,
  viewersLast: Schema.Int,
  viewersSampleAverage: Schema.NullOr(Schema.Number).annotate({
    description: 'mean of the counts TikTok sent, each weighing the same',
  }),
  openedAt: Schema.Int,
  endedAt: Schema.NullOr(Schema.Int),
  durationMs: Schema.Int.annotate({ description: 'from the first opening to the last end, gaps included' }),
  gaps: Schema.Struct({ count: Schema.Int, ms: Schema.Int }),
  pauses: Schema.Struct({ count: Schema.Int, ms: Schema.Int }),
  fragments: Schema.Int.annotate({ description: 'sessions merged into this one' }),
})
export type SessionTotals = typeof SessionTotals.Type

const intervals = (table: 'session_gaps' | 'session_pauses') =>
  `SELECT count(*) AS count, coalesce(sum(max(coalesce(to_at, ?2) - from_at, 0)), 0) AS ms FROM ${table}
WHERE session_no IN (SELECT value FROM json_each(?1))`

export const totalsOf = Effect.fnUntraced(function* (pieces: Pieces) {
  const database = yield* Database
  const rows = pieces.list.map((piece) => piece.row)
  const sum = (column: string) => rows.reduce((total, row) => total + int(row[column]), 0)
  const openedAt = Math.min(...pieces.list.map((piece) => piece.openedAt))
  const lastAt = Math.max(...pieces.list.map((piece) => piece.endedAt))
  const samples = sum('viewers_samples')
  const nos = JSON.stringify(pieces.list.map((piece) => piece.no))
  const interval = Effect.fnUntraced(function* (table: 'session_gaps' | 'session_pauses') {
    const [row] = yield* database.read(intervals(table), [nos, lastAt])
    return { count: int(row?.['count']), ms: int(row?.['ms']) }
  })
  // The monotonic duration of a session that was never merged is better than the difference of two clocks.
  const measured = rows.length === 1 ? intOrNull(rows[0]?.['duration_ms']) : null
  const totals: SessionTotals = {
    frames: sum('frames'),
    bytes: sum('bytes'),
    received: sum('received'),
    events: sum('event_count'),
    duplicates: sum('duplicates'),
    poison: sum('poison'),
    chats: sum('chats'),
    gifts: sum('gifts'),
    giftValue: sum('gift_value'),
    likes: sum('likes'),
    joins: sum('joins'),
    follows: sum('follows'),
    shares: sum('shares'),
    viewersPeak: Math.max(...rows.map((row) => int(row['viewers_peak']))),
    viewersLast: int(rows.at(-1)?.['viewers_last']),
    viewersSampleAverage: samples === 0 ? null : sum('viewers_sum') / samples,
    openedAt,
    endedAt: pieces.archived ? lastAt : null,
    durationMs: measured ?? Math.max(lastAt - openedAt, 0),
    gaps: yield* interval('session_gaps'),
    pauses: yield* interval('session_pauses'),
    fragments: rows.length - 1,
  }
  return totals
})
