// A database as a crash leaves it: open sessions with many events, rooms that are watched. Made by SQL alone.

import { openConnection, type Connection } from '../src/db/client.ts'
import { migrate } from '../src/db/migrate.ts'
import { join } from 'node:path'

export interface SeededSession {
  readonly no: number
  readonly roomId: string
  readonly events: number
}

const COLUMNS = `id, room_no, msg_id, frame_id, idx, at, source_at, kind, method, user_id, handle, nickname, text,
  amount, total`

/** Events of one session, of the kinds a broadcast has, one frame for five. */
const eventsSql = `INSERT INTO events (${COLUMNS})
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
  SELECT (?1 << 26) + i, ?3, (?1 << 32) + i, (?1 << 26) + 1 + i / 5, i % 5, ?4 + i, ?4 + i,
    CASE i % 4 WHEN 0 THEN 'chat' WHEN 1 THEN 'like' WHEN 2 THEN 'join' ELSE 'viewers' END,
    CASE i % 4 WHEN 0 THEN 'WebcastChatMessage' WHEN 1 THEN 'WebcastLikeMessage'
      WHEN 2 THEN 'WebcastMemberMessage' ELSE 'WebcastRoomUserSeqMessage' END,
    6800000000000000000 + i % 500, 'viewer' || (i % 500), 'Viewer ' || (i % 500),
    CASE i % 4 WHEN 0 THEN 'message number ' || i END, CASE i % 4 WHEN 1 THEN 3 END,
    CASE i % 4 WHEN 3 THEN i % 100 END FROM n`

const openSession = async (
  connection: Connection,
  session: SeededSession,
  roomNo: number,
  at: number,
): Promise<void> => {
  const { no, roomId, events } = session
  await connection.batch([
    {
      sql: `INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at, frames, received,
          event_count, chats, likes, joins, last_seq, last_frame_seq)
        VALUES (?1, ?2, ?3, 'room' || ?3, '73000' || ?1, 1, ?4, ?4 + ?5, ?5 / 5, ?5, ?5, ?5 / 4, ?5 / 4 * 3, ?5 / 4,
          ?5, ?5 / 5 + 1)`,
      args: [no, roomId, roomNo, at, events],
    },
    { sql: eventsSql, args: [no, events, roomNo, at] },
  ])
}

const addRooms = (connection: Connection, count: number): Promise<unknown> =>
  connection.batch([
    {
      sql: `INSERT INTO rooms (id, handle, created_at, updated_at)
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
        SELECT 'r' || i, 'room' || i, 1, 1 FROM n`,
      args: [count],
    },
    {
      sql: `INSERT INTO room_handles (room_id, handle, since) SELECT id, handle, 1 FROM rooms`,
    },
  ])

export interface Seed {
  readonly rooms: number
  /** Events of the open session of each of the first rooms. */
  readonly sessions: readonly number[]
  /** When the sessions began and, about, were left; milliseconds UTC. */
  readonly at: number
}

/** Makes the database in `folder` and answers its sessions. */
export const seed = async (
  folder: string,
  { rooms, sessions, at }: Seed,
): Promise<readonly SeededSession[]> => {
  const connection = await openConnection({
    url: `file:${join(folder, 'roomkeeper.db')}`,
    authToken: null,
    mode: 'write',
  })
  await migrate(connection)
  if (rooms > 0) await addRooms(connection, rooms)
  const made = sessions.map((events, index) => ({ no: index + 1, roomId: `r${index}`, events }))
  for (const [index, session] of made.entries()) await openSession(connection, session, index + 1, at)
  await connection.batch([
    { sql: `UPDATE meta SET value = ? WHERE key = 'session_no'`, args: [sessions.length] },
  ])
  await connection.query('PRAGMA wal_checkpoint(TRUNCATE)')
  connection.close()
  return made
}
