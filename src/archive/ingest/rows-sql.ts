// The statements that bring rows in, for any number of sessions at once: frames, events, poison, and what they
// add to their session. Each joins the session's row by the epoch that we own the room by: a row with a higher one
// has another owner, and what we have for it goes nowhere; one with a lower is about to be taken over by us.

/**
 * Rows as one JSON text. `jsonb(value)` behind a LIMIT is what makes it quick: SQLite may not flatten such a
 * subquery, so each row is parsed once and not once a column.
 */
export const rowsOf = (parameter: string): string =>
  `(SELECT jsonb(value) AS v FROM json_each(${parameter}) LIMIT -1)`

/** Rows as parameters, in few different numbers, so that few statements are prepared and each of them often. */
const CHUNKS = [64, 16, 4, 1] as const

export const chunksOf = <A>(rows: readonly A[]): readonly (readonly A[])[] => {
  const chunks: (readonly A[])[] = []
  let from = 0
  for (const size of CHUNKS) {
    for (; rows.length - from >= size; from += size) chunks.push(rows.slice(from, from + size))
  }
  return chunks
}

const texts = new Map<string, string>()

const valuesSql = (count: number, columns: number, around: readonly [string, string]): string => {
  const key = `${count} ${around[0]}${around[1]}`
  let text = texts.get(key)
  if (text === undefined) {
    const row = `(${Array.from({ length: columns }, () => '?').join(',')})`
    text = `${around[0]} FROM (VALUES ${Array.from({ length: count }, () => row).join(',')}) AS e
CROSS JOIN sessions AS s ON s.no = e.column1 AND s.epoch <= e.column2 ${around[1]}`
    texts.set(key, text)
  }
  return text
}

const WHAT_IS_NEW = 'WHERE true ON CONFLICT DO NOTHING'

/** Each row: session, epoch, sequence, arrival, connection, kind, payload. */
export const framesSql = (count: number): string =>
  valuesSql(count, 7, [
    `INSERT INTO frames (id, at, conn, kind, payload)
SELECT (s.no << 26) + e.column3, e.column4, e.column5, e.column6, e.column7`,
    WHAT_IS_NEW,
  ])

const INSERT_EVENTS = `INSERT INTO events (id, room_no, late, msg_id, frame_id, idx, at, source_at, kind, method,
user_id, handle, nickname, text, amount, total, value, gift_id, group_id, final, history, data)
SELECT (s.no << 26) + e.column3, s.room_no, s.archived_at IS NOT NULL, e.column4, (s.no << 26) + e.column5,
${Array.from({ length: 17 }, (_, index) => `e.column${index + 6}`).join(', ')}`

/** Each row: session, epoch, and the fields of `EventRow`. A message that is there already makes it fail. */
export const eventsSql = (count: number): string => valuesSql(count, 22, [INSERT_EVENTS, ''])

/** The same, leaving out what is there already. */
export const newEventsSql = (count: number): string => valuesSql(count, 22, [INSERT_EVENTS, WHAT_IS_NEW])

const OURS = 's.no = v ->> 0 AND s.epoch <= v ->> 1'

/** ?1: rows of [session, epoch, …`PoisonRow`]. */
export const POISON_SQL = `INSERT INTO poison (session_no, frame_id, idx, at, method, msg_id, error, sha256, head, size, late)
SELECT s.no, (s.no << 26) + (v ->> 2), v ->> 3, v ->> 4, v ->> 5, v ->> 6, v ->> 7, v ->> 8, v ->> 9, v ->> 10,
s.archived_at IS NOT NULL
FROM ${rowsOf('?1')} CROSS JOIN sessions AS s ON ${OURS}
WHERE true ON CONFLICT DO NOTHING`

/**
 * ?1: rows of [session, epoch, …what is true after them: frames, bytes, received, poison, last arrival, last frame,
 * last sequence, …what they add: events, chats, gifts, likes, joins, follows, shares, viewers sum and samples,
 * …highest and last viewers]. Right only after `eventsSql`, of which every row was new.
 * What is true after them never goes back: a piece whose outcome was unknown may run after the one behind it.
 */
