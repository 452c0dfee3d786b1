// Rooms, sessions, events and gifts as the recording leaves them behind, counters included.

import type { SqlValue, Statement } from '../../src/db/database.ts'
import type { EventKind } from '../../src/domain/event.ts'
import type { Store } from './store.ts'

/** 2026-01-02T03:04:00Z: the beginning of a minute. */
export const T0 = Date.UTC(2026, 0, 2, 3, 4, 0)
export const ASKER = { actor: 'operator', ip: '127.0.0.1' } as const

export const eventId = (no: number, seq: number): bigint => (BigInt(no) << 26n) + BigInt(seq)

const insert = (table: string, row: Readonly<Record<string, SqlValue>>): Statement => {
  const columns = Object.keys(row)
  const marks = columns.map(() => '?').join(', ')
  return { sql: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, args: Object.values(row) }
}

export interface RoomSeed {
  readonly no: number
  readonly id?: string
  readonly handle?: string
}

export const addRoom = async (store: Store, { no, id = `r${no}`, handle = `room.${no}` }: RoomSeed) => {
  await store.connection.batch([
    insert('rooms', { no, id, handle, created_at: T0, updated_at: T0 }),
    insert('room_handles', { room_id: id, handle, since: T0 - no }),
  ])
}

export interface EventSeed {
  readonly kind: EventKind
  readonly at?: number
  readonly msgId?: bigint
  readonly userId?: bigint
  readonly handle?: string
  readonly nickname?: string
  readonly text?: string
  readonly amount?: number
  readonly total?: number
  readonly value?: number
  readonly giftId?: bigint
  readonly groupId?: bigint
  readonly final?: boolean
  readonly late?: boolean
  readonly history?: boolean
  readonly data?: unknown
}

export interface SessionSeed {
  readonly no: number
  readonly roomNo: number
  readonly roomId?: string
  readonly handle?: string
  readonly broadcastId?: string
  readonly openedAt?: number
  readonly endedAt?: number
  /** Archived unless told otherwise. */
  readonly open?: boolean
  readonly events?: readonly EventSeed[]
  readonly frames?: number
}

const eventRow = (session: SessionSeed, event: EventSeed, seq: number): Statement =>
  insert('events', {
    id: eventId(session.no, seq),
    room_no: session.roomNo,
    msg_id: event.msgId ?? eventId(session.no, seq) + 7_000_000_000_000_000_000n,
    frame_id: eventId(session.no, 1),
    idx: seq,
    at: event.at ?? (session.openedAt ?? T0) + seq * 1_000,
    kind: event.kind,
    method: `Webcast_${event.kind}`,
    user_id: event.userId ?? null,
    handle: event.handle ?? null,
    nickname: event.nickname ?? null,
    text: event.text ?? null,
    amount: event.amount ?? null,
    total: event.total ?? null,
    value: event.value ?? null,
    gift_id: event.giftId ?? null,
    group_id: event.groupId ?? null,
    final: event.final === true ? 1 : 0,
    history: event.history === true ? 1 : 0,
    late: event.late === true ? 1 : 0,
    data: event.data === undefined ? null : JSON.stringify(event.data),
  })

const GIFT = `INSERT INTO gifts (session_no, user_id, gift_id, group_id, name, handle, nickname, value, count, frames,
first_at, last_at, closed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?10, ?11)
ON CONFLICT DO UPDATE SET count = max(count, excluded.count), frames = frames + 1, last_at = excluded.last_at,
closed_by = coalesce(closed_by, excluded.closed_by)`

const giftRow = (session: SessionSeed, event: EventSeed, seq: number): Statement => ({
  sql: GIFT,
  args: [
    session.no,
    event.userId ?? 1n,
    event.giftId ?? 1n,
    event.groupId ?? BigInt(seq),
    `gift ${event.giftId ?? 1n}`,
    event.handle ?? null,
    event.nickname ?? null,
    event.value ?? 0,
    event.amount ?? 1,
    event.at ?? (session.openedAt ?? T0) + seq * 1_000,
    event.final === true ? 'repeat_end' : 'end',
  ],
})

const countersOf = (session: SessionSeed) => {
  const counted = (session.events ?? []).filter(({ late }) => late !== true)
  const of = (kind: EventKind) => counted.filter((event) => event.kind === kind)
  const viewers = of('viewers').map(({ total }) => total ?? 0)
  return {
    event_count: counted.length,
    received: counted.length,
    chats: of('chat').length,
    gifts: of('gift').length,
    likes: of('like').reduce((sum, { amount }) => sum + (amount ?? 0), 0),
    joins: of('join').length,
    follows: of('follow').length,
    shares: of('share').length,
    viewers_peak: Math.max(0, ...viewers),
    viewers_last: viewers.at(-1) ?? 0,
    viewers_sum: viewers.reduce((sum, total) => sum + total, 0),
    viewers_samples: viewers.length,
    last_seq: counted.length,
  }
}

const sessionRow = (session: SessionSeed): Statement => {
  const openedAt = session.openedAt ?? T0
  const endedAt = session.endedAt ?? openedAt + 600_000
  const archived = session.open !== true
  return insert('sessions', {
    no: session.no,
    room_id: session.roomId ?? `r${session.roomNo}`,
    room_no: session.roomNo,
    handle: session.handle ?? `room.${session.roomNo}`,
    broadcast_id: session.broadcastId ?? `70000${session.no}`,
    epoch: 1,
    opened_at: openedAt,
    last_at: endedAt,
    archived_at: archived ? endedAt : null,
    end_reason: archived ? 'stream_end' : null,
    ended_at: archived ? endedAt : null,
    duration_ms: archived ? endedAt - openedAt : null,
    report_json: archived ? '{}' : null,
    frames: session.frames ?? 1,
    ...countersOf(session),
  })
}

const ATTEMPT = `INSERT INTO archive_attempts (session_no, trigger, started_at, finished_at, duration_ms, outcome)
SELECT no, 'stream_end', ended_at, ended_at, 0, 'done' FROM sessions WHERE no = ? AND archived_at IS NOT NULL`
const VALUE = `UPDATE sessions SET gift_value =
(SELECT coalesce(sum(value * count), 0) FROM gifts WHERE session_no = ?1) WHERE no = ?1`

/** A session with its rows: what is late must come last. */
export const addSession = async (store: Store, session: SessionSeed): Promise<void> => {
  const events = session.events ?? []
  const frames = Array.from({ length: session.frames ?? 1 }, (_, index) =>
    insert('frames', {
      id: eventId(session.no, index + 1),
      at: session.openedAt ?? T0,
      conn: 1,
      kind: 'push',
      payload: new Uint8Array([index % 256, 1, 2, 3]),
    }),
  )
  await store.connection.batch([
    sessionRow(session),
    { sql: ATTEMPT, args: [session.no] },
    ...frames,
    ...events.map((event, index) => eventRow(session, event, index + 1)),
    ...events.flatMap((event, index) =>
      event.kind === 'gift' && event.late !== true ? [giftRow(session, event, index + 1)] : [],
    ),
    { sql: VALUE, args: [session.no] },
  ])
}
