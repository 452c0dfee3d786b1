// The rows that both sides of the writer's benchmark write: made once, of the captured messages, by the schema that
// the product migrates to.

import { gunzipSync } from 'node:zlib'
import { recording } from '../src/db/migrations/0001-recording.ts'
import { decodeMessage, readFetchResult, readPushFrame } from '../src/tiktok/decode.ts'
import { loadFrames } from './load-frames.ts'

/** When everything arrived. */
const AT = 1_700_000_000_000

type Value = string | number | bigint | Uint8Array | null

export interface Batch {
  readonly frames: readonly (readonly Value[])[]
  readonly events: readonly (readonly Value[])[]
  readonly gifts: readonly (readonly Value[])[]
  /** What the session's row is after the batch. */
  readonly session: readonly Value[]
}

export const SCHEMA: readonly string[] = recording.statements

export const INSERT_FRAME = `INSERT INTO frames (id, at, conn, kind, payload) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`
export const INSERT_EVENT = `INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, source_at, kind, method,
  user_id, handle, nickname, text, amount, total, value, gift_id, group_id, final, history, late, data)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

export const GROW_GIFT = `INSERT INTO gifts (session_no, user_id, gift_id, group_id, name, handle, nickname, value, count,
  frames, first_at, last_at, closed_by) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
  ON CONFLICT DO UPDATE SET value = max(value, excluded.value), count = max(count, excluded.count),
  frames = frames + 1, last_at = excluded.last_at, closed_by = coalesce(excluded.closed_by, closed_by)`
export const COUNT_SESSION = `UPDATE sessions SET frames = ?, received = ?, event_count = ?, chats = ?, gifts = ?,
  likes = ?, joins = ?, follows = ?, shares = ?, last_seq = ?, last_frame_seq = ?, last_at = ?,
  gift_value = (SELECT coalesce(sum(value * count), 0) FROM gifts WHERE session_no = 1) WHERE no = 1`

const big = (text: string | null): bigint | null => (text === null ? null : BigInt(text))

/** `perBatch` events go into one transaction. */
export const makeBatches = (messages: number, perFrame: number, perBatch: number): readonly Batch[] => {
  const { frames } = loadFrames({ messages, perFrame })
  const batches: { frames: Value[][]; events: Value[][]; gifts: Value[][]; session: Value[] }[] = []
  const kinds = new Map<string, number>()
  const first = 1n << 26n
  let sequence = 0n
  for (const [index, { bytes }] of frames.entries()) {
    if ((index * perFrame) % perBatch === 0) batches.push({ frames: [], events: [], gifts: [], session: [] })
    const batch = batches.at(-1)!
    const frameId = first + BigInt(index + 1)
    batch.frames.push([frameId, AT, 1, 'push', bytes])
    const { messages: all } = readFetchResult(gunzipSync(readPushFrame(bytes).payload))
    for (const [idx, { method, payload, msgId, isHistory }] of all.entries()) {
      const event = decodeMessage(method, payload, msgId, isHistory)
      sequence += 1n
      kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1)
      if (event.kind === 'gift')
        batch.gifts.push([
          big(event.userId) ?? 0,
          big(event.giftId) ?? 0,
          big(event.groupId ?? event.msgId),
          typeof event.data?.['name'] === 'string' ? event.data['name'] : null,
          event.handle,
          event.nickname,
          event.value,
          event.amount,
          AT,
          AT,
          event.final || event.groupId === null ? 'repeat_end' : null,
        ])
      batch.events.push([
        first + sequence,
        1,
        big(event.msgId),
        frameId,
        idx,
        AT,
        event.sourceAt,
        event.kind,
        event.method,
        big(event.userId),
        event.handle,
        event.nickname,
        event.text,
        event.amount,
        event.total,
        event.value,
        big(event.giftId),
        big(event.groupId),
        event.final ? 1 : 0,
        isHistory ? 1 : 0,
        0,
        event.data === null ? null : JSON.stringify(event.data),
      ])
    }
    const of = (kind: string): number => kinds.get(kind) ?? 0
    const counted = ['chat', 'gift', 'like', 'join', 'follow', 'share'].map(of)
    batch.session = [index + 1, sequence, sequence, ...counted, sequence, index + 1, AT]
  }
  return batches
}
