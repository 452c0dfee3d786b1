// The sign budget: no minute and no second gets more than its share, keys rest when told to, nobody starves.

import { it } from '@effect/vitest'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as Redacted from 'effect/Redacted'
import * as TestClock from 'effect/testing/TestClock'
import { describe, expect } from 'vitest'
import { TikTokError } from '../../src/domain/errors.ts'
import { SignBudget, signBudget, type SignBudgetOptions } from '../../src/tiktok/sign-budget.ts'
import type { SignKey } from '../../src/tiktok/sign-keys.ts'

const keys = (...names: readonly string[]) => names.map((name) => Redacted.make(`euler_key_${name}`))
const nameOf = (key: SignKey): string =>
  key === null ? 'none' : Redacted.value(key).replace('euler_key_', '')
const limited = (retryAfterMs?: number) =>
  new TikTokError({
    code: 'sign_rate_limited',
    message: 'limited',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })

const withBudget = <A, E>(options: SignBudgetOptions, program: Effect.Effect<A, E, SignBudget>) =>
  Effect.provide(program, signBudget(options))

/** Milliseconds since the test's clock began. */
const clock = Effect.map(
  TestClock.testClockWith((test) => Effect.succeed(test.currentTimeMillisUnsafe())),
  Number,
)

const mostWithin = (times: readonly number[], windowMs: number): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length))

const room = (n: number, recording = false) => ({ roomId: `r${n}`, recording })

describe('pace', () => {
  it.effect(
    'T34: 500 rooms reconnecting together are spread: no second and no minute gets more than its limit',
    () =>
      withBudget(
        { perMinute: 300, keys: keys('a', 'b'), attemptsAtOnce: 24 },
        Effect.gen(function* () {
          const budget = yield* SignBudget
          const starts: number[] = []
          let atOnce = 0
          let mostAtOnce = 0
          const rooms = Array.from({ length: 500 }, (_, n) =>
            budget.withPermit(room(n, true))(() =>
              Effect.gen(function* () {
                starts.push(yield* clock)
                atOnce += 1
                mostAtOnce = Math.max(mostAtOnce, atOnce)
                yield* Effect.sleep(800)
                atOnce -= 1
              }),
            ),
          )
          const all = yield* Effect.forkChild(Effect.all(rooms, { concurrency: 'unbounded', discard: true }))
          yield* Effect.yieldNow
          expect(budget.status().waiting).toBeGreaterThan(450)
          for (let s = 0; s < 180; s += 1) yield* TestClock.adjust(1_000)
          yield* Fiber.join(all)
          expect(starts.length).toBe(500)
          expect(mostWithin(starts, 60_000)).toBeLessThanOrEqual(300)
          expect(mostWithin(starts, 1_000)).toBeLessThanOrEqual(15)
          expect(mostAtOnce).toBeLessThanOrEqual(24)
          // Everybody is through as soon as the limit lets them: 300 in the first minute, 200 in the next.
          expect(Math.max(...starts) - Math.min(...starts)).toBeLessThan(90_000)
          // Spread by chance, not by rhythm: the distances are not all the same.
          const distances = starts.slice(1, 200).map((at, i) => at - (starts[i] ?? 0))
          expect(new Set(distances).size).toBeGreaterThan(20)
        }),
      ),
  )

  it.effect('T12: with the anonymous five a minute, attempts in any sixty seconds stay at five', () =>
    withBudget(
      { perMinute: 5, keys: [] },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        const starts: number[] = []
        const rooms = Array.from({ length: 17 }, (_, n) =>
          budget.withPermit(room(n))((key) =>
            Effect.map(clock, (at) => {
              expect(key).toBeNull()
              starts.push(at)
            }),
          ),
        )
        const all = yield* Effect.forkChild(Effect.all(rooms, { concurrency: 'unbounded' }))
        for (let s = 0; s < 300; s += 1) yield* TestClock.adjust(1_000)
        yield* Fiber.join(all)
        expect(mostWithin(starts, 60_000)).toBe(5)
        expect(starts.length).toBe(17)
      }),
    ),
  )

  it.effect('the limit can be raised while rooms wait, and they go at once', () =>
    withBudget(
      { perMinute: 1, keys: keys('a') },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        let done = 0
        const rooms = Array.from({ length: 10 }, (_, n) =>
          budget.withPermit(room(n))(() => Effect.sync(() => (done += 1))),
        )
        const all = yield* Effect.forkChild(Effect.all(rooms, { concurrency: 'unbounded' }))
        yield* TestClock.adjust(5_000)
        expect(done).toBe(1)
        expect(budget.status()).toMatchObject({ perMinute: 1, available: 0, waiting: 9 })
        yield* budget.setPerMinute(600)
        yield* TestClock.adjust(5_000)
        expect(done).toBe(10)
        yield* Fiber.join(all)
      }),
    ),
  )

  it.effect('an attempt that found the room offline costs nothing', () =>
    withBudget(
      { perMinute: 5, keys: keys('a') },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        const offline = new TikTokError({ code: 'room_offline', message: 'over' })
        yield* Effect.flip(budget.withPermit(room(1))(() => offline))
        expect(budget.status()).toMatchObject({ available: 5 })
        expect(budget.status().keys[0]?.used).toBe(0)
      }),
    ),
  )
})

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

