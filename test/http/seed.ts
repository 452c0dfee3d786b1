// A session with events and frames, put where the recording would have put it.

import { gzipSync } from 'node:zlib'
import type { SqlValue, Statement } from '../../src/db/database.ts'
import type { Harness } from './harness.ts'

const insert = (table: string, row: Readonly<Record<string, SqlValue>>): Statement => ({
  sql: `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
    .map(() => '?')
    .join(', ')})`,
  args: Object.values(row),
})

export const eventId = (no: number, seq: number): bigint => (BigInt(no) << 26n) + BigInt(seq)

export interface SessionSeed {
  readonly no: number
  readonly roomId: string
  readonly events?: number
  readonly open?: boolean
  /** Makes the text of an event. */
  readonly text?: (seq: number) => string
  readonly frame?: Uint8Array
}

export const T0 = Date.UTC(2026, 0, 2, 3, 4, 0)

const sessionRow = ({ no, roomId, events = 0, open = false }: SessionSeed): Statement =>
  insert('sessions', {
    no,
    room_id: roomId,
    room_no: 1_000 + no,
    handle: 'seeded.room',
    broadcast_id: `7300000000000000${no}`,
    epoch: 1,
    opened_at: T0,
    last_at: T0 + events,
    archived_at: open ? null : T0 + events,
    end_reason: open ? null : 'stream_end',
    ended_at: open ? null : T0 + events,
    duration_ms: open ? null : events,
    report_json: open ? null : JSON.stringify({ received: events, events }),
    received: events,
    event_count: events,
    chats: events,
    last_seq: events,
    frames: 1,
  })

const eventRow = (seed: SessionSeed, seq: number): Statement =>
  insert('events', {
    id: eventId(seed.no, seq),
    room_no: 1_000 + seed.no,
    msg_id: 7_400_000_000_000_000_000n + eventId(seed.no, seq),
    frame_id: eventId(seed.no, 1),
    idx: seq - 1,
    at: T0 + seq,
    kind: 'chat',
    method: 'WebcastChatMessage',
    user_id: 9_007_199_254_740_993n + BigInt(seq),
    handle: `viewer${seq}`,
    text: seed.text?.(seq) ?? `hello ${seq}`,
  })

export const seedSession = async (h: Harness, seed: SessionSeed): Promise<string> => {
  const frame = insert('frames', {
    id: eventId(seed.no, 1),
    at: T0,
    conn: 1,
    kind: 'push',
    payload: seed.frame ?? new Uint8Array([1, 2, 3]),
  })
  await h.db.write({ statements: [sessionRow(seed), frame] })
  await seedEvents(h, seed, 1, seed.events ?? 0)
  return `s${seed.no}`
}

export const seedEvents = async (h: Harness, seed: SessionSeed, from: number, to: number): Promise<void> => {
  for (let at = from; at <= to; at += 200) {
    const last = Math.min(to, at + 199)
    const seqs = Array.from({ length: last - at + 1 }, (_, index) => at + index)
    await h.db.write({ statements: seqs.map((seq) => eventRow(seed, seq)) })
  }
}

/** The line a recorder would say for a seeded event. */
export const lineOf = (seed: SessionSeed, seq: number): string =>
  JSON.stringify({
    id: String(eventId(seed.no, seq)),
    sessionId: `s${seed.no}`,
    text: seed.text?.(seq) ?? `hello ${seq}`,
  })

// Enough protobuf to write a frame by hand: varints and length-delimited fields.
const varint = (value: number): number[] => {
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}
const field = (no: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([...varint(no * 8 + 2), ...varint(bytes.length)]), bytes])

/** A WebSocket frame of TikTok's with these messages in it, gzipped as TikTok does. */
export const pushFrame = (
  messages: readonly { readonly method: string; readonly payload: Uint8Array }[],
): Buffer => {
  const batch = Buffer.concat(
    messages.map(({ method, payload }) =>
      field(1, Buffer.concat([field(1, Buffer.from(method)), field(2, payload)])),
    ),
  )
  const encoding = Buffer.concat([field(1, Buffer.from('compress_type')), field(2, Buffer.from('gzip'))])
  return Buffer.concat([field(5, encoding), field(7, Buffer.from('msg')), field(8, gzipSync(batch))])
}
