// Twitch asked over HTTP: who is live, with an app access token that is kept, and what can go wrong on the way.

import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import * as TestClock from 'effect/testing/TestClock'
import { twitchProbe, twitchView } from '../../../src/egress/probes/twitch.ts'
import { startTwitch, type TwitchStandIn } from '../../_support/platforms/twitch.ts'
import {
  asked,
  destination,
  expectNoLeak,
  IMPATIENT,
  isSilent,
  LIMITS,
  type Probe,
  scrubber,
  words,
} from './kit.ts'

const STREAMS = '/helix/streams'
const TOKEN = '/oauth2/token'
const KEY = 'live_141981764_GHJqwertyuiop789zxcvbnm'
const HOUR = 3_600_000

let twitch: TwitchStandIn
beforeAll(async () => {
  twitch = await startTwitch()
})
afterAll(() => twitch.close())
afterEach(() => {
  twitch.mend()
  twitch.live.clear()
  twitch.questions.splice(0)
  twitch.fired.splice(0)
  twitch.expiresInS = 5_011_271
})

const prober = (clientSecret?: string, limits = LIMITS): Probe => {
  const { credentials, origin } = twitch
  return twitchProbe(
    {
      apiOrigin: origin,
      tokenOrigin: origin,
      clientId: credentials.clientId,
      clientSecret: Redacted.make(clientSecret ?? credentials.clientSecret),
      userId: credentials.userId,
    },
    scrubber,
    limits,
  )
}
const here = destination('twitch', KEY)

describe('a list of who is live on Twitch', () => {
  const row = (user_id: unknown, type: unknown) => ({ id: '1', user_id, type, viewer_count: 3 })
  it.each([
    [{ data: [row('7', 'live')] }, 'live'],
    [{ data: [row('8', 'live'), row('7', 'live')] }, 'live'],
    [{ data: [row('7', '')] }, 'unknown'],
    [{ data: [row('8', 'live')] }, 'not_live'],
    [{ data: [] }, 'not_live'],
    [{ data: [row(7, 'live')] }, undefined],
    [{ data: {} }, undefined],
    ['text', undefined],
    [undefined, undefined],
  ])('%j means %s', (body, state) => {
    expect(twitchView(body, '7', 5)?.state).toBe(state)
  })
})

describe('a channel on Twitch', () => {
  it.effect('is live when Twitch lists it, and says that this takes a while', () =>
    Effect.gen(function* () {
      const probe = prober()
      expect(yield* words(probe(here, 0))).toBe('not_live not_listed')
      twitch.live.set(twitch.credentials.userId, 'live')
      expect(yield* words(probe(here, 0))).toBe('live')
      twitch.live.set(twitch.credentials.userId, '')
      expect(yield* words(probe(here, 0))).toBe('unknown')
      const [question] = twitch.at(STREAMS)
      expect(question?.query).toEqual({ user_id: twitch.credentials.userId })
      expect(question?.headers['client-id']).toBe(twitch.credentials.clientId)
    }),
  )

  it.effect('is not the one that a key of somebody else is for', () =>
    Effect.gen(function* () {
      twitch.live.set(twitch.credentials.userId, 'live')
      const probe = prober()
      expect(yield* words(probe(destination('twitch', 'live_999_abcdef'), 0))).toBe('unknown other_channel')
      expect(twitch.questions).toEqual([])
      for (const key of [KEY, 'a-key-that-does-not-say-whose-it-is', null]) {
        expect(yield* words(probe(destination('twitch', key), 0))).toBe('live')
      }
    }),
  )

  it.effect('is asked about once for all destinations, and again when the answer is too old', () =>
    Effect.gen(function* () {
      const probe = prober()
      const all = Effect.forEach(Array.from({ length: 20 }), () => words(probe(here, 4_500)), {
        concurrency: 'unbounded',
      })
      yield* all
      expect(twitch.at(STREAMS).length).toBe(1)
      yield* TestClock.adjust(4_499)
      yield* all
      expect(twitch.at(STREAMS).length).toBe(1)
      yield* TestClock.adjust(1)
      yield* all
      expect(twitch.at(STREAMS).length).toBe(2)
    }),
  )
})

