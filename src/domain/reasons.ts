// The closed set of reasons a session can end with, and the triggers that bring them about.
// A reason is the same word in the machine, the column, the answer and the documents.

import * as Schema from 'effect/Schema'

/** Why a session ended. Stored in `sessions.end_reason`, `archive_attempts.trigger` and facts. */
export const EndReason = Schema.Literals([
  'stream_end',
  'stream_suspended',
  'heartbeat_offline',
  'room_offline',
  'disconnected',
  'manual_stop',
  'manual_end_session',
  'broadcast_changed',
  'monitor_disabled',
  'connect_failed',
  'actor_failed',
  'shutdown',
  'process_crash',
])
export type EndReason = typeof EndReason.Type
export const END_REASONS: readonly EndReason[] = EndReason.literals

/** One end trigger as the room heard it. The first that a session hears is its reason. */
export interface EndTrigger {
  readonly reason: EndReason
  /** Milliseconds UTC at which it was heard. */
  readonly at: number
  /** A short sentence for a person, free of secrets, or null. */
  readonly detail: string | null
}

/** Why a stretch of a session was not received. Stored in `session_gaps.cause`. */
export const GapCause = Schema.Literals([
  'disconnected',
  'connect_refused',
  'zombie',
  'shutdown',
  'process_crash',
  'actor_failed',
  'writer_stalled',
])
export type GapCause = typeof GapCause.Type
