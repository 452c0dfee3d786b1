// Counts a session's rows again, in slices, by the same rules as the recording counts them in.
// It only counts; `repair-counters.ts` compares and mends.

import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { int, lastEventId } from '../pieces.ts'

/** Events in one slice: well under a tenth of a second of the reader. */
const SLICE = 20_000

const SUMS = {
  event_count: 'count(*)',
  chats: "sum(kind = 'chat')",
  gifts: "sum(kind = 'gift')",
  likes: "sum(iif(kind = 'like', coalesce(amount, 0), 0))",
  joins: "sum(kind = 'join')",
  follows: "sum(kind = 'follow')",
  shares: "sum(kind = 'share')",
  viewers_sum: "sum(iif(kind = 'viewers', coalesce(total, 0), 0))",
  viewers_samples: "sum(kind = 'viewers' AND total IS NOT NULL)",
} as const

type Summed = keyof typeof SUMS
export type Counted = Readonly<
  Record<Summed | 'viewers_peak' | 'viewers_last' | 'gift_value' | 'last_seq', number>
>

const SUMMED = Object.keys(SUMS) as readonly Summed[]

const SLICE_SQL = `WITH looked AS MATERIALIZED (
  SELECT id, kind, amount, total, late FROM events WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ${SLICE}),
slice AS (SELECT * FROM looked WHERE late = 0)
SELECT ${SUMMED.map((column) => `coalesce(${SUMS[column]}, 0) AS ${column}`).join(', ')},
coalesce(max(iif(kind = 'viewers', total, 0)), 0) AS viewers_peak,
(SELECT total FROM slice WHERE kind = 'viewers' AND total IS NOT NULL ORDER BY id DESC LIMIT 1) AS viewers_last,
CAST(max(id) AS TEXT) AS last_counted, (SELECT CAST(max(id) AS TEXT) FROM looked) AS last FROM slice`

const VALUE = 'SELECT coalesce(sum(value * count), 0) AS value FROM gifts WHERE session_no = ?1'

/** What the session's row should say. Late rows are not counted; they never were. */
export const recount = Effect.fnUntraced(function* (no: number) {
  const database = yield* Database
  const sums = Object.fromEntries(SUMMED.map((column) => [column, 0])) as Record<Summed, number>
  let peak = 0
  let lastViewers = 0
  const base = lastEventId(no - 1) + 1n
  let lastSeq = 0
  for (let after = base - 1n; ;) {
    const [row] = yield* database.read(SLICE_SQL, [after, lastEventId(no)])
    const last = row?.['last']
    if (row === undefined || typeof last !== 'string') break
    for (const column of SUMMED) sums[column] += int(row[column])
    peak = Math.max(peak, int(row['viewers_peak']))
    if (row['viewers_last'] !== null) lastViewers = int(row['viewers_last'])
    const counted = row['last_counted']
    if (typeof counted === 'string') lastSeq = Number(BigInt(counted) - base)
    after = BigInt(last)
  }
  const [gifts] = yield* database.read(VALUE, [no])
  const counted: Counted = {
    ...sums,
    viewers_peak: peak,
    viewers_last: lastViewers,
    gift_value: int(gifts?.['value']),
    last_seq: lastSeq,
  }
  return counted
})
