// What a session says in numbers. Totals come from its row; what needs its events is read in slices on the
// reader, and kept for archived sessions, which no longer change. It does not own how events are counted in.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { Database } from '../db/database.ts'
import { sessionId } from '../domain/session.ts'
import { giftTable, GiftTotals } from './gifts.ts'
import { BOARD_MAX, board, LeaderRow, topGifters } from './leaderboards.ts'
import { piecesOf, type Pieces } from './pieces.ts'
import { scanEvents } from './scan.ts'
import { minutes, SeriesPoint } from './series.ts'
import { remembered } from './stats-cache.ts'
import { cutTo, EVER, type Stretch } from './stretch.ts'
import { SessionTotals, totalsOf } from './totals.ts'

export const SessionStats = Schema.Struct({
  sessionId: Schema.String,
  archived: Schema.Boolean,
  pruned: Schema.Boolean.annotate({
    description: 'events were removed by retention: only totals are complete',
  }),
  totals: SessionTotals,
  viewers: Schema.Struct({
    peak: Schema.Int,
    average: Schema.NullOr(Schema.Number).annotate({
      description:
        'weighted by time: each count holds until the next one, for a minute at most, so that gaps weigh nothing',
    }),
    observedMs: Schema.Int.annotate({ description: 'the time the average rests on' }),
  }),
  perMinute: Schema.Array(SeriesPoint).annotate({
    description: 'minutes with at least one event, in order; a streak counts in the minute of its last frame',
  }),
  perMinuteTruncated: Schema.Boolean,
  leaderboards: Schema.Struct({
    gifters: Schema.Array(LeaderRow),
    chatters: Schema.Array(LeaderRow),
    likers: Schema.Array(LeaderRow),
    exact: Schema.Boolean.annotate({
      description: 'false: so many people took part that the lower ranks are estimates',
    }),
  }),
  gifts: GiftTotals,
})
export type SessionStats = typeof SessionStats.Type

/** Places of a leaderboard when none are asked for. */
export const TOP_DEFAULT = 10

const compute = Effect.fnUntraced(function* (pieces: Pieces, stretch: Stretch = EVER) {
  const totals = yield* totalsOf(pieces)
  const scan = yield* scanEvents(stretch === EVER ? pieces : yield* cutTo(pieces, stretch))
  const series = yield* minutes(pieces, scan, stretch)
  const stats: SessionStats = {
    sessionId: sessionId(pieces.no),
    archived: pieces.archived,
    pruned: pieces.pruned,
    totals,
    viewers: {
      peak: totals.viewersPeak,
      average: scan.viewers.average(),
      observedMs: scan.viewers.observedMs(),
    },
    perMinute: series.points,
    perMinuteTruncated: series.truncated,
    leaderboards: {
      gifters: yield* topGifters(pieces, BOARD_MAX, stretch),
      chatters: board(scan.people, 'chats', BOARD_MAX),
      likers: board(scan.people, 'likes', BOARD_MAX),
      exact: scan.exact,
    },
    gifts: yield* giftTable(pieces, stretch),
  }
  return stats
})

const cut = (stats: SessionStats, top: number): SessionStats => ({
  ...stats,
  leaderboards: {
    ...stats.leaderboards,
    gifters: stats.leaderboards.gifters.slice(0, top),
    chatters: stats.leaderboards.chatters.slice(0, top),
    likers: stats.leaderboards.likers.slice(0, top),
  },
})

/** Totals alone: one read of the session's row and its fragments', whatever the session's size. */
export const sessionTotals = Effect.fn('sessionTotals')(function* (no: number) {
  return yield* totalsOf(yield* piecesOf(no))
})

/**
 * Everything, fragments included. `top` is 1 to 100 places. Late rows are not part of any number. With `stretch`
 * the minutes, ranks and gifts are those of that time alone, a streak in the moment it was last heard of; the
 * totals stay those of the whole session.
 */
export const sessionStats = Effect.fn('sessionStats')(function* (
  no: number,
  options: { readonly top?: number; readonly stretch?: Stretch } = {},
) {
  const database = yield* Database
  const pieces = yield* piecesOf(no)
  const top = Math.min(Math.max(options.top ?? TOP_DEFAULT, 1), BOARD_MAX)
  if (options.stretch !== undefined) return cut(yield* compute(pieces, options.stretch), top)
  return cut(yield* remembered(database, pieces, compute(pieces)), top)
})
