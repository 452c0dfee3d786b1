// When platforms are asked about what, and what becomes of their answers: on virtual time, with platforms that
// answer as a test tells them to.

import { describe, expect } from 'vitest'
import { it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { CADENCE } from '../../../src/egress/probes/cadence.ts'
import { PlatformProbe, probeError } from '../../../src/egress/probes/probe.ts'
import { watchPlatforms } from '../../../src/egress/probes/watching.ts'
import { Scene, scene } from './scene.ts'

const KEY = 'room/youtube'

describe('a destination', () => {
  it.effect('is asked about every five seconds until it is live there, then every twenty', () =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, 'connecting')
        yield* it.pass(12)
        expect(it.times(KEY)).toEqual([1, 6, 11])
        it.set(KEY, 'live')
        it.says.set(KEY, Effect.succeed('live'))
        yield* it.pass(60)
        expect(it.times(KEY)).toEqual([1, 6, 11, 16, 36, 56])
        expect(it.shown(KEY)?.state).toBe('live')
        const ages = it.asked.map(({ maxAgeMs }) => maxAgeMs)
        expect(ages).toEqual([4_500, 4_500, 4_500, 4_500, 18_000, 18_000])
      }),
    ),
  )

  it.effect('that its platform never shows is asked about quickly for two minutes only', () =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, 'live')
        yield* it.pass(600)
        const times = it.times(KEY)
        expect(times.filter((at) => at <= 120).length).toBe(24)
        expect(times.filter((at) => at > 130).length).toBeLessThanOrEqual(24)
      }),
    ),
  )

  it.effect('whose state jumps every second is not asked about more often than every five', () =>
    scene((it) =>
      Effect.gen(function* () {
        for (let n = 0; n < 60; n += 1) {
          it.set(KEY, n % 2 === 0 ? 'live' : 'reconnecting')
          yield* it.pass(1)
        }
        expect(it.times(KEY).length).toBeLessThanOrEqual(12)
      }),
    ),
  )

  it.effect.each(['idle', 'stopped', 'failed'] as const)('that is %s is not asked about', (state) =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, state)
        it.set('room/other', 'live')
        yield* it.pass(30)
        expect(it.listed).toBeGreaterThan(20)
        expect(it.asked).toEqual([])
        expect(it.seen).toEqual([])
      }),
    ),
  )

  it.effect.each(['starting', 'backoff', 'stopping'] as const)('that is %s is asked about slowly', (state) =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, state)
        yield* it.pass(60)
        expect(it.times(KEY)).toEqual([1, 21, 41])
      }),
    ),
  )

  it.effect('that was stopped shows nothing any more, and a late answer does not bring it back', () =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, 'live')
        it.says.set(KEY, Effect.succeed('live'))
        yield* it.pass(2)
        expect(it.shown(KEY)?.state).toBe('live')
        it.says.set(KEY, Effect.delay(Effect.succeed('live' as const), 3_000))
        yield* it.pass(20)
        expect(it.open).toBe(1)
        it.set(KEY, 'stopped')
        yield* it.pass(10)
        expect(it.open).toBe(0)
        expect(it.seen.at(-1)).toMatchObject({ key: KEY, view: null })
        const seen = it.seen.length
        yield* it.pass(60)
        expect(it.seen.length).toBe(seen)
      }),
    ),
  )
})

