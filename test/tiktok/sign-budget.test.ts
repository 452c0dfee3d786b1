// The sign budget's pace and its line: no minute and no second gets more than its share, nobody starves.

import { it } from '@effect/vitest'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as TestClock from 'effect/testing/TestClock'
import { describe, expect } from 'vitest'
import { TikTokError } from '../../src/domain/errors.ts'
import { SignBudget } from '../../src/tiktok/sign-budget.ts'
import { clock, keys, room, withBudget } from './budget-kit.ts'

const mostWithin = (times: readonly number[], windowMs: number): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length))

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
