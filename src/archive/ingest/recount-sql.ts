// What a batch adds to its sessions, counted by SQLite from the rows that are really there: for a batch of which
// some rows were there before. Slower than `rows-sql.ts`, and right whatever happened.

import { GROW, rowsOf } from './rows-sql.ts'

// New is what lies between the session's last counted sequence and the batch's highest; so a batch that is
// repeated adds nothing.
const NEW = 'e.id > (s.no << 26) + s.last_seq AND e.id <= (s.no << 26) + w.high'
const OPEN = 's.no = w.no AND s.epoch <= w.epoch AND s.archived_at IS NULL'

const counted = (kind: string): string => `count(*) FILTER (WHERE e.kind = '${kind}')`
const viewers = `FILTER (WHERE e.kind = 'viewers' AND e.total IS NOT NULL)`

/** ?1: rows of [session, epoch, frames, bytes, received, poison, last arrival, last frame, highest sequence]. */
export const RECOUNT_SQL = `WITH w AS MATERIALIZED (
  SELECT v ->> 0 AS no, v ->> 1 AS epoch, v ->> 2 AS frames, v ->> 3 AS bytes, v ->> 4 AS received, v ->> 5 AS poison,
  v ->> 6 AS last_at, v ->> 7 AS last_frame_seq, v ->> 8 AS high FROM ${rowsOf('?1')}),
c AS MATERIALIZED (
  SELECT w.*, count(e.id) AS events, max(e.id) - (w.no << 26) AS last_seq,
  ${counted('chat')} AS chats, ${counted('gift')} AS gifts, ${counted('join')} AS joins,
  ${counted('follow')} AS follows, ${counted('share')} AS shares,
  coalesce(sum(e.amount) FILTER (WHERE e.kind = 'like'), 0) AS likes,
  coalesce(max(e.total) ${viewers}, 0) AS peak, coalesce(sum(e.total) ${viewers}, 0) AS viewers_sum,
  count(*) ${viewers} AS samples, max(e.id) ${viewers} AS last_viewers
  FROM w CROSS JOIN sessions AS s ON ${OPEN} LEFT JOIN events AS e ON ${NEW} GROUP BY w.no)
UPDATE sessions SET frames = max(sessions.frames, c.frames), bytes = max(sessions.bytes, c.bytes),
received = max(sessions.received, c.received), poison = max(sessions.poison, c.poison),
duplicates = max(sessions.received, c.received) - max(sessions.poison, c.poison) - (event_count + c.events), event_count = event_count + c.events,
chats = sessions.chats + c.chats, gifts = sessions.gifts + c.gifts, likes = sessions.likes + c.likes,
joins = sessions.joins + c.joins, follows = sessions.follows + c.follows, shares = sessions.shares + c.shares,
viewers_peak = max(viewers_peak, c.peak), viewers_sum = sessions.viewers_sum + c.viewers_sum,
viewers_samples = viewers_samples + c.samples,
viewers_last = coalesce((SELECT total FROM events WHERE id = c.last_viewers), viewers_last),
last_seq = coalesce(c.last_seq, sessions.last_seq),
last_frame_seq = max(sessions.last_frame_seq, c.last_frame_seq), last_at = max(sessions.last_at, c.last_at)
FROM c WHERE sessions.no = c.no
RETURNING no, event_count, chats, gifts, likes, joins, follows, shares, viewers_peak, viewers_last, last_seq`

// A gift without a group is no streak and stands alone under its message's id.
const STREAKS = `w AS MATERIALIZED (SELECT v ->> 0 AS no, v ->> 1 AS epoch, v ->> 2 AS high FROM ${rowsOf('?1')}),
new AS MATERIALIZED (
  SELECT s.no AS session_no, coalesce(e.user_id, 0) AS user_id, coalesce(e.gift_id, 0) AS gift_id,
  coalesce(e.group_id, e.msg_id) AS group_id, max(e.data ->> 'name') AS name, max(e.handle) AS handle,
  max(e.nickname) AS nickname, max(coalesce(e.value, 0)) AS value, max(max(coalesce(e.amount, 1), 1)) AS count,
  count(*) AS frames, min(e.at) AS first_at, max(e.at) AS last_at,
  max(e.final OR e.group_id IS NULL) AS closed
  FROM w CROSS JOIN sessions AS s ON ${OPEN} CROSS JOIN events AS e ON ${NEW} AND e.kind = 'gift'
  GROUP BY 1, 2, 3, 4)`

/** ?1: [session, epoch, highest sequence]. Before the streaks grow, and both before the recount. */
export const GIFT_VALUE_RECOUNT_SQL = `WITH ${STREAKS},
grown AS MATERIALIZED (
  SELECT session_no, sum(max(new.value, coalesce(g.value, 0)) * max(new.count, coalesce(g.count, 0))
    - coalesce(g.value * g.count, 0)) AS value
  FROM new LEFT JOIN gifts AS g USING (session_no, user_id, gift_id, group_id) GROUP BY session_no)
UPDATE sessions SET gift_value = gift_value + grown.value FROM grown WHERE sessions.no = grown.session_no
RETURNING no, gift_value`

export const STREAKS_RECOUNT_SQL = `WITH ${STREAKS}
INSERT INTO gifts (session_no, user_id, gift_id, group_id, name, handle, nickname, value, count, frames,
first_at, last_at, closed_by)
SELECT session_no, user_id, gift_id, group_id, name, handle, nickname, value, count, frames, first_at, last_at,
iif(closed, 'repeat_end', NULL) FROM new
WHERE true ${GROW}`
