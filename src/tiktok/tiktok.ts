// TikTok as the rooms see it: is a handle live, and one connection to a broadcast at a time.
// It does not own retries, budgets or sessions.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type * as Redacted from 'effect/Redacted'
import type { TikTokError } from '../domain/errors.ts'
import type { SessionSnapshot } from '../domain/session.ts'

export type Answer = 'live' | 'offline' | 'unknown'

export interface SourceAnswer {
  readonly source: 'html' | 'api' | 'room_info' | 'sign'
  readonly answer: Answer
  /** TikTok's status: 2 live, 3 paused, 4 ended; null when it could not be had. */
  readonly status: number | null
  readonly error: string | null
}

/** One look at a room. `offline` means that two sources said so when `confirm` was asked, else one. */
export interface Look {
  readonly at: number
  readonly answer: Answer
  readonly broadcastId: string | null
  readonly paused: boolean
  readonly sources: readonly SourceAnswer[]
  readonly snapshot: SessionSnapshot | null
}

export interface LinkListener {
  /**
   * Every frame in the order of arrival, before anything decodes it; `fetch` is the sign server's first batch.
   * Frames of another broadcast than was asked for are not handed on: they belong to no session of this one.
   */
  readonly onFrame: (kind: 'push' | 'fetch', bytes: Uint8Array, at: number) => void
  /** The socket is closed and no frame follows. */
  readonly onClose: (info: { readonly code: number; readonly reason: string }) => void
}

/** A connected socket. Each attempt has its own; nothing of it is used again. */
export interface Connection {
  /** The broadcast that the other side says this is. */
  readonly broadcastId: string
  readonly ack: (logId: string, internalExt: string) => void
  /** Back-pressure: stops and resumes reading from the socket. */
  readonly hold: (hold: boolean) => void
  /** When the last frame came: milliseconds of the Clock's monotonic time (`monotonicTimeNanos` / 1e6). */
  readonly lastFrameAt: () => number
  /** Closes politely, takes what is in flight, then terminates at the limit. `onClose` has been called when it is done. */
  readonly finish: (limitMs: number) => Effect.Effect<void>
}

export interface ConnectSpec {
  readonly handle: string
  readonly broadcastId: string
  /** The sign server's key to use, from the budget; null for none. */
  readonly signKey: Redacted.Redacted<string> | null
  /** Proxy for this room, or null for the server's own. */
  readonly proxyUrl: string | null
}

export class TikTok extends Context.Service<
  TikTok,
  {
    readonly look: (
      handle: string,
      options: {
        readonly confirm: boolean
        readonly proxyUrl: string | null
        /** The broadcast last known to be on air: asked about when the handle's own pages give no answer. */
        readonly broadcastId?: string | null
      },
    ) => Effect.Effect<Look>
    /** Interrupting it leaves no socket behind. `onFrame` may be called (fetch) before it succeeds. */
    readonly connect: (spec: ConnectSpec, listener: LinkListener) => Effect.Effect<Connection, TikTokError>
  }
>()('roomkeeper/tiktok/TikTok') {}
