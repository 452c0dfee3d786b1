// One walk over a session's events in slices, short enough that other readers are never kept waiting: what each
// minute held, what each person did, and how long which viewer count stood. It reads; `series.ts` and
// `leaderboards.ts` say what is made of it.

import * as Effect from 'effect/Effect'
import { Database } from '../db/database.ts'
import type { Person } from './leaderboards.ts'
import type { Pieces } from './pieces.ts'
import { ViewerTime } from './viewer-time.ts'

export const MINUTE_MS = 60_000
/** Events in one slice: well under a tenth of a second of the reader. */
const SLICE = 20_000n
/** People held at most; beyond it the least active half is forgotten and the ranks below become estimates. */
const PEOPLE_MAX = 200_000
/** Minutes held at most: ten days. */
export const MINUTES_MAX = 14_400

export interface Minute {
  chats: number
  likes: number
  joins: number
  viewersMax: number | null
}

export interface Scan {
  readonly minutes: ReadonlyMap<number, Minute>
  readonly people: ReadonlyMap<string, Person>
  readonly viewers: ViewerTime
  readonly exact: boolean
  readonly truncated: boolean
}

const MINUTES = `SELECT at / ${MINUTE_MS} AS minute, sum(kind = 'chat') AS chats,
sum(iif(kind = 'like', coalesce(amount, 0), 0)) AS likes, sum(kind = 'join') AS joins,
max(iif(kind = 'viewers', total, NULL)) AS viewers FROM slice GROUP BY 1`

const PEOPLE = `SELECT CAST(user_id AS TEXT) AS user, handle, nickname, sum(kind = 'chat') AS chats,
sum(iif(kind = 'like', coalesce(amount, 0), 0)) AS likes, max(id) FROM slice
WHERE kind IN ('chat', 'like') AND user_id IS NOT NULL GROUP BY slice.user_id`

// Each part is one JSON text: rows would cost the main thread and the border several times as much.
const SQL = `WITH slice AS MATERIALIZED (
  SELECT id, at, kind, user_id, handle, nickname, amount, total FROM events
  WHERE id > ?1 AND id <= ?2 AND late = 0 ORDER BY id)
SELECT (SELECT json_group_array(json_array(minute, chats, likes, joins, viewers)) FROM (${MINUTES})) AS minutes,
(SELECT json_group_array(json_array(user, handle, nickname, chats, likes)) FROM (${PEOPLE})) AS people,
(SELECT json_group_array(json_array(at, total) ORDER BY id) FROM slice
  WHERE kind = 'viewers' AND total IS NOT NULL) AS viewers`

type MinuteRow = readonly [
  minute: number,
  chats: number,
  likes: number,
  joins: number,
  viewers: number | null,
]
type PersonRow = readonly [
  user: string,
  handle: string | null,
  nickname: string | null,
  chats: number,
  likes: number,
]
type ViewerRow = readonly [at: number, total: number]

const parsed = <A>(value: unknown): readonly A[] =>
  typeof value === 'string' ? (JSON.parse(value) as readonly A[]) : []

const addMinute = (minutes: Map<number, Minute>, [key, chats, likes, joins, viewers]: MinuteRow): boolean => {
  const known = minutes.get(key)
  if (known === undefined) {
    if (minutes.size >= MINUTES_MAX) return false
    minutes.set(key, { chats, likes, joins, viewersMax: viewers })
    return true
  }
  known.chats += chats
  known.likes += likes
  known.joins += joins
  if (viewers !== null) known.viewersMax = Math.max(known.viewersMax ?? 0, viewers)
  return true
}

const addPerson = (
  people: Map<string, Person>,
  [userId, handle, nickname, chats, likes]: PersonRow,
): void => {
  const known = people.get(userId)
  if (known === undefined) {
    people.set(userId, { userId, handle, nickname, chats, likes })
    return
  }
  known.handle = handle ?? known.handle
  known.nickname = nickname ?? known.nickname
  known.chats += chats
  known.likes += likes
}

const forgetLeastActive = (people: Map<string, Person>): void => {
  const active = [...people.values()].sort((a, b) => a.chats + a.likes - b.chats - b.likes)
  for (const person of active.slice(0, PEOPLE_MAX / 2)) people.delete(person.userId)
}

/** Walks the events of every piece up to the last counted sequence; what comes late is not counted. */
export const scanEvents = Effect.fnUntraced(function* (pieces: Pieces) {
  const database = yield* Database
  const minutes = new Map<number, Minute>()
  const people = new Map<string, Person>()
  const viewers = new ViewerTime()
  let exact = true
  let truncated = false
  for (const piece of pieces.list) {
    const last = piece.after + 1n + BigInt(Number(piece.row['last_seq'] ?? 0))
    for (let after = piece.after; after < last; after += SLICE) {
      const to = after + SLICE < last ? after + SLICE : last
      const [row] = yield* database.read(SQL, [after, to])
      for (const minute of parsed<MinuteRow>(row?.['minutes'])) {
        if (!addMinute(minutes, minute)) truncated = true
      }
      for (const person of parsed<PersonRow>(row?.['people'])) addPerson(people, person)
      for (const [at, total] of parsed<ViewerRow>(row?.['viewers'])) viewers.seen(at, total)
      if (people.size > PEOPLE_MAX) {
        forgetLeastActive(people)
        exact = false
      }
    }
    viewers.until(piece.endedAt)
  }
  const scan: Scan = { minutes, people, viewers, exact, truncated }
  return scan
})