export const COUNTERS_SQL = `UPDATE sessions SET frames = max(frames, v ->> 2), bytes = max(bytes, v ->> 3),
received = max(received, v ->> 4), poison = max(poison, v ->> 5),
last_at = max(last_at, v ->> 6), last_frame_seq = max(last_frame_seq, v ->> 7), last_seq = max(last_seq, v ->> 8),
duplicates = max(received, v ->> 4) - max(poison, v ->> 5) - event_count - (v ->> 9), event_count = event_count + (v ->> 9),
chats = chats + (v ->> 10), gifts = gifts + (v ->> 11), likes = likes + (v ->> 12), joins = joins + (v ->> 13),
follows = follows + (v ->> 14), shares = shares + (v ->> 15), viewers_sum = viewers_sum + (v ->> 16),
viewers_samples = viewers_samples + (v ->> 17), viewers_peak = max(viewers_peak, v ->> 18),
viewers_last = coalesce(v ->> 19, viewers_last)
FROM ${rowsOf('?1')} WHERE no = v ->> 0 AND epoch <= v ->> 1 AND archived_at IS NULL`

// A streak is one person, one gift, one group; its value is its highest count, once.

/** ?1: rows of [session, epoch, …`Streak`]. Before the streaks grow: the session's value, by what they will grow. */
export const GIFT_VALUE_SQL = `UPDATE sessions SET gift_value = gift_value + g.value
FROM (SELECT v ->> 0 AS no, v ->> 1 AS epoch, sum(max(v ->> 5, coalesce(o.value, 0)) * max(v ->> 6, coalesce(o.count, 0))
    - coalesce(o.value * o.count, 0)) AS value
  FROM ${rowsOf('?1')} LEFT JOIN gifts AS o ON o.session_no = v ->> 0 AND o.user_id = v ->> 2
    AND o.gift_id = v ->> 3 AND o.group_id = v ->> 4 GROUP BY 1, 2) AS g
WHERE sessions.no = g.no AND sessions.epoch <= g.epoch AND archived_at IS NULL RETURNING no, gift_value`

// A streak that was given up for silent and goes on after all is open again.
export const GROW = `ON CONFLICT DO UPDATE SET name = coalesce(excluded.name, name),
handle = coalesce(excluded.handle, handle), nickname = coalesce(excluded.nickname, nickname),
value = max(value, excluded.value), count = max(count, excluded.count), frames = frames + excluded.frames,
first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
closed_by = coalesce(excluded.closed_by, iif(closed_by = 'timeout', NULL, closed_by))`

export const STREAKS_SQL = `INSERT INTO gifts (session_no, user_id, gift_id, group_id, value, count, frames,
first_at, last_at, name, handle, nickname, closed_by)
SELECT s.no, v ->> 2, v ->> 3, v ->> 4, v ->> 5, v ->> 6, v ->> 7, v ->> 8, v ->> 9, v ->> 10, v ->> 11, v ->> 12, v ->> 13
FROM ${rowsOf('?1')} CROSS JOIN sessions AS s ON ${OURS} AND s.archived_at IS NULL
WHERE true ${GROW}`

/** ?1: rows of [session, epoch, cutoff]: streaks that were silent since before the cutoff are over. */
export const STREAK_TIMEOUT_SQL = `UPDATE gifts SET closed_by = 'timeout'
FROM (SELECT s.no, v ->> 2 AS cutoff FROM ${rowsOf('?1')} CROSS JOIN sessions AS s
  ON ${OURS} AND s.archived_at IS NULL LIMIT -1) AS w
WHERE gifts.session_no = w.no AND gifts.closed_by IS NULL AND gifts.last_at < w.cutoff`

/** ?1: session numbers. Whose they are, and which are archived. */
export const STANDING_SQL = `SELECT no, epoch, archived_at IS NOT NULL AS archived FROM sessions
WHERE no IN (SELECT value FROM json_each(?1))`
