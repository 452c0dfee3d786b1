// What the archive must be told about TikTok's bytes. The archive knows no protobuf: `src/writer.ts` gives it
// the reader that `src/tiktok` has. Every function may throw on bytes it cannot read; nothing is copied.

import type { DecodedMessage } from '../domain/event.ts'

/** One message of a batch, before its payload is read. */
export interface Enveloped {
  readonly method: string
  /** Decimal text, or null where the message has none. */
  readonly msgId: string | null
  readonly isHistory: boolean
  /** A view into the batch. */
  readonly payload: Uint8Array
}

export interface Decoder {
  /** The WebSocket's frame. Only frames of type `msg` carry messages. */
  readonly readPushFrame: (bytes: Uint8Array) => {
    readonly logId: string | null
    readonly payloadType: string
    readonly payload: Uint8Array
    readonly gzip: boolean
  }
  /** The batch inside it, unpacked; also what the sign server answers. */
  readonly readFetchResult: (bytes: Uint8Array) => {
    readonly internalExt: string
    readonly needAck: boolean
    readonly messages: readonly Enveloped[]
  }
  readonly decodeMessage: (
    method: string,
    payload: Uint8Array,
    msgId: string | null,
    isHistory: boolean,
  ) => DecodedMessage
}
