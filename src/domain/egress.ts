// Keeping a destination on air: its states as the outside sees them, LiveKit's view of one egress, and what a
// platform says of itself.

import * as Schema from 'effect/Schema'

/** The egress machine's states as they are stored, answered and shown. */
export const EgressState = Schema.Literals([
  'idle',
  'starting',
  'connecting',
  'live',
  'reconnecting',
  'backoff',
  'failed',
  'stopping',
  'stopped',
])
export type EgressState = typeof EgressState.Type
export const EGRESS_STATES: readonly EgressState[] = EgressState.literals

/** The outbound machine's states: derived from the room's destinations. */
export const OutboundState = Schema.Literals(['idle', 'starting', 'live', 'degraded', 'stopping'])
export type OutboundState = typeof OutboundState.Type

/** The coarse word of the API. */
export const EgressStatus = Schema.Literals(['starting', 'live', 'error', 'stopped'])
export type EgressStatus = typeof EgressStatus.Type

/** LiveKit's own word, in lower case; `unknown` is one that this program has never heard of. */
export type LiveKitStatus =
  | 'starting'
  | 'active'
  | 'ending'
  | 'complete'
  | 'failed'
  | 'aborted'
  | 'limit_reached'
  | 'unknown'

export const isTerminal = (status: LiveKitStatus): boolean =>
  status === 'complete' || status === 'failed' || status === 'aborted' || status === 'limit_reached'

/** One stream of an egress as LiveKit reports it. Texts are scrubbed of keys and addresses. */
export interface StreamView {
  /** As LiveKit shortens it; compared in memory, never stored or shown. */
  readonly redactedUrl: string
  readonly status: 'active' | 'finished' | 'failed'
  /** Milliseconds UTC; null while it is still connecting. */
  readonly startedAt: number | null
  readonly lastRetryAt: number | null
  readonly retries: number
  readonly error: string | null
}

/** LiveKit's view of one egress at one moment. */
export interface EgressView {
  readonly egressId: string
  readonly roomName: string
  readonly status: LiveKitStatus
  /** Nanoseconds UTC: of two views the later one is true, and a terminal one is never left. */
  readonly updatedAtNs: bigint
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** Like HTTP: 400, 403, 412, 500, 503; 0 when there is none. */
  readonly errorCode: number
  /** Scrubbed. */
  readonly error: string | null
  /** LiveKit's "End reason: …", scrubbed. */
  readonly details: string | null
  readonly streams: readonly StreamView[]
}

/** What a platform says of itself, a second axis beside the egress: never a reason to start or stop. */
export interface PlatformView {
  readonly state: 'live' | 'not_live' | 'unknown'
  /** Milliseconds UTC. */
  readonly observedAt: number
  /** Short codes with a sentence each. */
  readonly issues: readonly {
    readonly severity: 'info' | 'warning' | 'error'
    readonly code: string
    readonly text: string
  }[]
}
