// Where a moment lies among a session's events. Ids are given in the order of arrival, so times grow with them, and
// a moment is found by halving the range of ids: some twenty looks, whatever the session's size.

import * as Effect from 'effect/Effect'
import { Database, type SqlValue } from './database.ts'
import { text } from './row.ts'

/** Milliseconds UTC: from inclusive, to exclusive. What is absent does not bound. */
export interface Moments {
  readonly fromAt?: number
  readonly toAt?: number
}

// A gap in the ids is no matter: the first event at or after the middle is asked for its time. Where there is none,
// the answer lies before the middle as well.
const EARLIER = `coalesce((SELECT at FROM events WHERE id BETWEEN (low + high) / 2 AND CAST(?2 AS INTEGER)
ORDER BY id LIMIT 1), ?3) < ?3`
const SEEK = `WITH RECURSIVE seek(low, high) AS (
  SELECT CAST(?1 AS INTEGER), CAST(?2 AS INTEGER) + 1
  UNION ALL
  SELECT iif(${EARLIER}, (low + high) / 2 + 1, low), iif(${EARLIER}, high, (low + high) / 2)
  FROM seek WHERE low < high)
SELECT CAST(low AS TEXT) AS id FROM seek WHERE low >= high LIMIT 1`

/** The first id in `low` to `high` (both inclusive) whose event arrived at `at` or later; `high + 1` when none did. */
export const firstIdAt = Effect.fnUntraced(function* (low: bigint, high: bigint, at: number) {
  const database = yield* Database
  const args: readonly SqlValue[] = [String(low), String(high), at]
  const [row] = yield* database.read(SEEK, args)
  return row === undefined ? high + 1n : BigInt(text(row['id']))
})

/** The ids of a range, both ends inclusive, that arrived between two moments; `low > high` when none did. */
export const between = Effect.fnUntraced(function* (
  range: { readonly low: bigint; readonly high: bigint },
  { fromAt, toAt }: Moments,
) {
  const low = fromAt === undefined ? range.low : yield* firstIdAt(range.low, range.high, fromAt)
  const high =
    toAt === undefined || low > range.high ? range.high : (yield* firstIdAt(low, range.high, toAt)) - 1n
  return { low, high }
})
