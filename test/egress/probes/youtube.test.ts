// YouTube asked over HTTP: a channel whose streams are known by their keys, a token that expires, and a quota
// that is spent with care. What can go wrong on the way is in `youtube-faults.test.ts`.

import { describe, expect } from 'vitest'
import { it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import { Quota } from '../../../src/egress/probes/youtube-quota.ts'
import { asked, destination, words } from './kit.ts'
import { BROADCASTS, here, HOUR, KEY, prober, STREAMS, useYouTube, youtube } from './youtube-kit.ts'

useYouTube()
const paths = () => youtube.questions.map(({ path }) => path.split('/').at(-1))

describe('a stream on YouTube', () => {
  it.effect('is followed from its first byte to its viewers and back', () =>
    Effect.gen(function* () {
      const stream = youtube.add(KEY)
      youtube.add('other-key-of-the-channel', { status: 'active', lifeCycle: 'live' })
      const probe = prober()
      expect(yield* words(probe(here, 0))).toBe('not_live no_data')
      stream.status = 'active'
      stream.health = 'good'
      expect(yield* words(probe(here, 0))).toBe('not_live not_shown')
      stream.lifeCycle = 'liveStarting'
      expect(yield* words(probe(here, 0))).toBe('not_live broadcast_starting')
      stream.lifeCycle = 'live'
      expect(yield* words(probe(here, 0))).toBe('live')
      stream.health = 'bad'
      stream.issues.push({
        type: 'videoIngestionStarved',
        severity: 'error',
        reason: 'starved',
        description: `Not enough video on ${KEY}.`,
      })
      expect(yield* words(probe(here, 0))).toBe('live health_bad video_ingestion_starved')
      stream.status = 'inactive'
      stream.issues.splice(0)
      expect(yield* words(probe(here, 0))).toBe('not_live no_data health_bad')
    }),
  )

  it.effect('is found by its key among several pages, once, and then asked for by its id', () =>
    Effect.gen(function* () {
      youtube.pageSize = 10
      for (let n = 0; n < 25; n += 1) youtube.add(`other-${n}`)
      const { id } = youtube.add(KEY)
      const probe = prober()
      expect(yield* words(probe(here, 0))).toBe('not_live no_data')
      expect(youtube.at(STREAMS).map(({ query }) => [query['mine'], query['id']])).toEqual([
        ['true', undefined],
        ['true', undefined],
        ['true', undefined],
        [undefined, id],
      ])
      yield* words(probe(here, 0))
      expect(youtube.at(STREAMS).length).toBe(5)
    }),
  )

  it.effect('of another channel is unknown, and is not searched for at every question', () =>
    Effect.gen(function* () {
      youtube.add('other')
      const probe = prober()
      for (let n = 0; n < 10; n += 1) expect(yield* words(probe(here, 0))).toBe('unknown stream_not_found')
      expect(youtube.units).toBe(1)
      expect(yield* words(probe(destination('youtube', null), 0))).toBe('unknown stream_not_found')
      youtube.add(KEY, { status: 'active', lifeCycle: 'live' })
      yield* TestClock.adjust(300_000)
      expect(yield* words(probe(here, 0))).toBe('live')
    }),
  )

  it.effect('that was deleted is searched for again, because another may have its key', () =>
    Effect.gen(function* () {
      youtube.add(KEY)
      const probe = prober()
      expect(yield* words(probe(here, 0))).toBe('not_live no_data')
      youtube.streams.splice(0)
      expect(yield* words(probe(here, 0))).toBe('unknown stream_not_found')
      youtube.add(KEY, { status: 'active', lifeCycle: 'live' })
      expect(yield* words(probe(here, 0))).toBe('live')
    }),
  )
})

describe('the quota of YouTube', () => {
  it.effect('is shared: twenty destinations of a channel cost one look', () =>
    Effect.gen(function* () {
      const keys = Array.from({ length: 20 }, (_, n) => `key-number-${n}`)
      for (const key of keys) youtube.add(key, { status: 'active', lifeCycle: 'live' })
      const probe = prober()
      const all = Effect.forEach(keys, (key) => words(probe(destination('youtube', key), 18_000)), {
        concurrency: 'unbounded',
      })
      yield* all
      youtube.units = 0
      yield* TestClock.adjust(18_000)
      expect(new Set(yield* all)).toEqual(new Set(['live']))
      expect(youtube.units).toBe(2)
      yield* TestClock.adjust(17_000)
      yield* all
      expect(youtube.units).toBe(2)
    }),
  )

  it.effect('is not spent on broadcasts while nothing arrives', () =>
    Effect.gen(function* () {
      youtube.add(KEY, { status: 'inactive' })
      const probe = prober()
      for (let n = 0; n < 3; n += 1) yield* words(probe(here, 0))
      expect(youtube.at(BROADCASTS)).toEqual([])
      expect(youtube.units).toBe(4)
    }),
  )

  it('lasts: when four fifths are spent, answers may be a minute old, until the next day', () => {
    const quota = new Quota()
    const noon = Date.parse('2026-11-22T20:00:00Z')
    for (let n = 0; n < 7_999; n += 1) quota.spend(noon)
    expect(quota.maxAge(4_500, noon)).toBe(4_500)
    quota.spend(noon)
    expect(quota.maxAge(4_500, noon)).toBe(60_000)
    expect(quota.maxAge(90_000, noon)).toBe(90_000)
    // Midnight in California, where it is winter.
    const midnight = Date.parse('2026-11-23T08:00:00Z')
    expect(quota.maxAge(4_500, midnight - 1)).toBe(60_000)
    expect(quota.maxAge(4_500, midnight)).toBe(4_500)
    expect(quota.spent(midnight)).toBe(0)
  })

  it.effect('that is used up is not asked for again for a quarter of an hour, whoever asks', () =>
    Effect.gen(function* () {
      youtube.add(KEY, { status: 'active', lifeCycle: 'live' })
      const probe = prober()
      expect(yield* words(probe(here, 0))).toBe('live')
      youtube.unitsMax = 3
      const questions = youtube.questions.length
      const { error } = yield* asked(probe(here, 0))
      expect(error).toMatchObject({ code: 'platform_quota_exceeded' })
      expect(youtube.questions.length).toBe(questions + 1)
      yield* TestClock.adjust(899_000)
      expect(yield* words(probe(destination('youtube', 'other'), 0))).toBe('platform_quota_exceeded')
      expect(youtube.questions.length).toBe(questions + 1)
      youtube.unitsMax = 10_000
      yield* TestClock.adjust(1_000)
      expect(yield* words(probe(here, 0))).toBe('live')
    }),
  )
})

describe('the access token of YouTube', () => {
  it.effect('is fetched once, kept, and fetched anew before it expires', () =>
    Effect.gen(function* () {
      youtube.add(KEY)
      const probe = prober()
      for (let n = 0; n < 5; n += 1) yield* words(probe(here, 0))
      expect(youtube.at('/token').length).toBe(1)
      yield* TestClock.adjust(HOUR - 62_000)
      yield* words(probe(here, 0))
      expect(youtube.at('/token').length).toBe(1)
      yield* TestClock.adjust(2_000)
      yield* words(probe(here, 0))
      expect(youtube.at('/token').length).toBe(2)
    }),
  )

  it.effect('that is refused is replaced, and the question asked again, once', () =>
    Effect.gen(function* () {
      youtube.add(KEY, { status: 'active', lifeCycle: 'live' })
      const probe = prober()
      yield* words(probe(here, 0))
      youtube.revoke()
      expect(yield* words(probe(here, 0))).toBe('live')
      expect(youtube.at('/token').length).toBe(2)
      youtube.questions.splice(0)
      const reply = { status: 401, body: { error: { code: 401, errors: [{ reason: 'authError' }] } } }
      youtube.spoil(STREAMS, { kind: 'answer', reply })
      expect(yield* words(probe(here, 0))).toBe('platform_credentials_refused')
      expect(youtube.fired.length).toBe(2)
      expect(paths()).toEqual(['liveStreams', 'token', 'liveStreams'])
    }),
  )

  it.effect('cannot be had with a revoked refresh token, and ten minutes pass before another try', () =>
    Effect.gen(function* () {
      for (const wrong of [{ refreshToken: '1//revoked' }, { clientSecret: 'GOCSPX-wrong' }]) {
        youtube.questions.splice(0)
        const probe = prober(wrong)
        expect(yield* words(probe(here, 0))).toBe('platform_credentials_refused')
        yield* TestClock.adjust(599_000)
        expect(yield* words(probe(here, 0))).toBe('platform_credentials_refused')
        expect(paths()).toEqual(['token'])
        yield* TestClock.adjust(1_000)
        yield* words(probe(here, 0))
        expect(paths()).toEqual(['token', 'token'])
      }
    }),
  )
})
