// A session minute by minute. Gifts count in the minute their streak was last heard of, once and in full.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { Database } from '../db/database.ts'
import { int, type Pieces } from './pieces.ts'
import { MINUTE_MS, MINUTES_MAX, type Scan } from './scan.ts'
import { EVER, type Stretch } from './stretch.ts'

export const SeriesPoint = Schema.Struct({
  at: Schema.Int.annotate({ description: 'the beginning of the minute, milliseconds UTC' }),
  chats: Schema.Int,
  giftValue: Schema.Int,
  likes: Schema.Int,
  joins: Schema.Int,
  viewersAvg: Schema.NullOr(Schema.Number),
  viewersMax: Schema.NullOr(Schema.Int),
})
export type SeriesPoint = typeof SeriesPoint.Type

const VALUES = `SELECT last_at / ${MINUTE_MS} AS minute, sum(value * count) AS value FROM gifts
WHERE session_no IN (SELECT value FROM json_each(?1)) AND last_at >= ?3 AND last_at < ?4 GROUP BY 1 LIMIT ?2`

export const minutes = Effect.fnUntraced(function* (
  pieces: Pieces,
  scan: Scan,
  { fromAt, toAt }: Stretch = EVER,
) {
  const database = yield* Database
  const nos = JSON.stringify(pieces.list.map((piece) => piece.no))
  const rows = yield* database.read(VALUES, [nos, MINUTES_MAX, fromAt, toAt])
  const values = new Map(rows.map((row) => [int(row['minute']), int(row['value'])]))
  const keys = [...new Set([...scan.minutes.keys(), ...values.keys()])].sort((a, b) => a - b)
  const points = keys.slice(0, MINUTES_MAX).map((key): SeriesPoint => {
    const minute = scan.minutes.get(key)
    return {
      at: key * MINUTE_MS,
      chats: minute?.chats ?? 0,
      giftValue: values.get(key) ?? 0,
      likes: minute?.likes ?? 0,
      joins: minute?.joins ?? 0,
      viewersAvg: scan.viewers.averageOf(key),
      viewersMax: minute?.viewersMax ?? null,
    }
  })
  return { points, truncated: scan.truncated || keys.length > MINUTES_MAX }
})
