// Sign keys: they take turns, rest when told to and no sooner wake, and are never shown.

import { it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as Redacted from 'effect/Redacted'
import * as TestClock from 'effect/testing/TestClock'
import { describe, expect } from 'vitest'
import { TikTokError } from '../../src/domain/errors.ts'
import { SignBudget } from '../../src/tiktok/sign-budget.ts'
import type { SignKey } from '../../src/tiktok/sign-keys.ts'
import { clock, keys, room, withBudget } from './budget-kit.ts'

const nameOf = (key: SignKey): string =>
  key === null ? 'none' : Redacted.value(key).replace('euler_key_', '')
const limited = (retryAfterMs: number) =>
  new TikTokError({ code: 'sign_rate_limited', message: 'limited', retryAfterMs })

describe('keys', () => {
  it.effect(
    'T12: a key that got 429 with 37 seconds is not used before they are over; the others go on',
    () =>
      withBudget(
        { perMinute: 600, keys: keys('a', 'b') },
        Effect.gen(function* () {
          const budget = yield* SignBudget
          const uses: [string, number][] = []
          const use = (key: SignKey) =>
            Effect.gen(function* () {
              const at = yield* clock
              uses.push([nameOf(key), at])
              if (nameOf(key) === 'a' && at < 37_000) return yield* limited(37_000)
            })
          for (let i = 0; i < 60; i += 1) {
            yield* Effect.exit(budget.withPermit(room(i))(use))
            if (i === 0)
              expect(budget.status().keys.map(({ coolingUntil }) => coolingUntil)).toEqual([37_000, null])
            yield* TestClock.adjust(1_000)
          }
          const ofA = uses.filter(([name]) => name === 'a').map(([, at]) => at)
          expect(ofA[0]).toBe(0)
          expect(ofA[1]).toBeGreaterThanOrEqual(37_000)
          expect(uses.filter(([name, at]) => name === 'b' && at < 37_000).length).toBe(36)
        }),
      ),
  )

  it.effect(
    'T12: with every key resting, rooms wait in line until the first is ready, and the status says when',
    () =>
      withBudget(
        { perMinute: 600, keys: keys('a') },
        Effect.gen(function* () {
          const budget = yield* SignBudget
          yield* Effect.exit(budget.withPermit(room(0))(() => limited(37_000)))
          const at = yield* Effect.forkChild(budget.withPermit(room(1))(() => clock))
          yield* TestClock.adjust(36_000)
          expect(budget.status()).toMatchObject({ waiting: 1, nextAt: 37_000 })
          expect(budget.status().keys[0]).toMatchObject({
            key: '…',
            coolingUntil: 37_000,
            lastError: 'sign_rate_limited',
          })
          yield* TestClock.adjust(2_000)
          expect(yield* Fiber.join(at)).toBeGreaterThanOrEqual(37_000)
          expect(budget.status()).toMatchObject({ waiting: 0, nextAt: null })
        }),
      ),
  )

  it.effect('a refused key is set aside, longer each time, and a success clears it', () =>
    withBudget(
      { perMinute: 600, keys: keys('a') },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        const refused = new TikTokError({ code: 'sign_refused', message: 'premium' })
        const rests: number[] = []
        for (let i = 0; i < 3; i += 1) {
          yield* Effect.exit(budget.withPermit(room(i))(() => refused))
          const until = budget.status().keys[0]?.coolingUntil ?? 0
          const now = yield* clock
          rests.push((until - now) / 60_000)
          yield* TestClock.adjust(until - now)
        }
        expect(rests).toEqual([1, 5, 25])
        yield* budget.withPermit(room(9))(() => Effect.void)
        expect(budget.status().keys[0]).toMatchObject({ coolingUntil: null, lastError: null })
      }),
    ),
  )

  it.effect('keys take turns, and a trouble of the sign server rests none of them', () =>
    withBudget(
      { perMinute: 600, keys: keys('a', 'b', 'c') },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        const used: string[] = []
        const down = new TikTokError({ code: 'sign_unavailable', message: '500' })
        for (let i = 0; i < 9; i += 1) {
          yield* Effect.exit(
            budget.withPermit(room(i))((key) => {
              used.push(nameOf(key))
              return down
            }),
          )
          yield* TestClock.adjust(1_000)
        }
        expect(used.join('')).toBe('abcabcabc')
        expect(budget.status().keys.map(({ used: count, coolingUntil }) => [count, coolingUntil])).toEqual([
          [3, null],
          [3, null],
          [3, null],
        ])
      }),
    ),
  )

  it.effect('no status shows a key', () =>
    withBudget(
      { perMinute: 5, keys: [Redacted.make('euler_CANARYCANARYCANARY_9876'), Redacted.make('short')] },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        const told = JSON.stringify(budget.status())
        expect(told).not.toContain('CANARY')
        expect(budget.status().keys.map(({ key }) => key)).toEqual(['…9876', '…'])
      }),
    ),
  )
})
