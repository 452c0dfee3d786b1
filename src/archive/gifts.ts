// The gifts of a session, both ways they can be counted: as frames that arrived, and as value, where a streak
// counts once at its highest repeat count. The table of streaks itself is kept by the recording.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { Database } from '../db/database.ts'
import { int, type Pieces } from './pieces.ts'
import { EVER, type Stretch } from './stretch.ts'

export const GiftRow = Schema.Struct({
  giftId: Schema.String,
  name: Schema.NullOr(Schema.String),
  frames: Schema.Int.annotate({ description: 'gift messages that arrived' }),
  streaks: Schema.Int,
  count: Schema.Int.annotate({ description: 'gifts given: the highest repeat count of each streak' }),
  value: Schema.Int.annotate({ description: 'diamonds' }),
})
export type GiftRow = typeof GiftRow.Type

export const GiftTotals = Schema.Struct({
  rows: Schema.Array(GiftRow),
  truncated: Schema.Boolean,
})
export type GiftTotals = typeof GiftTotals.Type

/** Kinds of gifts in one answer; TikTok's catalogue has a few hundred. */
const GIFT_KINDS_MAX = 1_000

const TABLE = `SELECT CAST(gift_id AS TEXT) AS gift_id, max(name) AS name, sum(frames) AS frames, count(*) AS streaks,
sum(count) AS count, sum(value * count) AS value
FROM gifts WHERE session_no IN (SELECT value FROM json_each(?1)) AND last_at >= ?3 AND last_at < ?4
GROUP BY gifts.gift_id ORDER BY sum(gifts.value * gifts.count) DESC, gifts.gift_id LIMIT ?2`

export const giftTable = Effect.fnUntraced(function* (pieces: Pieces, { fromAt, toAt }: Stretch = EVER) {
  const database = yield* Database
  const nos = JSON.stringify(pieces.list.map((piece) => piece.no))
  const rows = yield* database.read(TABLE, [nos, GIFT_KINDS_MAX + 1, fromAt, toAt])
  const totals: GiftTotals = {
    rows: rows.slice(0, GIFT_KINDS_MAX).map((row) => ({
      giftId: String(row['gift_id']),
      name: typeof row['name'] === 'string' ? row['name'] : null,
      frames: int(row['frames']),
      streaks: int(row['streaks']),
      count: int(row['count']),
      value: int(row['value']),
    })),
    truncated: rows.length > GIFT_KINDS_MAX,
  }
  return totals
})
