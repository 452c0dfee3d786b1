// The hand-over from a connection to the archive: frames go in as they came, in order, and are durable
// soon after. It does not decide when a session begins or ends; the room's machine does.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { EndTrigger, GapCause } from '../domain/reasons.ts'
import type { Counters, OpenSession, SessionSnapshot } from '../domain/session.ts'
import type { ControlAction } from '../domain/event.ts'

/** What a recording says back. Called on the main thread, in the order of the frames. */
export interface RecordingListener {
  /** A control message was decoded. Everything that arrived before it has been decoded too. */
  readonly onControl: (action: ControlAction, at: number) => void
  /** TikTok wants this frame acknowledged; called once the frame is durable. */
  readonly onAck: (logId: string, internalExt: string) => void
  /** About once a second while something arrives. */
  readonly onCounted: (counters: Counters) => void
  /** The queue is full (true) or has room again (false): hold the socket back, drop nothing. */
  readonly onPressure: (hold: boolean) => void
  /** Another owner took the room: nothing of this recording is written any more. */
  readonly onFenced: () => void
}

/** One connection's way into one session, bound to both at birth. Frames of a closed tap are late, never lost to another session. */
export interface Tap {
  /** `push`: a WebSocket frame; `fetch`: the sign server's answer. The bytes are not copied by the caller and not changed after. */
  readonly frame: (kind: 'push' | 'fetch', bytes: Uint8Array, at: number) => void
  readonly close: () => void
}

/** `start` is TikTok's own view of the room when it was opened, where it could be had. */
export interface Opening extends OpenSession {
  readonly handle: string
  readonly start?: SessionSnapshot | null
}

export interface ArchiveSpec {
  readonly session: OpenSession
  readonly end: EndTrigger
  readonly secondary: readonly EndTrigger[]
  /** TikTok's own view of the room, where it could be had; what the row has of the start stays. */
  readonly snapshot: { readonly start: SessionSnapshot | null; readonly end: SessionSnapshot | null }
  readonly startedAt: number
  /** Attempts before this one that failed and could not be written down. */
  readonly failedAttempts: readonly {
    readonly startedAt: number
    readonly finishedAt: number
    readonly errorClass: string
  }[]
}

export interface Archived {
  /** `noop`: it had been archived before; the first reason stays. */
  readonly outcome: 'done' | 'noop'
  readonly counters: Counters
}

export class Recorder extends Context.Service<
  Recorder,
  {
    /** The number of the next session; a number not used leaves a hole and nothing else. */
    readonly reserve: Effect.Effect<number, DbError>
    /** Opens the session: its row is in the same queue before every frame of it. */
    readonly open: (session: Opening) => Effect.Effect<void, DbError>
    /** Takes over a session that is open in the database (after a restart): loads counters, streaks and known message ids. */
    readonly adopt: (session: OpenSession) => Effect.Effect<void, DbError>
    readonly tap: (session: OpenSession, listener: RecordingListener) => Tap
    /** Everything handed over for this session before the call is durable. */
    readonly flush: (sessionNo: number) => Effect.Effect<void, DbError>
    readonly openGap: (
      sessionNo: number,
      cause: GapCause,
      at: number,
      detail: string | null,
    ) => Effect.Effect<void, DbError>
    readonly closeGap: (sessionNo: number, at: number) => Effect.Effect<void, DbError>
    /** A look found the broadcast paused, or not; what its own messages say is heard without it. Written soon. */
    readonly notePause: (sessionNo: number, isPaused: boolean, at: number) => void
    /** The accepted end trigger, written before anything acts on it. */
    readonly intendEnd: (sessionNo: number, end: EndTrigger) => Effect.Effect<void, DbError>
    /** We leave; the session stays open for the next boot. */
    readonly park: (sessionNo: number, at: number) => Effect.Effect<void, DbError>
    readonly archive: (spec: ArchiveSpec) => Effect.Effect<Archived, DbError>
    /** Extra triggers that came after the archive's transaction had begun. */
    readonly noteSecondary: (
      session: OpenSession,
      triggers: readonly EndTrigger[],
    ) => Effect.Effect<void, DbError>
    /** Counters of an open session, from memory. */
    readonly counters: (sessionNo: number) => Counters | null
    /** Committed events of one open session as JSON texts, for its live stream. Returns how to stop. */
    readonly follow: (sessionNo: number, listener: (events: readonly string[]) => void) => () => void
  }
>()('roomkeeper/archive/Recorder') {}