describe('the app access token of Twitch', () => {
  it.effect('is kept for as long as it lives, at most ninety days', () =>
    Effect.gen(function* () {
      twitch.expiresInS = 100
      const probe = prober()
      yield* words(probe(here, 0))
      yield* TestClock.adjust(89_999)
      yield* words(probe(here, 0))
      expect(twitch.at(TOKEN).length).toBe(1)
      twitch.expiresInS = 1e15
      yield* TestClock.adjust(1)
      yield* words(probe(here, 0))
      expect(twitch.at(TOKEN).length).toBe(2)
      yield* TestClock.adjust(90 * 24 * HOUR)
      yield* words(probe(here, 0))
      expect(twitch.at(TOKEN).length).toBe(3)
    }),
  )

  it.effect('that was revoked is replaced at once', () =>
    Effect.gen(function* () {
      const probe = prober()
      yield* words(probe(here, 0))
      twitch.revoke()
      expect(yield* words(probe(here, 0))).toBe('not_live not_listed')
      expect(twitch.at(TOKEN).length).toBe(2)
    }),
  )

  it.effect('cannot be had with a wrong secret, and ten minutes pass before another try', () =>
    Effect.gen(function* () {
      const probe = prober('wrong')
      expect(yield* words(probe(here, 0))).toBe('platform_credentials_refused')
      yield* TestClock.adjust(599_999)
      expect(yield* words(probe(here, 0))).toBe('platform_credentials_refused')
      expect(twitch.questions.length).toBe(1)
    }),
  )

  it.effect.each([
    [{ access_token: 'a b', expires_in: 10 }],
    [{ access_token: '', expires_in: 10 }],
    [{ access_token: 'x\r\ny: z', expires_in: 10 }],
    [{ access_token: 'fine', expires_in: 0 }],
    [{ access_token: 'fine' }],
    [{}],
  ])('that is none is not used: %j', ([body]) =>
    Effect.gen(function* () {
      twitch.spoil(TOKEN, { kind: 'answer', reply: { status: 200, body } })
      expect(yield* words(prober()(here, 0))).toBe('platform_bad_answer')
      expect(twitch.at(STREAMS)).toEqual([])
      expect(twitch.fired.length).toBe(1)
    }),
  )
})

describe('Twitch that does not say', () => {
  it.effect.each([
    ['hangs', { kind: 'hang' }, 'platform_timeout'],
    ['hangs up', { kind: 'reset' }, 'platform_unreachable'],
    ['cuts its JSON', { kind: 'cut' }, 'platform_bad_answer'],
    ['answers with a page', { kind: 'html' }, 'platform_bad_answer'],
    ['answers without end', { kind: 'flood' }, 'platform_bad_answer'],
    ['sends elsewhere', { kind: 'away' }, 'platform_unreachable'],
    ['answers 500', { kind: 'answer', reply: { status: 500, body: {} } }, 'platform_error'],
    ['answers 429', { kind: 'answer', reply: { status: 429, body: {} } }, 'platform_rate_limited'],
  ] as const)('%s', ([, fault, code]) =>
    Effect.gen(function* () {
      twitch.live.set(twitch.credentials.userId, 'live')
      for (const path of [STREAMS, TOKEN]) {
        const probe = prober(undefined, isSilent(fault) ? IMPATIENT : LIMITS)
        twitch.spoil(path, fault)
        const before = twitch.fired.length
        expect(yield* words(probe(here, 0)), path).toBe(code)
        expect(twitch.fired.length).toBeGreaterThan(before)
        twitch.mend()
        if (isSilent(fault)) continue
        yield* TestClock.adjust(HOUR)
        expect(yield* words(probe(here, 0))).toBe('live')
      }
      expect(twitch.at('/elsewhere')).toEqual([])
    }),
  )

  it.effect('is left alone until the moment at which its bucket is full again', () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_795_000_000_000)
      const headers = {
        'ratelimit-limit': '800',
        'ratelimit-remaining': '0',
        'ratelimit-reset': '1795000042',
      }
      const probe = prober()
      twitch.spoil(STREAMS, { kind: 'answer', reply: { status: 429, body: {}, headers } }, 1)
      expect((yield* asked(probe(here, 0))).error).toMatchObject({
        code: 'platform_rate_limited',
        retryAfterMs: 42_000,
      })
      yield* TestClock.adjust(41_999)
      expect((yield* asked(probe(here, 0))).error?.retryAfterMs).toBe(1)
      expect(twitch.at(STREAMS).length).toBe(1)
      yield* TestClock.adjust(1)
      expect(yield* words(probe(here, 0))).toBe('not_live not_listed')
    }),
  )
})

it('no secret is in anything that was answered', () => {
  const { clientSecret } = twitch.credentials
  const granted = Object.fromEntries(twitch.granted.slice(-5).map((token, n) => [`token${n}`, token]))
  expectNoLeak({ KEY, clientSecret, ...granted })
})
