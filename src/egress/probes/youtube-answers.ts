// What YouTube's live API answers, read narrowly: an item that looks otherwise is passed over. `liveStreams` says
// what arrives on a key, `liveBroadcasts` whether anybody can see it.

import * as Schema from 'effect/Schema'
import type { Answer } from './requests.ts'
import { troubleOf } from './requests.ts'
import { type ProbeError, probeError, type ProbeFailure } from './probe.ts'

const Text = Schema.optionalKey(Schema.String)

const ConfigurationIssue = Schema.Struct({
  type: Schema.String,
  severity: Text,
  reason: Text,
  description: Text,
})
export type ConfigurationIssue = typeof ConfigurationIssue.Type

const Stream = Schema.Struct({
  id: Schema.String,
  cdn: Schema.optionalKey(
    Schema.Struct({
      ingestionInfo: Schema.optionalKey(Schema.Struct({ streamName: Text })),
    }),
  ),
  status: Schema.Struct({
    streamStatus: Schema.String,
    healthStatus: Schema.optionalKey(
      Schema.Struct({
        status: Text,
        configurationIssues: Schema.optionalKey(Schema.Array(Schema.Unknown)),
      }),
    ),
  }),
})
/** `cdn.ingestionInfo.streamName` is the stream key. */
export type YouTubeStream = typeof Stream.Type

const Broadcast = Schema.Struct({
  id: Schema.String,
  status: Schema.Struct({ lifeCycleStatus: Schema.String }),
  contentDetails: Schema.Struct({ boundStreamId: Text }),
})
export type YouTubeBroadcast = typeof Broadcast.Type

const List = Schema.Struct({ items: Schema.Array(Schema.Unknown), nextPageToken: Text })

export const isConfigurationIssue = Schema.is(ConfigurationIssue)
const isStream = Schema.is(Stream)
const isBroadcast = Schema.is(Broadcast)
const isList = Schema.is(List)

export interface Page<A> {
  readonly items: readonly A[]
  readonly next: string | null
}

const pageOf =
  <A>(is: (item: unknown) => item is A) =>
  (body: unknown): Page<A> | null =>
    isList(body) ? { items: body.items.filter(is), next: body.nextPageToken ?? null } : null

/** Null when the answer is no list. */
export const streamsIn = pageOf<YouTubeStream>(isStream)
export const broadcastsIn = pageOf<YouTubeBroadcast>(isBroadcast)

const Refusal = Schema.Struct({
  error: Schema.Struct({ errors: Schema.Array(Schema.Struct({ reason: Schema.String })) }),
})
const isRefusal = Schema.is(Refusal)

const REASONS: Readonly<Record<string, ProbeFailure>> = {
  quotaExceeded: 'platform_quota_exceeded',
  dailyLimitExceeded: 'platform_quota_exceeded',
  rateLimitExceeded: 'platform_rate_limited',
  userRateLimitExceeded: 'platform_rate_limited',
  userRequestsExceedRateLimit: 'platform_rate_limited',
  liveStreamingNotEnabled: 'platform_not_enabled',
  authError: 'platform_credentials_refused',
}

/** Why there is no list in this answer: YouTube says it by a reason, and much of it with the status 403. */
export const refusalOf = (answer: Answer): ProbeError | null => {
  if (answer.status === 200) return null
  const reason = isRefusal(answer.body) ? (answer.body.error.errors[0]?.reason ?? '') : ''
  const code = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined
  return code === undefined ? troubleOf(answer) : probeError(code, answer.retryAfterMs)
}
