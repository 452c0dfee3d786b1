// The bytes of one message, out of the frame it came in: for a look at what was not decoded, or not yet.

import { batchOf } from './ingest/batch-of.ts'
import type { Decoder } from './decoder.ts'
import type { FrameKind } from './hand-over.ts'

/** A row of `frames`. */
export interface StoredFrame {
  readonly kind: FrameKind
  readonly payload: Uint8Array
}

/** Null when the frame has no such message. `idx` is the event's; the bytes are a view. */
export const payloadOf = (decoder: Decoder, frame: StoredFrame, idx: number): Uint8Array | null =>
  batchOf(decoder, frame.kind, frame.payload)?.messages[idx]?.payload ?? null
