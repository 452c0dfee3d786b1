// What the API answers, as far as more than one page reads it. The server's document, /openapi.json, is the truth.

export const ROOM_STATES = [
  'off',
  'watching',
  'connecting',
  'live.receiving',
  'live.paused',
  'live.reconnecting',
  'draining',
  'archiving.writing',
  'archiving.waiting',
  'cooldown',
  'quarantined',
] as const
export type RoomState = (typeof ROOM_STATES)[number]

export const EGRESS_STATES = [
  'idle',
  'starting',
  'connecting',
  'live',
  'reconnecting',
  'backoff',
  'failed',
  'stopping',
  'stopped',
] as const
export type EgressState = (typeof EGRESS_STATES)[number]
export type OutboundState = 'idle' | 'starting' | 'live' | 'degraded' | 'stopping'

export interface Me {
  readonly actor: string
  readonly scope: 'operator' | 'owner'
  readonly roomId: string | null
  readonly expiresAt: number | null
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export interface Counters {
  readonly frames: number
  readonly bytes: number
  readonly received: number
  readonly events: number
  readonly duplicates: number
  readonly poison: number
  readonly chats: number
  readonly gifts: number
  readonly giftValue: number
  readonly likes: number
  readonly joins: number
  readonly follows: number
  readonly shares: number
  readonly viewersPeak: number
  readonly viewersLast: number
  readonly lastSeq: number
}

export interface Look {
  readonly at: number
  readonly answer: 'live' | 'offline' | 'unknown'
  readonly broadcastId: string | null
  readonly paused: boolean
  readonly sources: readonly {
    readonly source: string
    readonly answer: string
    readonly status: number | null
    readonly error: string | null
  }[]
}

export interface Room {
  readonly id: string
  readonly handle: string
  readonly displayName: string | null
  readonly monitor: boolean
  readonly state: RoomState
  readonly since: number
  readonly session: {
    readonly id: string
    readonly broadcastId: string
    readonly openedAt: number
    readonly counters: Counters
    readonly eventsPerSecond: number
    readonly queuedFrames: number
  } | null
  readonly waiting: { readonly for: string; readonly untilAt: number | null } | null
  readonly attempt: number
  readonly lastLook: Look | null
  readonly lastError: string | null
  readonly lastErrorAt: number | null
  readonly lastSessionId: string | null
  readonly cooldownReason: string | null
  readonly habitualHoursUtc?: readonly number[]
  readonly allowed: readonly string[]
}

export interface Session {
  readonly id: string
  readonly roomId: string
  readonly handle: string
  readonly broadcastId: string
  readonly openedAt: number
  readonly lastAt: number
  readonly parkedAt: number | null
  readonly archivedAt: number | null
  readonly endReason: string | null
  readonly endedAt: number | null
  readonly durationMs: number | null
  readonly counters: Counters
  readonly mergedInto: string | null
  readonly mergeKind: 'fragment' | 'duplicate' | null
  readonly prunedAt: number | null
  readonly withFragments: {
    readonly fragments: readonly string[]
    readonly openedAt: number
    readonly endedAt: number
    readonly durationMs: number
    readonly counters: Counters
  } | null
}

export interface PlatformLive {
  readonly status: 'starting' | 'live' | 'error' | 'stopped'
  readonly state: EgressState
  readonly since: number
  readonly attempt: number
  readonly attempts_max: number
  readonly next_attempt_at: number | null
  readonly error_code: string | null
  readonly error: string | null
  readonly advice: string | null
  readonly egress_id: string | null
  readonly live_since: number | null
  readonly observed_at: number | null
  readonly observed_by: 'webhook' | 'poll' | 'answer' | null
  readonly platform_state: 'live' | 'not_live' | 'unknown' | null
  readonly platform_observed_at: number | null
  readonly platform_issues: readonly {
    readonly severity: 'info' | 'warning' | 'error'
    readonly code: string
    readonly text: string
  }[]
  readonly allowed: readonly string[]
}

export interface Live {
  readonly session_id: string | null
  readonly room: string
  readonly handle: string
  readonly livekit_room: string
  readonly state: OutboundState
  readonly since: number
  readonly platforms: Readonly<Record<string, PlatformLive>>
}

/** A fact as the stream sends it. */
export interface Fact {
  readonly seq: number
  readonly name: string
  readonly at: number
  readonly roomId: string | null
  readonly sessionId: string | null
  readonly body: Readonly<Record<string, unknown>>
}
