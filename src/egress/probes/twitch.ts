// Asks Twitch whether one channel is live. Twitch lists who is live and says nothing of a stream's health, and it
// lists a stream some ten seconds to minutes after it began.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import * as Schema from 'effect/Schema'
import * as Semaphore from 'effect/Semaphore'
import type { TwitchProbeConfig } from '../../config.ts'
import type { PlatformView } from '../../domain/egress.ts'
import type { Scrubber } from '../scrub.ts'
import { makeAccessToken } from './access-token.ts'
import { monotonicMs } from './monotonic.ts'
import { type Issue, type PlatformProbe, probeError } from './probe.ts'
import { PROBE_LIMITS, type ProbeLimits, troubleOf } from './requests.ts'
import { makeRest } from './rest.ts'

const NOT_LISTED: Issue = {
  severity: 'info',
  code: 'not_listed',
  text: 'Twitch does not list the channel as live; after a start that takes up to a few minutes.',
}
const OTHER_CHANNEL: Issue = {
  severity: 'info',
  code: 'other_channel',
  text: 'The key is of another channel than the one that Twitch is asked about.',
}

const Streams = Schema.Struct({
  data: Schema.Array(Schema.Struct({ user_id: Schema.String, type: Schema.String })),
})
const isStreams = Schema.is(Streams)

/** Pure: what a list of live streams means for a channel. A type that is not `live` is Twitch's way to say error. */
export const twitchView = (body: unknown, userId: string, observedAt: number): PlatformView | null => {
  if (!isStreams(body)) return null
  const stream = body.data.find(({ user_id: id }) => id === userId)
  if (stream === undefined) return { state: 'not_live', observedAt, issues: [NOT_LISTED] }
  return { state: stream.type === 'live' ? 'live' : 'unknown', observedAt, issues: [] }
}

/** Keys of Twitch begin with whose they are. */
const ownerOf = (key: Redacted.Redacted<string> | null): string | null =>
  key === null ? null : (/^live_(\d{1,20})_/.exec(Redacted.value(key))?.[1] ?? null)

export const twitchProbe = (
  config: TwitchProbeConfig,
  scrubber: Scrubber,
  limits: ProbeLimits = PROBE_LIMITS,
): PlatformProbe['Service']['probe'] => {
  scrubber.learn(config.clientSecret)
  const { clientId, userId } = config
  const access = makeAccessToken(
    () => ({
      url: new URL('/oauth2/token', config.tokenOrigin),
      form: {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: Redacted.value(config.clientSecret),
      },
    }),
    scrubber,
  )
  const rested = makeRest()
  const turn = Semaphore.makeUnsafe(1)
  const url = new URL('/helix/streams', config.apiOrigin)
  url.searchParams.set('user_id', userId)
  let last: { readonly ms: number; readonly view: PlatformView } | null = null

  const look = Effect.fnUntraced(function* (maxAgeMs: number) {
    const ms = yield* monotonicMs
    if (last !== null && ms - last.ms < maxAgeMs) return last.view
    const at = yield* Clock.currentTimeMillis
    const answer = yield* access.ask(
      (token) => ({
        url,
        headers: { authorization: `Bearer ${Redacted.value(token)}`, 'client-id': clientId },
      }),
      limits,
    )
    const trouble = troubleOf(answer)
    if (trouble !== null) return yield* trouble
    const view = twitchView(answer.body, userId, at)
    if (view === null) return yield* probeError('platform_bad_answer')
    last = { ms, view }
    return view
  })

  return ({ key }, maxAgeMs) => {
    const owner = ownerOf(key)
    if (owner === null || owner === userId) return rested(turn.withPermit(look(maxAgeMs)))
    return Effect.map(Clock.currentTimeMillis, (observedAt): PlatformView => ({
      state: 'unknown',
      observedAt,
      issues: [OTHER_CHANNEL],
    }))
  }
}
