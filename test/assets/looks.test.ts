// One look at an object: what each answer of a store means, what silence means, and how evenly looks are spread.

import { it } from '@effect/vitest'
import * as Clock from 'effect/Clock'
import * as Duration from 'effect/Duration'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as TestClock from 'effect/testing/TestClock'
import { expect } from 'vitest'
import { look, paceOf } from '../../src/assets/looks.ts'
import { StoreError, type ObjectHead, type ObjectStore } from '../../src/assets/store.ts'

const storeOf = (head: Effect.Effect<ObjectHead, StoreError>): ObjectStore['Service'] => {
  const never = () => Effect.never
  return {
    kind: 's3',
    head: () => head,
    put: never,
    get: never,
    remove: never,
    abandon: never,
  } as unknown as ObjectStore['Service']
}
const failing = (code: StoreError['code']) =>
  storeOf(
    Effect.fail(new StoreError({ code, status: null, mayHaveHappened: false, attempts: 1, message: code })),
  )

it.effect('A15 A17: of all that a store can fail with, only 404 and 403 say something of the object', () =>
  Effect.gen(function* () {
    const said: Record<string, string> = {}
    for (const code of [
      'not_found',
      'forbidden',
      'misconfigured',
      'unavailable',
      'throttled',
      'conflict',
      'full',
      'bad_key',
      'altered',
    ] as const) {
      said[code] = (yield* look(failing(code), 'a.vrm')).said
    }
    expect(said).toEqual({
      not_found: 'not_found',
      forbidden: 'forbidden',
      misconfigured: 'misconfigured',
      unavailable: 'silent',
      throttled: 'silent',
      conflict: 'silent',
      full: 'silent',
      bad_key: 'silent',
      altered: 'silent',
    })
  }),
)

it.effect('A15: a store that hangs says nothing, and is not waited for for ever', () =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(look(storeOf(Effect.never), 'a.vrm'))
    yield* TestClock.adjust('19 seconds')
    expect(fiber.pollUnsafe()).toBeUndefined()
    yield* TestClock.adjust('2 seconds')
    expect((yield* Fiber.join(fiber)).said).toBe('silent')
  }),
)

it.effect(
  'A22: fifty a second are spread evenly, whoever asks, and time that was not used is not made up for',
  () =>
    Effect.gen(function* () {
      const pace = paceOf(50)
      const times: number[] = []
      const one = Effect.flatMap(Effect.andThen(pace, Clock.currentTimeMillis), (at) =>
        Effect.sync(() => times.push(at)),
      )
      const fiber = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 100 }), () => one, { concurrency: 8, discard: true }),
      )
      yield* TestClock.adjust('10 seconds')
      yield* Fiber.join(fiber)
      const [first = 0] = times
      expect(times.length).toBe(100)
      for (const [n, at] of times.entries()) expect(at - first).toBe(n * 20)
      // After a pause there is no burst.
      const later: number[] = []
      const again = Effect.flatMap(Effect.andThen(pace, Clock.currentTimeMillis), (at) =>
        Effect.sync(() => later.push(at)),
      )
      const second = yield* Effect.forkChild(
        Effect.forEach([1, 2, 3], () => again, { concurrency: 8, discard: true }),
      )
      yield* TestClock.adjust('1 second')
      yield* Fiber.join(second)
      expect((later[2] ?? 0) - (later[0] ?? 0)).toBe(40)
    }),
)

it('A22: who is woken late lets the others be for as long again', async () => {
  let now = 1_000
  const lateMs = 40
  const lateClock = {
    currentTimeMillis: Effect.sync(() => now),
    sleep: (duration: Duration.Duration) =>
      Effect.sync(() => {
        now += Duration.toMillis(duration) + lateMs
      }),
  } as unknown as Clock.Clock
  const pace = paceOf(50)
  const times: number[] = []
  const one = Effect.andThen(
    pace,
    Effect.sync(() => times.push(now)),
  )
  const all = Effect.forEach([1, 2, 3, 4], () => one, { discard: true })
  await Effect.runPromise(Effect.provideService(all, Clock.Clock, lateClock))
  expect(times).toEqual([1_000, 1_060, 1_140, 1_220])
})
