// Who gave, wrote and liked most. Gifters are valued by streak; writers and likers come from the scan of events.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { Database } from '../db/database.ts'
import { int, type Pieces } from './pieces.ts'
import { EVER, type Stretch } from './stretch.ts'

export const LeaderRow = Schema.Struct({
  userId: Schema.String,
  handle: Schema.NullOr(Schema.String),
  nickname: Schema.NullOr(Schema.String),
  amount: Schema.Int.annotate({
    description: 'diamonds for gifters, messages for chatters, likes for likers',
  }),
})
export type LeaderRow = typeof LeaderRow.Type

/** Places at most. */
export const BOARD_MAX = 100

/** What one person did in a session so far. */
export interface Person {
  readonly userId: string
  handle: string | null
  nickname: string | null
  chats: number
  likes: number
}

/** The first `top` by that count, most first; equal counts in the order of user ids. */
export const board = (
  people: ReadonlyMap<string, Person>,
  by: 'chats' | 'likes',
  top: number,
): readonly LeaderRow[] =>
  [...people.values()]
    .filter((person) => person[by] > 0)
    .sort((a, b) => b[by] - a[by] || (a.userId < b.userId ? -1 : 1))
    .slice(0, top)
    .map(({ userId, handle, nickname, [by]: amount }) => ({ userId, handle, nickname, amount }))

// `max(last_at)` makes the bare columns those of the person's latest streak.
const GIFTERS = `SELECT CAST(user_id AS TEXT) AS user_id, handle, nickname, sum(value * count) AS amount, max(last_at)
FROM gifts WHERE session_no IN (SELECT value FROM json_each(?1)) AND last_at >= ?3 AND last_at < ?4
GROUP BY gifts.user_id HAVING amount > 0 ORDER BY amount DESC, gifts.user_id LIMIT ?2`

export const topGifters = Effect.fnUntraced(function* (
  pieces: Pieces,
  top: number,
  { fromAt, toAt }: Stretch = EVER,
) {
  const database = yield* Database
  const nos = JSON.stringify(pieces.list.map((piece) => piece.no))
  const rows = yield* database.read(GIFTERS, [nos, top, fromAt, toAt])
  return rows.map((row): LeaderRow => ({
    userId: String(row['user_id']),
    handle: typeof row['handle'] === 'string' ? row['handle'] : null,
    nickname: typeof row['nickname'] === 'string' ? row['nickname'] : null,
    amount: int(row['amount']),
  }))
})
