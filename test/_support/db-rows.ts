// Rows for tests that read: sessions and events with as few columns as they need.

import type { Statement } from '../../src/db/database.ts'

export const session = (
  no: number,
  room: string,
  openedAt: number,
  rest: Record<string, string | number> = {},
): Statement => {
  const columns = {
    no,
    room_id: room,
    room_no: 1,
    handle: 'anna',
    broadcast_id: String(no),
    epoch: 1,
    opened_at: openedAt,
    last_at: openedAt,
    ...rest,
  }
  return {
    sql: `INSERT INTO sessions (${Object.keys(columns).join(', ')}) VALUES (${Object.keys(columns)
      .map(() => '?')
      .join(', ')})`,
    args: Object.values(columns),
  }
}
export const archived = { archived_at: 5, end_reason: 'stream_end', ended_at: 5 }
export const event = (
  no: number,
  seq: number,
  kind = 'chat',
  rest: Record<string, string | number> = {},
): Statement => {
  const id = (BigInt(no) << 26n) + BigInt(seq)
  const columns = {
    id,
    room_no: no,
    msg_id: id,
    frame_id: (BigInt(no) << 26n) + 1n,
    idx: seq,
    at: seq,
    kind,
    method: 'M',
    ...rest,
  }
  return {
    sql: `INSERT INTO events (${Object.keys(columns).join(', ')}) VALUES (${Object.keys(columns)
      .map(() => '?')
      .join(', ')})`,
    args: Object.values(columns),
  }
}
export const eventId = (no: number, seq: number) => String((BigInt(no) << 26n) + BigInt(seq))
