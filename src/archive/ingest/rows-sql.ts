// The statements of one batch over any number of sessions: frames, events, poison. Each joins the session's row
// on the epoch, so what belongs to a session that another owner has taken over goes nowhere.
//
// Rows travel as one JSON text. `jsonb(value)` behind a LIMIT is what makes that quick: SQLite may not flatten
// such a subquery, so each row is parsed once and not once a column (0.35 µs a column instead of 0.8).

const rowsOf = (parameter: string): string =>
  `(SELECT jsonb(value) AS v FROM json_each(${parameter}) LIMIT -1)`

/** Columns of `n` placeholders each: session, epoch, sequence, arrival, connection, kind, payload. */
const FRAME_COLUMNS = 7
export const FRAMES_A_STATEMENT = 128

const frameTexts = new Map<number, string>()

export const framesSql = (count: number): string => {
  const known = frameTexts.get(count)
  if (known !== undefined) return known
  const row = `(${Array.from({ length: FRAME_COLUMNS }, () => '?').join(',')})`
  const text = `INSERT INTO frames (id, at, conn, kind, payload)
SELECT (s.no << 26) + f.column3, f.column4, f.column5, f.column6, f.column7
FROM (VALUES ${Array.from({ length: count }, () => row).join(',')}) AS f
CROSS JOIN sessions AS s ON s.no = f.column1 AND s.epoch = f.column2
WHERE true ON CONFLICT DO NOTHING`
  frameTexts.set(count, text)
  return text
}

/** ?1: rows of [session, epoch, …`EventRow`]. */
export const EVENTS_SQL = `INSERT INTO events (id, room_no, late, msg_id, frame_id, idx, at, source_at, kind, method,
user_id, handle, nickname, text, amount, total, value, gift_id, group_id, final, history, data)
SELECT base + (v ->> 2), room_no, late, v ->> 3, base + (v ->> 4), v ->> 5, v ->> 6, v ->> 7, v ->> 8, v ->> 9,
v ->> 10, v ->> 11, v ->> 12, v ->> 13, r ->> 0, r ->> 1, r ->> 2, r ->> 3, r ->> 4,
coalesce(r ->> 5, 0), coalesce(r ->> 6, 0), r ->> 7
FROM (SELECT s.no << 26 AS base, s.room_no, s.archived_at IS NOT NULL AS late, v, jsonb_extract(v, '$[14]') AS r
  FROM ${rowsOf('?1')} CROSS JOIN sessions AS s ON s.no = v ->> 0 AND s.epoch = v ->> 1 LIMIT -1)
WHERE true ON CONFLICT DO NOTHING`

/** ?1: rows of [session, epoch, …`PoisonRow`]. */
export const POISON_SQL = `INSERT INTO poison (session_no, frame_id, idx, at, method, msg_id, error, sha256, head, size)
SELECT s.no, (s.no << 26) + (v ->> 2), v ->> 3, v ->> 4, v ->> 5, v ->> 6, v ->> 7, v ->> 8, v ->> 9, v ->> 10
FROM ${rowsOf('?1')} CROSS JOIN sessions AS s ON s.no = v ->> 0 AND s.epoch = v ->> 1
WHERE true ON CONFLICT DO NOTHING`

// What is new is what lies between the session's last counted sequence and the batch's highest: counting it
// from the rows themselves makes a repeated batch add nothing, and a row that was a duplicate count as one.
const NEW = 'e.id > (s.no << 26) + s.last_seq AND e.id <= (s.no << 26) + w.high'
const OPEN = 's.no = w.no AND s.epoch = w.epoch AND s.archived_at IS NULL'

const counted = (kind: string): string => `count(*) FILTER (WHERE e.kind = '${kind}')`
const viewers = `FILTER (WHERE e.kind = 'viewers' AND e.total IS NOT NULL)`

