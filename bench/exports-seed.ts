// One archived session with very many events of the kinds, and about of the sizes, that a busy broadcast has. Made by
// SQL alone; the streaks of its gifts are there too, because the report adds them up.

import { openConnection } from '../src/db/client.ts'
import { migrate } from '../src/db/migrate.ts'

const T0 = Date.UTC(2026, 0, 2, 3, 4, 0)
/** Between two events: 400 in a second. */
const STEP_MS = 2.5

// Of 20 events: 7 chats, 5 likes, 5 joins, a count of viewers, a gift, a follow.
const KIND = `CASE WHEN i % 20 < 7 THEN 'chat' WHEN i % 20 < 12 THEN 'like' WHEN i % 20 < 17 THEN 'join'
  WHEN i % 20 = 17 THEN 'viewers' WHEN i % 20 = 18 THEN 'gift' ELSE 'follow' END`

const EVENTS = `INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, source_at, kind, method, user_id, handle, nickname,
    text, amount, total, value, gift_id, group_id, final, data)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
  m AS (SELECT i, ${KIND} AS kind, (i * 7919) % 20011 AS person FROM n)
  SELECT (1 << 26) + i, 1, 7400000000000000000 + i * 1009, (1 << 26) + 1 + i / 6, i % 6, ?2 + CAST(i * ${STEP_MS} AS INTEGER),
    ?2 + CAST(i * ${STEP_MS} AS INTEGER) - 180 - i % 60, kind, 'Webcast' || upper(substr(kind, 1, 1)) || substr(kind, 2) || 'Message',
    6800000000000000000 + person * 7919, 'viewer.' || person, CASE person % 5 WHEN 0 THEN '観客 ' || person || ' 🌸' ELSE 'Viewer ' || person END,
    CASE kind WHEN 'chat' THEN CASE i % 3 WHEN 0 THEN 'so good!! ' || hex(randomblob(i % 12)) WHEN 1 THEN 'こんにちは ' || i || ' みなさん' ELSE
      'hello from ' || person || ', what is the name of this song? ' || i END END,
    CASE kind WHEN 'like' THEN 1 + i % 15 WHEN 'gift' THEN 1 + i % 9 END,
    CASE kind WHEN 'like' THEN i * 3 WHEN 'viewers' THEN 4000 + (i / 5000) % 900 END,
    CASE kind WHEN 'gift' THEN 1 + i % 99 END, CASE kind WHEN 'gift' THEN 5655 + i % 40 END,
    CASE kind WHEN 'gift' THEN 1767323041000 + i END, kind = 'gift' AND i % 3 = 0,
    CASE kind WHEN 'chat' THEN '{"language":"en","badges":["fan",' || i % 40 || ']}' WHEN 'gift' THEN '{"name":"Gift ' || i % 40 ||
      '","combo":true,"repeatEnd":' || (i % 3 = 0) || '}' WHEN 'join' THEN '{"action":1,"members":' || i % 9000 || '}' END
  FROM m`

const GIFTS = `INSERT INTO gifts (session_no, user_id, gift_id, group_id, name, handle, nickname, value, count, frames,
    first_at, last_at, closed_by)
  SELECT 1, user_id, gift_id, group_id, 'Gift ' || gift_id, handle, nickname, value, amount, 1, at, at, 'end'
  FROM events WHERE kind = 'gift'`

const SESSION = `INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at, archived_at, end_reason,
    ended_at, duration_ms, report_json, frames, received, event_count, last_seq, chats, gifts, gift_value, likes, joins, follows,
    viewers_peak)
  SELECT 1, 'r1', 1, 'maker', '7300000000000000001', 1, ?2, max(at), max(at), 'stream_end', max(at), max(at) - ?2, '{}', ?1 / 6, ?1, ?1,
    ?1, sum(kind = 'chat'), sum(kind = 'gift'), (SELECT sum(value * count) FROM gifts), sum(iif(kind = 'like', amount, 0)),
    sum(kind = 'join'), sum(kind = 'follow'), max(iif(kind = 'viewers', total, 0)) FROM events`

/** Makes the database at `path`, with session 1. */
export const seedArchived = async (path: string, events: number): Promise<void> => {
  const connection = await openConnection({ url: `file:${path}`, authToken: null, mode: 'write' })
  await migrate(connection)
  await connection.batch([
    {
      sql: `INSERT INTO rooms (no, id, handle, monitor, created_at, updated_at) VALUES (1, 'r1', 'maker', 0, 1, 1)`,
    },
    { sql: `INSERT INTO room_handles (room_id, handle, since) VALUES ('r1', 'maker', 1)` },
    { sql: EVENTS, args: [events, T0] },
    { sql: GIFTS },
    { sql: SESSION, args: [events, T0] },
    { sql: `UPDATE meta SET value = 1 WHERE key = 'session_no'` },
  ])
  await connection.query('PRAGMA wal_checkpoint(TRUNCATE)')
  connection.close()
}