describe('a platform that does not say', () => {
  it.effect('makes a destination unknown with the reason, and is asked less and less', () =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, 'live')
        it.says.set(KEY, Effect.fail(probeError('platform_error')))
        yield* it.pass(3_600)
        expect(it.shown(KEY)).toMatchObject({
          state: 'unknown',
          issues: [{ severity: 'info', code: 'platform_error', text: expect.any(String) }],
        })
        const times = it.times(KEY)
        const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0))
        const least = [20, 40, 80, 160, 300, 300]
        least.forEach((gap, n) => expect(gaps[n]).toBeGreaterThanOrEqual(gap))
        least.forEach((gap, n) => expect(gaps[n]).toBeLessThanOrEqual(gap * 1.1 + 1))
        it.says.set(KEY, Effect.succeed('live'))
        yield* it.pass(332)
        expect(it.shown(KEY)).toMatchObject({ state: 'live', issues: [] })
        const from = it.asked.length
        yield* it.pass(60)
        expect(it.asked.length - from).toBe(3)
      }),
    ),
  )

  it.effect('is left alone for as long as it asked for, whatever the destination does', () =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, 'connecting')
        it.says.set(KEY, Effect.fail(probeError('platform_rate_limited', 600_000)))
        yield* it.pass(300)
        it.set(KEY, 'live')
        yield* it.pass(300)
        expect(it.times(KEY)).toEqual([1])
        yield* it.pass(62)
        expect(it.times(KEY).length).toBe(2)
      }),
    ),
  )

  it.effect('and is left alone already is asked when it may be, without longer waits', () =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, 'live')
        it.says.set(KEY, Effect.fail(probeError('platform_timeout', 9_000, false)))
        yield* it.pass(60)
        const times = it.times(KEY)
        expect(times.length).toBeGreaterThanOrEqual(6)
        expect(it.shown(KEY)).toMatchObject({ state: 'unknown', issues: [{ code: 'platform_timeout' }] })
      }),
    ),
  )

  it.effect('hangs: after fifteen seconds it is unknown, and the other platform never waits', () =>
    scene((it) =>
      Effect.gen(function* () {
        it.says.set('youtube', Effect.never)
        for (let n = 0; n < 50; n += 1) {
          it.set(`room${n}/youtube`, 'live')
          it.set(`room${n}/twitch`, 'live')
        }
        it.says.set('twitch', Effect.succeed('live'))
        yield* it.pass(15)
        for (let n = 0; n < 50; n += 1) expect(it.shown(`room${n}/twitch`)?.state).toBe('live')
        yield* it.pass(2)
        expect(it.shown('room0/youtube')).toMatchObject({
          state: 'unknown',
          issues: [{ code: 'platform_timeout' }],
        })
        expect(it.openMost).toBeLessThanOrEqual(2 * CADENCE.atOnce)
        expect(it.asked.filter(({ key }) => key.endsWith('youtube')).length).toBe(2 * CADENCE.atOnce)
      }),
    ),
  )

  it.effect('breaks the program that asks it, and is unknown; the watch goes on', () =>
    scene((it) =>
      Effect.gen(function* () {
        it.set(KEY, 'live')
        it.set('other/twitch', 'live')
        it.says.set(KEY, Effect.die(new Error('a bug')))
        it.says.set('twitch', Effect.succeed('live'))
        yield* it.pass(2)
        expect(it.shown(KEY)).toMatchObject({ state: 'unknown', issues: [{ code: 'platform_error' }] })
        yield* it.pass(40)
        expect(it.times('other/twitch').length).toBeGreaterThan(2)
        expect(it.times(KEY).length).toBeGreaterThan(1)
      }),
    ),
  )
})

it.effect('without credentials nobody is looked at', () =>
  Effect.gen(function* () {
    const made = new Scene()
    made.platforms = []
    made.set(KEY, 'live')
    yield* Effect.forkScoped(
      watchPlatforms({
        list: () => made.list(),
        destination: () => Effect.succeed(null),
        see: () => expect.unreachable(),
      }).pipe(
        Effect.provideService(PlatformProbe, {
          platforms: new Set<string>(),
          probe: () => Effect.die(new Error('asked')),
        }),
      ),
    )
    yield* made.pass(30)
    expect(made.listed).toBe(0)
  }).pipe(Effect.scoped),
)

it.effect('what cannot be looked at once is looked at again', () =>
  scene((it) =>
    Effect.gen(function* () {
      it.set(KEY, 'live')
      const list = it.list.bind(it)
      let broken = 3
      it.list = () => {
        broken -= 1
        if (broken >= 0) throw new Error('a bug')
        return list()
      }
      yield* it.pass(10)
      expect(broken).toBeLessThan(0)
      expect(it.times(KEY).length).toBeGreaterThan(0)
    }),
  ),
)
