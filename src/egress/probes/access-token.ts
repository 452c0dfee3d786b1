// The access token of one set of credentials: fetched when it is first needed, kept until shortly before it
// expires, fetched anew when the platform refuses it. One request at a time, however many ask.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import * as Schema from 'effect/Schema'
import * as Semaphore from 'effect/Semaphore'
import type { Scrubber } from '../scrub.ts'
import { monotonicOf } from './monotonic.ts'
import { probeError, type ProbeError } from './probe.ts'
import { type Answer, ask, type Asked, type ProbeLimits, troubleOf } from './requests.ts'

/** It is fetched anew when it has this long to live, or a tenth of its life when that is less. */
const EARLY_MS = 60_000
const LIFE_MAX_S = 90 * 86_400

const Granted = Schema.Struct({
  access_token: Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,4096}$/)),
  expires_in: Schema.Number.check(Schema.isGreaterThan(0)),
})
const isGranted = Schema.is(Granted)

export type Token = Redacted.Redacted<string>

export interface AccessToken {
  /** Asks with a token; once more with a new one when it is refused. */
  readonly ask: (request: (token: Token) => Asked, limits: ProbeLimits) => Effect.Effect<Answer, ProbeError>
}

interface Kept {
  readonly token: Token
  readonly untilMs: number
}

/** Refused here means that the credentials are wrong, revoked or expired; the platforms say it with 400 to 403. */
const grantOf = (answer: Answer): Effect.Effect<typeof Granted.Type, ProbeError> => {
  const { status, body, retryAfterMs } = answer
  if (status >= 400 && status < 404) {
    return Effect.fail(probeError('platform_credentials_refused', retryAfterMs))
  }
  const trouble = troubleOf(answer)
  if (trouble !== null) return Effect.fail(trouble)
  return isGranted(body) ? Effect.succeed(body) : Effect.fail(probeError('platform_bad_answer'))
}

/** `request` is made for every token: what it is fetched with. */
export const makeAccessToken = (request: () => Asked, scrubber: Pick<Scrubber, 'learn'>): AccessToken => {
  const turn = Semaphore.makeUnsafe(1)
  let kept: Kept | null = null

  const fetched = (limits: ProbeLimits) =>
    Clock.clockWith((clock) =>
      Effect.gen(function* () {
        const granted = yield* Effect.flatMap(
          Effect.suspend(() => ask(request(), limits)),
          grantOf,
        )
        const token = Redacted.make(granted.access_token, { label: 'access token' })
        scrubber.learn(token)
        const lifeMs = Math.min(granted.expires_in, LIFE_MAX_S) * 1_000
        const untilMs = monotonicOf(clock) + lifeMs - Math.min(EARLY_MS, lifeMs / 10)
        kept = { token, untilMs }
        return token
      }),
    )

  const current = (limits: ProbeLimits): Effect.Effect<Token, ProbeError> =>
    turn.withPermit(
      Clock.clockWith((clock) =>
        kept !== null && monotonicOf(clock) < kept.untilMs ? Effect.succeed(kept.token) : fetched(limits),
      ),
    )

  return {
    ask: (make, limits) =>
      Effect.gen(function* () {
        const token = yield* current(limits)
        const answer = yield* ask(make(token), limits)
        if (answer.status !== 401) return answer
        // Somebody else may have fetched another one in the meantime.
        if (kept?.token === token) kept = null
        return yield* ask(make(yield* current(limits)), limits)
      }),
  }
}
