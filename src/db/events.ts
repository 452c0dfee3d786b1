// A session's events, page by page in the order of their ids, and where the bytes of one of them lie.
// A page that filters looks at a bounded number of rows, and says how far it came.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { EventKind } from '../domain/event.ts'
import { SEQ_BITS, SEQ_MAX } from '../domain/session.ts'
import { Database, type Row, type SqlValue } from './database.ts'
import { between, type Moments } from './event-times.ts'
import { bool, int, intOrNull, json, text, textOrNull } from './row.ts'

/** Ids are decimal text, times milliseconds UTC; null is "not in the message". */
export interface EventRow {
  readonly id: string
  readonly sessionId: string
  readonly frameId: string
  /** Which message of its frame it is. */
  readonly idx: number
  readonly at: number
  readonly sourceAt: number | null
  readonly kind: EventKind
  readonly method: string
  /** Null for a message that came without one. */
  readonly msgId: string | null
  readonly userId: string | null
  readonly handle: string | null
  readonly nickname: string | null
  readonly text: string | null
  readonly amount: number | null
  readonly total: number | null
  readonly value: number | null
  readonly giftId: string | null
  readonly groupId: string | null
  readonly final: boolean
  readonly history: boolean
  readonly late: boolean
  readonly data: unknown
}

export interface EventFilter extends Moments {
  readonly sessionNo: number
  readonly kinds?: readonly EventKind[]
  readonly userId?: string
  /** A part of the text, without regard to the case of ASCII letters. */
  readonly text?: string
  /** Ids between which events are wanted, both exclusive. */
  readonly after?: string
  readonly before?: string
  /** Oldest first unless `desc`. */
  readonly order?: 'asc' | 'desc'
  readonly limit: number
}

export interface EventPage {
  readonly events: readonly EventRow[]
  /** Give it as `after` (or `before` when newest first) for the next page; null when there is none. */
  readonly next: string | null
}

const rowOf = (row: Row): EventRow => ({
  id: text(row['id']),
  sessionId: text(row['session_id']),
  frameId: text(row['frame_id']),
  idx: int(row['idx']),
  at: int(row['at']),
  sourceAt: intOrNull(row['source_at']),
  kind: text(row['kind']) as EventKind,
  method: text(row['method']),
  msgId: /^[1-9]/.test(text(row['msg_id'])) ? text(row['msg_id']) : null,
  userId: textOrNull(row['user_id']),
  handle: textOrNull(row['handle']),
  nickname: textOrNull(row['nickname']),
  text: textOrNull(row['text']),
  amount: intOrNull(row['amount']),
  total: intOrNull(row['total']),
  value: intOrNull(row['value']),
  giftId: textOrNull(row['gift_id']),
  groupId: textOrNull(row['group_id']),
  final: bool(row['final']),
  history: bool(row['history']),
  late: bool(row['late']),
  data: json(row['data']),
})

/** Ids looked at in one query of a filtered page, and in one page: some ten milliseconds of the reader each. */
const SLICE = 50_000n
const SLICES_MAX = 20

interface Range {
  /** Inclusive. */
  readonly low: bigint
  readonly high: bigint
}

/** The ids of the session and of its fragments that hold events, inside the asked bounds, in order. */
const rangesOf = (database: Database['Service'], filter: EventFilter): Effect.Effect<Range[], DbError> =>
  Effect.map(
    database.read(
      `SELECT no, last_seq, (SELECT max(id) FROM events WHERE id BETWEEN no << 26 AND (no << 26) + ?2) AS last
FROM sessions WHERE no = ?1 OR (merged_into = ?1 AND merge_kind = 'fragment') ORDER BY no LIMIT 1000`,
      [filter.sessionNo, SEQ_MAX],
    ),
    (rows) => {
      const after = filter.after === undefined ? -1n : BigInt(filter.after)
      const before = filter.before === undefined ? null : BigInt(filter.before)
      return rows.flatMap((row) => {
        if (row['last'] === null) return []
        const first = BigInt(int(row['no'])) << SEQ_BITS
        const last = BigInt(text(row['last']))
        const low = after >= first ? after + 1n : first
        const high = before !== null && before <= last ? before - 1n : last
        return low > high ? [] : [{ low, high }]
      })
    },
  )