/** ?1: rows of [session, epoch, highest sequence, frames, bytes, received, poison, last arrival, last frame]. */
export const COUNTERS_SQL = `WITH w AS MATERIALIZED (
  SELECT v ->> 0 AS no, v ->> 1 AS epoch, v ->> 2 AS high, v ->> 3 AS frames, v ->> 4 AS bytes,
  v ->> 5 AS received, v ->> 6 AS poison, v ->> 7 AS last_at, v ->> 8 AS last_frame_seq FROM ${rowsOf('?1')}),
c AS MATERIALIZED (
  SELECT w.*, count(e.id) AS events, max(e.id) - (w.no << 26) AS last_seq,
  ${counted('chat')} AS chats, ${counted('gift')} AS gifts, ${counted('join')} AS joins,
  ${counted('follow')} AS follows, ${counted('share')} AS shares,
  coalesce(sum(e.amount) FILTER (WHERE e.kind = 'like'), 0) AS likes,
  coalesce(max(e.total) ${viewers}, 0) AS peak, coalesce(sum(e.total) ${viewers}, 0) AS viewers_sum,
  count(*) ${viewers} AS samples, max(e.id) ${viewers} AS last_viewers
  FROM w CROSS JOIN sessions AS s ON ${OPEN} LEFT JOIN events AS e ON ${NEW} GROUP BY w.no)
UPDATE sessions SET frames = c.frames, bytes = c.bytes, received = c.received, poison = c.poison,
duplicates = c.received - c.poison - (event_count + c.events), event_count = event_count + c.events,
chats = sessions.chats + c.chats, gifts = sessions.gifts + c.gifts, likes = sessions.likes + c.likes,
joins = sessions.joins + c.joins, follows = sessions.follows + c.follows, shares = sessions.shares + c.shares,
viewers_peak = max(viewers_peak, c.peak), viewers_sum = sessions.viewers_sum + c.viewers_sum,
viewers_samples = viewers_samples + c.samples,
viewers_last = coalesce((SELECT total FROM events WHERE id = c.last_viewers), viewers_last),
last_seq = coalesce(c.last_seq, sessions.last_seq),
last_frame_seq = max(sessions.last_frame_seq, c.last_frame_seq), last_at = max(sessions.last_at, c.last_at)
FROM c WHERE sessions.no = c.no
RETURNING no, frames, bytes, received, event_count, duplicates, poison, chats, gifts, gift_value, likes, joins,
follows, shares, viewers_peak, viewers_last, last_seq`

/** ?1: session numbers. Which of them are ours, and which are archived. */
export const STANDING_SQL = `SELECT no, epoch, archived_at IS NOT NULL AS archived FROM sessions
WHERE no IN (SELECT value FROM json_each(?1))`

// A streak is one person, one gift, one group; its value is its highest count, once. A gift without a group is
// no streak and stands alone under its message's id.
const STREAKS = `w AS MATERIALIZED (SELECT v ->> 0 AS no, v ->> 1 AS epoch, v ->> 2 AS high FROM ${rowsOf('?1')}),
new AS MATERIALIZED (
  SELECT s.no AS session_no, coalesce(e.user_id, 0) AS user_id, coalesce(e.gift_id, 0) AS gift_id,
  coalesce(e.group_id, e.msg_id) AS group_id, max(e.data ->> 'name') AS name, max(e.handle) AS handle,
  max(e.nickname) AS nickname, max(coalesce(e.value, 0)) AS value, max(max(coalesce(e.amount, 1), 1)) AS count,
  count(*) AS frames, min(e.at) AS first_at, max(e.at) AS last_at,
  max(e.final OR e.group_id IS NULL) AS closed
  FROM w CROSS JOIN sessions AS s ON ${OPEN} CROSS JOIN events AS e ON ${NEW} AND e.kind = 'gift'
  GROUP BY 1, 2, 3, 4)`

/** Before the streaks are raised: the session's value grows by what they will grow by. ?1: [session, epoch, highest]. */
export const GIFT_VALUE_SQL = `WITH ${STREAKS},
grown AS MATERIALIZED (
  SELECT session_no, sum(max(new.value, coalesce(g.value, 0)) * max(new.count, coalesce(g.count, 0))
    - coalesce(g.value * g.count, 0)) AS value
  FROM new LEFT JOIN gifts AS g USING (session_no, user_id, gift_id, group_id) GROUP BY session_no)
UPDATE sessions SET gift_value = gift_value + grown.value FROM grown WHERE sessions.no = grown.session_no`

export const STREAKS_SQL = `WITH ${STREAKS}
INSERT INTO gifts (session_no, user_id, gift_id, group_id, name, handle, nickname, value, count, frames,
first_at, last_at, closed_by)
SELECT session_no, user_id, gift_id, group_id, name, handle, nickname, value, count, frames, first_at, last_at,
iif(closed, 'repeat_end', NULL) FROM new
WHERE true ON CONFLICT DO UPDATE SET name = coalesce(excluded.name, name), handle = coalesce(excluded.handle, handle),
nickname = coalesce(excluded.nickname, nickname), value = max(value, excluded.value),
count = max(count, excluded.count), frames = frames + excluded.frames,
first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
closed_by = coalesce(excluded.closed_by, iif(closed_by = 'timeout', NULL, closed_by))`

/** ?1: rows of [session, epoch, cutoff]: streaks that were silent since before the cutoff are over. */
export const STREAK_TIMEOUT_SQL = `UPDATE gifts SET closed_by = 'timeout'
FROM (SELECT v ->> 0 AS no, v ->> 2 AS cutoff FROM ${rowsOf('?1')} CROSS JOIN sessions AS s
  ON s.no = v ->> 0 AND s.epoch = v ->> 1 AND s.archived_at IS NULL LIMIT -1) AS w
WHERE gifts.session_no = w.no AND gifts.closed_by IS NULL AND gifts.last_at < w.cutoff`
