// The words of the room machine: what it hears, what it remembers, what it asks others to do.
// It owns no rule; those are in `room-rules.ts` and `room.machine.ts`.

import type { Result } from 'effect/Result'
import type { PromiseActorLogic } from 'xstate'
import type { Counters, OpenSession } from '../domain/session.ts'
import type { EndReason, EndTrigger, GapCause } from '../domain/reasons.ts'

/** Durations in milliseconds, all from the settings but the archive's retries. */
export interface RoomTimes {
  readonly resumeWindowMs: number
  readonly drainTimeoutMs: number
  readonly cooldownMs: number
  readonly manualCooldownMs: number
  readonly archiveRetryBaseMs: number
  readonly archiveRetryCapMs: number
}

/** A rest that is ahead or being taken: what is left of it, and the end it follows. */
export interface Cooldown {
  readonly ms: number
  readonly reason: string
}

/** What a room's actor is born with: the facts on disk, never a snapshot of a machine. */
export interface RoomInput {
  readonly roomId: string
  readonly monitor: boolean
  readonly quarantined: boolean
  readonly cooldown: Cooldown | null
  /** An open session to take over, with the reason it gets when it cannot be resumed. */
  readonly adopt: {
    readonly session: OpenSession
    /** Triggers that its former actor had noted. */
    readonly secondary: readonly EndTrigger[]
    readonly fallback: EndReason
    /** What is left of the resume window; 0 when it is over. */
    readonly windowMs: number
  } | null
  readonly times: RoomTimes
}

export interface RoomContext extends Omit<RoomInput, 'adopt'> {
  /** The next look is wanted at once. */
  readonly urgent: boolean
  readonly session: OpenSession | null
  readonly broadcastId: string | null
  /** The reason an adopted session ends with while it has not been resumed yet. */
  readonly fallback: EndReason | null
  readonly windowMs: number
  /** Milliseconds UTC at which the broadcast was last heard, as the link said. */
  readonly heardAt: number
  readonly connected: boolean
  readonly everConnected: boolean
  readonly paused: boolean
  readonly end: EndTrigger | null
  readonly secondary: readonly EndTrigger[]
  /** A manual stop was heard, first or later: the long rest follows. */
  readonly stopped: boolean
  readonly attempt: number
  readonly archiveAttempt: number
  readonly lastError: string | null
  readonly lastSessionNo: number | null
  readonly counters: Counters | null
}

interface Heard {
  /** Milliseconds UTC. */
  readonly at: number
  readonly detail: string | null
}

/** What can end a session. The first that an open session hears is its reason, the others are noted. */
export type EndEvent =
  | ({ readonly type: 'room.stop' } & Heard)
  | ({ readonly type: 'room.end_session' } & Heard)
  | ({ readonly type: 'room.disable' } & Heard)
  | ({ readonly type: 'stream.ended' } & Heard)
  | ({ readonly type: 'stream.suspended' } & Heard)
  | ({ readonly type: 'link.offline' } & Heard)
  | ({ readonly type: 'link.given_up' } & Heard)
  | ({ readonly type: 'link.broadcast_changed' } & Heard)

export type RoomEvent =
  | EndEvent
  // commands, each already on disk
  | { readonly type: 'room.start' }
  | { readonly type: 'room.enable'; readonly cooldown: Cooldown | null }
  | { readonly type: 'room.release'; readonly cooldown: Cooldown | null }
  | { readonly type: 'room.retry_archive' }
  | { readonly type: 'settings.changed'; readonly times: RoomTimes }
  // what the link says
  | { readonly type: 'link.attempting'; readonly attempt: number }
  | { readonly type: 'link.opened'; readonly session: OpenSession }
  | { readonly type: 'link.connected' }
  | { readonly type: 'link.refused'; readonly at: number; readonly detail: string }
  | { readonly type: 'link.lost'; readonly at: number; readonly cause: GapCause; readonly detail: string }
  // what the recording heard
  | { readonly type: 'stream.paused' }
  | { readonly type: 'stream.unpaused' }
  | { readonly type: 'session.counted'; readonly counters: Counters }

/** The watcher is done when a look found the room live. */
export interface FoundLive {
  readonly broadcastId: string
  readonly paused: boolean
}

export interface ArchiveInput {
  readonly roomId: string
  readonly session: OpenSession
  readonly end: EndTrigger
  readonly secondary: readonly EndTrigger[]
  readonly attempt: number
}

/** An archive that is written down: how many of the secondary triggers its transaction noted. */
export interface ArchiveDone {
  readonly noted: number
}

/** An archive attempt that did not succeed, in a short sentence. */
export interface ArchiveFailed {
  readonly message: string
}

type Port<A, E, I> = PromiseActorLogic<Result<A, E>, I>

/** Looks now and then until the room is live. */
export type WatchPort = Port<FoundLive, never, { readonly roomId: string; readonly urgent: boolean }>

/** Keeps one broadcast connected until it is stopped; speaks `link.*` and `stream.*`. Never done. */
export type LinkPort = Port<
  never,
  never,
  {
    readonly roomId: string
    readonly broadcastId: string
    readonly session: OpenSession | null
    /** The session was taken over and has not been resumed; the reason is also its gap's cause. */
    readonly adopted: EndReason | null
  }
>

/** Persists the intent to end, closes the socket, takes its tail, flushes. Never fails. */
export type DrainPort = Port<
  void,
  never,
  { readonly roomId: string; readonly session: OpenSession; readonly end: EndTrigger }
>

/** One archive transaction. */
export type ArchivePort = Port<ArchiveDone, ArchiveFailed, ArchiveInput>