describe('the line', () => {
  it.effect('who records goes first, first come first served, and who begins is never starved', () =>
    withBudget(
      { perMinute: 20, keys: keys('a') },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        const order: string[] = []
        const enter = (name: string, recording: boolean) =>
          Effect.forkChild(
            budget.withPermit({ roomId: name, recording })(() => Effect.sync(() => order.push(name))),
          )
        yield* budget.withPermit(room(0))(() => Effect.void)
        const fibers = []
        for (let i = 0; i < 3; i += 1) fibers.push(yield* enter(`new${i}`, false))
        for (let i = 0; i < 8; i += 1) fibers.push(yield* enter(`rec${i}`, true))
        for (let s = 0; s < 120; s += 1) yield* TestClock.adjust(1_000)
        yield* Effect.all(fibers.map((fiber) => Fiber.join(fiber)))
        expect(order).toEqual([
          'rec0',
          'rec1',
          'rec2',
          'new0',
          'rec3',
          'rec4',
          'rec5',
          'new1',
          'rec6',
          'rec7',
          'new2',
        ])
      }),
    ),
  )

  it.effect('a permit is held until the attempt is over, and an interrupted one gives it back', () =>
    withBudget(
      { perMinute: 600, keys: keys('a'), attemptsAtOnce: 1 },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        const gate = yield* Deferred.make<void>()
        let second = 0
        const first = yield* Effect.forkChild(budget.withPermit(room(1))(() => Deferred.await(gate)))
        const waiting = yield* Effect.forkChild(
          budget.withPermit(room(2))(() => Effect.sync(() => (second += 1))),
        )
        const leaving = yield* Effect.forkChild(
          budget.withPermit(room(3))(() => Effect.sync(() => (second += 10))),
        )
        yield* TestClock.adjust(60_000)
        expect([second, budget.status().waiting, budget.status().nextAt]).toEqual([0, 2, null])
        yield* Fiber.interrupt(leaving)
        expect(budget.status().waiting).toBe(1)
        yield* Fiber.interrupt(first)
        yield* TestClock.adjust(1_000)
        yield* Fiber.join(waiting)
        expect(second).toBe(1)
      }),
    ),
  )

  it.effect('the line has an end: one room too many is told to come back', () =>
    withBudget(
      { perMinute: 1, keys: keys('a'), waitingMax: 2, attemptsAtOnce: 1 },
      Effect.gen(function* () {
        const budget = yield* SignBudget
        const enter = (n: number) => Effect.forkChild(budget.withPermit(room(n))(() => Effect.never))
        const busy = [yield* enter(0)]
        yield* TestClock.adjust(10)
        busy.push(yield* enter(1), yield* enter(2))
        yield* TestClock.adjust(10)
        const error = yield* Effect.flip(budget.withPermit(room(3))(() => Effect.void))
        expect([error.code, error.retryAfterMs]).toEqual(['sign_rate_limited', 60_000])
        yield* Fiber.interruptAll(busy)
        expect(budget.status().waiting).toBe(0)
      }),
    ),
  )
})
