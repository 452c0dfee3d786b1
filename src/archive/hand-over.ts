// What the recorder and its ingest in the writer thread say to each other, and how frames are packed for the
// way: one buffer a post, transferred, so that the main thread copies each frame once and looks into none.

import type { ControlAction } from '../domain/event.ts'
import type { Counters } from '../domain/session.ts'

export type FrameKind = 'push' | 'fetch'

/** One frame as it waits for the way. `tap` is the connection's number in this process. */
export interface HandedFrame {
  readonly tap: number
  readonly kind: FrameKind
  /** Arrival, milliseconds UTC. */
  readonly at: number
  readonly bytes: Uint8Array
}

/** What the database knew of a session when it was taken over. */
export interface Restored {
  readonly counters: Counters
  readonly lastFrameSeq: number
  /** The ids of its newest messages, newest first, with spaces between; negative ones are ours. */
  readonly msgIds: string
  /** It has streaks that no frame has closed yet. */
  readonly openStreaks: boolean
}

/** Main thread to ingest. An `ArrayBuffer` is packed frames. */
export type ToIngest =
  | ArrayBuffer
  | {
      readonly type: 'session'
      readonly no: number
      readonly epoch: number
      readonly restored: Restored | null
    }
  /** We are about to take the session over, perhaps from ourselves: what it has in memory goes on under this epoch. */
  | { readonly type: 'own'; readonly no: number; readonly epoch: number }
  /** A connection into a session: `conn` is its number within it. */
  | { readonly type: 'tap'; readonly tap: number; readonly no: number; readonly conn: number }
  | { readonly type: 'untap'; readonly tap: number }
  | { readonly type: 'flush'; readonly id: number }
  | { readonly type: 'follow'; readonly no: number; readonly on: boolean }
  | { readonly type: 'archived'; readonly no: number }

/** Ingest to main thread, in order. */
export type FromIngest =
  | {
      readonly type: 'control'
      readonly tap: number
      readonly action: ControlAction
      readonly at: number
      readonly history: boolean
    }
  /** Everything handed over before `untap` has been decoded. */
  | { readonly type: 'untapped'; readonly tap: number }
  | DurableNews
  | { readonly type: 'counted'; readonly sessions: readonly (readonly [no: number, counters: Counters])[] }
  /** Another owner has the session, or its row is gone; its frames are dropped from here on. */
  | { readonly type: 'fenced'; readonly no: number }

/** One commit. Nothing in it can be lost any more. */
export interface DurableNews {
  readonly type: 'durable'
  readonly frames: number
  readonly bytes: number
  /** Frames that no session was there for. */
  readonly dropped: number
  readonly historyDuplicates: number
  readonly sessions: readonly (readonly [no: number, bytes: number])[]
  readonly acks: readonly (readonly [tap: number, logId: string, internalExt: string])[]
  readonly flushed: readonly number[]
  /** New events of followed sessions, one JSON object a line. */
  readonly events: readonly (readonly [no: number, lines: string])[]
}

// Head: the number of frames; then tap, kind, arrival and length of each; then their bytes, one after another.
const FIELDS = 4
const NUMBER_BYTES = 8

export const packFrames = (frames: readonly HandedFrame[]): ArrayBuffer => {
  const headLength = 1 + frames.length * FIELDS
  let size = headLength * NUMBER_BYTES
  for (const frame of frames) size += frame.bytes.byteLength
  const buffer = new ArrayBuffer(size)
  const head = new Float64Array(buffer, 0, headLength)
  const body = new Uint8Array(buffer)
  let field = 0
  let offset = headLength * NUMBER_BYTES
  head[field++] = frames.length
  for (const { tap, kind, at, bytes } of frames) {
    head[field++] = tap
    head[field++] = kind === 'push' ? 0 : 1
    head[field++] = at
    head[field++] = bytes.byteLength
    body.set(bytes, offset)
    offset += bytes.byteLength
  }
  return buffer
}

/** The frames in the order they were packed; their bytes are views into the buffer. */
export const unpackFrames = (buffer: ArrayBuffer): readonly HandedFrame[] => {
  const count = new Float64Array(buffer, 0, 1)[0] ?? 0
  const head = new Float64Array(buffer, NUMBER_BYTES, count * FIELDS)
  const frames: HandedFrame[] = []
  let offset = (1 + count * FIELDS) * NUMBER_BYTES
  for (let field = 0; field < head.length; field += FIELDS) {
    const length = head[field + 3] ?? 0
    frames.push({
      tap: head[field] ?? 0,
      kind: head[field + 1] === 0 ? 'push' : 'fetch',
      at: head[field + 2] ?? 0,
      bytes: new Uint8Array(buffer, offset, length),
    })
    offset += length
  }
  return frames
}
