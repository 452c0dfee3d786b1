// From a frame as it came to the batch of messages in it, unpacked within bounds.

import { gunzipSync } from 'node:zlib'
import type { FrameKind } from '../hand-over.ts'
import type { Decoder, Enveloped } from '../decoder.ts'
import { Unfit } from './event-row.ts'

/** A frame as it came, and what it may grow to. */
export const FRAME_MAX_BYTES = 16 * 1024 * 1024
const UNPACKED_MAX_BYTES = 32 * 1024 * 1024
/** A busy second of the largest rooms has hundreds. */
const MESSAGES_MAX = 65_536

export interface Batch {
  readonly messages: readonly Enveloped[]
  /** What TikTok wants back once the batch is durable. */
  readonly ack: { readonly logId: string; readonly internalExt: string } | null
}

/** What a frame says it unpacks to is room for it in one piece; beyond this it is unpacked piece by piece. */
const PIECE_MIN_BYTES = 1_024
const PIECE_MAX_BYTES = 256 * 1024
const SIZE_BYTES = 4

/** Gzip ends with the size of what is in it. It may lie: it only decides how much room is made at once. */
const pieceOf = (payload: Uint8Array): number => {
  const at = payload.byteOffset + payload.byteLength - SIZE_BYTES
  if (payload.byteLength < SIZE_BYTES) return PIECE_MIN_BYTES
  const size = new DataView(payload.buffer, at, SIZE_BYTES).getUint32(0, true)
  // One byte more, so that the end is seen without asking for more room.
  return Math.min(PIECE_MAX_BYTES, Math.max(PIECE_MIN_BYTES, size + 1))
}

const unpacked = (payload: Uint8Array): Uint8Array =>
  gunzipSync(payload, { maxOutputLength: UNPACKED_MAX_BYTES, chunkSize: pieceOf(payload) })

/** Null: a sign of life without messages. Throws what the decoder or gzip throws, or `Unfit`. */
export const batchOf = (decoder: Decoder, kind: FrameKind, bytes: Uint8Array): Batch | null => {
  if (bytes.byteLength > FRAME_MAX_BYTES) throw new Unfit('the frame is too large')
  let body = bytes
  let logId: string | null = null
  if (kind === 'push') {
    const frame = decoder.readPushFrame(bytes)
    if (frame.payloadType !== 'msg') return null
    logId = frame.logId
    body = frame.gzip ? unpacked(frame.payload) : frame.payload
  }
  const { messages, needAck, internalExt } = decoder.readFetchResult(body)
  if (messages.length > MESSAGES_MAX) throw new Unfit('the frame has too many messages')
  return { messages, ack: needAck && logId !== null ? { logId, internalExt } : null }
}
