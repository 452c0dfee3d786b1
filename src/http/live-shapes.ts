// What is sent out, as the API writes it: snake_case, times in milliseconds UTC, an object of destinations by
// platform. It says what `actors/live.ts` gives, with the sentences of the one table of failures.

import * as Schema from 'effect/Schema'
import type { DestinationStatus, LiveStatus } from '../actors/live.ts'
import { EGRESS_FAILURE_CODES, EGRESS_FAILURES } from '../domain/egress-failures.ts'
import { EgressState, EgressStatus, OutboundState } from '../domain/egress.ts'

const At = Schema.NullOr(Schema.Int)
const Sentence = Schema.NullOr(Schema.String)

const Issue = Schema.Struct({
  severity: Schema.Literals(['info', 'warning', 'error']),
  code: Schema.String,
  text: Schema.String,
})

const PlatformShape = Schema.Struct({
  status: EgressStatus,
  state: EgressState,
  since: Schema.Int,
  attempt: Schema.Int.annotate({ description: 'counted anew after a minute on air; 0 before the first' }),
  attempts_max: Schema.Int,
  next_attempt_at: At,
  error_code: Schema.NullOr(Schema.Literals(EGRESS_FAILURE_CODES)),
  error: Sentence.annotate({ description: 'what is wrong, for a person' }),
  advice: Sentence.annotate({ description: 'what a person can do' }),
  egress_id: Schema.NullOr(Schema.String).annotate({ description: "LiveKit's id of what runs" }),
  live_since: At,
  observed_at: At.annotate({ description: 'when LiveKit’s state was last heard' }),
  observed_by: Schema.NullOr(Schema.Literals(['webhook', 'poll', 'answer'])),
  platform_state: Schema.NullOr(Schema.Literals(['live', 'not_live', 'unknown'])).annotate({
    description: 'what the platform says of itself; null: it is not asked',
  }),
  platform_observed_at: At,
  platform_issues: Schema.Array(Issue),
  allowed: Schema.Array(Schema.String).annotate({ description: 'commands that would be accepted now' }),
})

export const LiveShape = Schema.Struct({
  session_id: Schema.NullOr(Schema.String).annotate({
    description: 'the run of sending out; null when there was none since the server started',
  }),
  room: Schema.String.annotate({ description: "the room's id" }),
  handle: Schema.String,
  livekit_room: Schema.String,
  state: OutboundState,
  since: Schema.Int,
  platforms: Schema.Record(Schema.String, PlatformShape),
}).annotate({ identifier: 'Live' })

export const LiveList = Schema.Struct({ items: Schema.Array(LiveShape) })

const platformView = (one: DestinationStatus): typeof PlatformShape.Type => {
  const failure = one.errorCode === null ? null : EGRESS_FAILURES[one.errorCode]
  return {
    status: one.status,
    state: one.state,
    since: one.since,
    attempt: one.attempt,
    attempts_max: one.attemptsMax,
    next_attempt_at: one.nextAttemptAt,
    error_code: one.errorCode,
    error: failure?.sentence ?? null,
    advice: failure?.advice ?? null,
    egress_id: one.egressId,
    live_since: one.liveSince,
    observed_at: one.observedAt,
    observed_by: one.observedBy,
    platform_state: one.platformView?.state ?? null,
    platform_observed_at: one.platformView?.observedAt ?? null,
    platform_issues: one.platformView?.issues ?? [],
    allowed: one.allowed,
  }
}

export const liveView = (status: LiveStatus, handle: string): typeof LiveShape.Type => ({
  session_id: status.sessionId,
  room: status.roomId,
  handle,
  livekit_room: status.livekitRoom,
  state: status.state,
  since: status.since,
  platforms: Object.fromEntries(status.destinations.map((one) => [one.platform, platformView(one)])),
})