const conditionsOf = (filter: EventFilter): { readonly sql: string; readonly args: readonly SqlValue[] } => {
  const parts: string[] = []
  const args: SqlValue[] = []
  if (filter.kinds !== undefined) {
    parts.push('kind IN (SELECT value FROM json_each(?))')
    args.push(JSON.stringify(filter.kinds))
  }
  if (filter.userId !== undefined) {
    parts.push('user_id = CAST(? AS INTEGER)')
    args.push(filter.userId)
  }
  if (filter.text !== undefined) {
    parts.push(`text LIKE ? ESCAPE '\\'`)
    args.push(`%${filter.text.replace(/[\\%_]/g, String.raw`\$&`)}%`)
  }
  return { sql: parts.map((part) => ` AND ${part}`).join(''), args }
}

const slicesOf = function* (ranges: readonly Range[], isDescending: boolean, isFiltered: boolean) {
  for (const { low, high } of isDescending ? ranges.toReversed() : ranges) {
    // Without a filter the limit of the page bounds the work.
    const step = isFiltered ? SLICE : high - low + 1n
    for (let done = 0n; done <= high - low; done += step) {
      if (isDescending)
        yield { low: high - done - step + 1n < low ? low : high - done - step + 1n, high: high - done }
      else yield { low: low + done, high: low + done + step - 1n > high ? high : low + done + step - 1n }
    }
  }
}

const inTime = Effect.fnUntraced(function* (ranges: readonly Range[], filter: EventFilter) {
  if (filter.fromAt === undefined && filter.toAt === undefined) return ranges
  const cut = yield* Effect.forEach(ranges, (range) => between(range, filter))
  return cut.filter(({ low, high }) => low <= high)
})

/** Empty when there is no such session. */
export const page = Effect.fnUntraced(function* (filter: EventFilter) {
  const database = yield* Database
  const isDescending = filter.order === 'desc'
  const conditions = conditionsOf(filter)
  const events: EventRow[] = []
  let slices = 0
  for (const { low, high } of slicesOf(
    yield* inTime(yield* rangesOf(database, filter), filter),
    isDescending,
    conditions.sql !== '',
  )) {
    if (slices >= SLICES_MAX) {
      return { events, next: String(isDescending ? high + 1n : low - 1n) } satisfies EventPage
    }
    slices += 1
    const rows = yield* database.read(
      `SELECT * FROM events WHERE id BETWEEN ? AND ?${conditions.sql} ORDER BY id ${isDescending ? 'DESC' : 'ASC'} LIMIT ?`,
      [low, high, ...conditions.args, filter.limit - events.length],
    )
    events.push(...rows.map(rowOf))
    if (events.length >= filter.limit) break
  }
  const next = events.length >= filter.limit ? (events.at(-1)?.id ?? null) : null
  return { events, next } satisfies EventPage
})

export const find = (id: string): Effect.Effect<EventRow | null, DbError, Database> =>
  Effect.map(
    Database.use((database) => database.read('SELECT * FROM events WHERE id = CAST(? AS INTEGER)', [id])),
    ([row]) => (row === undefined ? null : rowOf(row)),
  )

/** The frame an event came in, as it came, and which of its messages it is. */
export interface PayloadLocation {
  readonly kind: 'push' | 'fetch'
  readonly payload: Uint8Array
  readonly idx: number
}

/** Null when there is no such event or its frame was pruned. */
export const payloadOf = (id: string): Effect.Effect<PayloadLocation | null, DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT frames.kind, frames.payload, events.idx FROM events JOIN frames ON frames.id = events.frame_id
WHERE events.id = CAST(? AS INTEGER)`,
        [id],
      ),
    ),
    ([row]) =>
      row !== undefined && row['payload'] instanceof Uint8Array
        ? { kind: row['kind'] === 'fetch' ? 'fetch' : 'push', payload: row['payload'], idx: int(row['idx']) }
        : null,
  )
