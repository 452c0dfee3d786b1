// The rows that both sides of the writer's benchmark write: made once, of the captured messages, by the schema that
// the product migrates to.

import { gunzipSync } from 'node:zlib'
import { recording } from '../src/db/migrations/0001-recording.ts'
import { decodeMessage, readFetchResult, readPushFrame } from '../src/tiktok/decode.ts'
import { loadFrames } from './load-frames.ts'

type Value = string | number | bigint | Uint8Array | null

export interface Batch {
  readonly frames: readonly (readonly Value[])[]
  readonly events: readonly (readonly Value[])[]
}

export const SCHEMA: readonly string[] = recording.statements

export const INSERT_FRAME = `INSERT INTO frames (id, at, conn, kind, payload) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`
export const INSERT_EVENT = `INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, source_at, kind, method,
  user_id, handle, nickname, text, amount, total, value, gift_id, group_id, final, history, late, data)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

const big = (text: string | null): bigint | null => (text === null ? null : BigInt(text))

/** `perBatch` events go into one transaction. */
export const makeBatches = (messages: number, perFrame: number, perBatch: number): readonly Batch[] => {
  const { frames } = loadFrames({ messages, perFrame })
  const batches: { frames: Value[][]; events: Value[][] }[] = []
  const first = 1n << 26n
  let sequence = 0n
  for (const [index, { bytes }] of frames.entries()) {
    if ((index * perFrame) % perBatch === 0) batches.push({ frames: [], events: [] })
    const batch = batches.at(-1)!
    const frameId = first + BigInt(index + 1)
    batch.frames.push([frameId, 1_700_000_000_000, 1, 'push', bytes])
    const { messages: all } = readFetchResult(gunzipSync(readPushFrame(bytes).payload))
    for (const [idx, { method, payload, msgId, isHistory }] of all.entries()) {
      const event = decodeMessage(method, payload, msgId, isHistory)
      sequence += 1n
      batch.events.push([
        first + sequence,
        1,
        big(event.msgId),
        frameId,
        idx,
        1_700_000_000_000,
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
  }
  return batches
}
