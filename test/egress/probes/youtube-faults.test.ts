// YouTube that hangs, breaks, refuses or asks to be left alone: what each of it is called, and that nothing of the
// credentials is in it.

import { describe, expect } from 'vitest'
import { it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import { asked, expectNoLeak, IMPATIENT, isSilent, LIMITS, words } from './kit.ts'
import { BROADCASTS, here, HOUR, KEY, prober, STREAMS, useYouTube, youtube } from './youtube-kit.ts'

useYouTube()

describe('YouTube that does not say', () => {
  const answer = (status: number, body: unknown, headers = {}) =>
    ({ kind: 'answer', reply: { status, body, headers } }) as const
  const because = (reason: string) => ({ error: { code: 403, errors: [{ reason, message: KEY }] } })

  it.effect.each([
    ['hangs', { kind: 'hang' }, 'platform_timeout'],
    ['begins and does not end', { kind: 'drip' }, 'platform_timeout'],
    ['hangs up', { kind: 'reset' }, 'platform_unreachable'],
    ['cuts its JSON', { kind: 'cut' }, 'platform_bad_answer'],
    ['answers with a page', { kind: 'html' }, 'platform_bad_answer'],
    ['answers without end', { kind: 'flood' }, 'platform_bad_answer'],
    ['sends elsewhere', { kind: 'away' }, 'platform_unreachable'],
    ['answers 500', answer(500, {}), 'platform_error'],
    ['answers 503', answer(503, 'text'), 'platform_error'],
    ['answers 429', answer(429, {}), 'platform_rate_limited'],
    ['answers 404', answer(404, {}), 'platform_bad_answer'],
    ['answers 403 without a reason', answer(403, {}), 'platform_forbidden'],
    ['has no quota', answer(403, because('quotaExceeded')), 'platform_quota_exceeded'],
    ['has no quota today', answer(403, because('dailyLimitExceeded')), 'platform_quota_exceeded'],
    ['is asked too often', answer(403, because('rateLimitExceeded')), 'platform_rate_limited'],
    ['lacks a scope', answer(403, because('insufficientPermissions')), 'platform_forbidden'],
    ['has no API', answer(403, because('accessNotConfigured')), 'platform_forbidden'],
    ['has a reason of no meaning', answer(403, because('constructor')), 'platform_forbidden'],
    ['does not allow streams', answer(403, because('liveStreamingNotEnabled')), 'platform_not_enabled'],
  ] as const)('%s', ([, fault, code]) =>
    Effect.gen(function* () {
      youtube.add(KEY, { status: 'active', lifeCycle: 'live' })
      for (const path of [STREAMS, BROADCASTS, '/token']) {
        youtube.mend()
        const probe = prober({}, isSilent(fault) ? IMPATIENT : LIMITS)
        youtube.spoil(path, fault)
        const before = youtube.fired.length
        const word = yield* words(probe(here, 0))
        expect(youtube.fired.length).toBeGreaterThan(before)
        // What is forbidden where tokens are from are the credentials themselves.
        const isRefused = path === '/token' && fault.kind === 'answer' && fault.reply.status === 403
        expect(word, path).toBe(isRefused ? 'platform_credentials_refused' : code)
        if (isSilent(fault)) continue
        youtube.mend()
        yield* TestClock.adjust(HOUR)
        expect(yield* words(probe(here, 0))).toBe('live')
      }
      expect(youtube.at('/elsewhere')).toEqual([])
    }),
  )

  it.effect.each([
    ['7', 7_000],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['99999', HOUR],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
  ] as const)('is left alone for as long as it asks for: %s', ([wish, ms]) =>
    Effect.gen(function* () {
      youtube.add(KEY)
      const probe = prober()
      youtube.spoil(STREAMS, answer(503, {}, { 'retry-after': wish }), 1)
      const { error } = yield* asked(probe(here, 0))
      expect(error?.code).toBe('platform_error')
      expect(error?.retryAfterMs).toBe(ms)
      // Five seconds are the least, whatever it says.
      yield* TestClock.adjust(Math.max(ms ?? 0, 5_000) - 1)
      expect(yield* words(probe(here, 0))).toBe('platform_error')
      yield* TestClock.adjust(1)
      expect(yield* words(probe(here, 0))).toBe('not_live no_data')
    }),
  )

  it.effect('cannot be reached where nobody listens', () =>
    Effect.gen(function* () {
      const probe = prober({ apiOrigin: 'http://127.0.0.1:9' })
      expect(yield* words(probe(here, 0))).toBe('platform_unreachable')
    }),
  )
})

it('no secret is in anything that was answered', () => {
  const { clientSecret, refreshToken } = youtube.credentials
  const granted = Object.fromEntries(youtube.granted.slice(-5).map((token, n) => [`token${n}`, token]))
  expectNoLeak({ KEY, clientSecret, refreshToken, ...granted })
})
