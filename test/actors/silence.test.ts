// What a silent socket means, with a look and a clock in the test's hand.

import { it } from '@effect/vitest'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import * as TestClock from 'effect/testing/TestClock'
import { describe, expect } from 'vitest'
import type { Recording } from '../../src/actors/recording.ts'
import type { Resident } from '../../src/actors/resident.ts'
import { watchSilence } from '../../src/actors/silence.ts'
import { makeVotes } from '../../src/actors/votes.ts'
import type { Looks } from '../../src/actors/watch.ts'
import type { World } from '../../src/actors/world.ts'
import type { Look } from '../../src/tiktok/tiktok.ts'

const LIVE: Look = { at: 1, answer: 'live', broadcastId: '7000', paused: false, sources: [], snapshot: null }

const SETTINGS = { silenceTimeoutMs: 30_000, heartbeatIntervalMs: 10_000 }

/** A socket that was last heard of at the start, and `held` by us or not. */
const watching = Effect.fnUntraced(function* (held: boolean) {
  const clock = yield* Clock.Clock
  const monotonicMs = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const recorder = { notePause: () => {} }
  const world = { monotonicMs, recorder, settings: () => SETTINGS } as unknown as World
  const asked: number[] = []
  const looks = {
    ask: () => Effect.sync(() => (asked.push(monotonicMs()), LIVE)),
  } as unknown as Looks
  const at = monotonicMs()
  const recording = { held, opened: true, lastMs: at, spokenMs: at, session: { broadcastId: '7000' } }
  const resident = { room: { id: 'r' }, state: 'live.receiving', send: () => {} } as unknown as Resident
  const fiber = yield* Effect.forkChild(
    watchSilence(world, looks, resident, recording as unknown as Recording, makeVotes(5_000)),
  )
  return { fiber, recording, asked }
})

describe('a socket that is silent', () => {
  it.effect('is asked about after the timeout, and a zombie after three of them', () =>
    Effect.gen(function* () {
      const { fiber, asked } = yield* watching(false)
      yield* TestClock.adjust(89_000)
      expect(asked[0]).toBe(30_000)
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(10_000)
      yield* Fiber.join(fiber)
    }),
  )

  it.effect('is asked about and no zombie as long as it answers heartbeats', () =>
    Effect.gen(function* () {
      const { fiber, recording, asked } = yield* watching(false)
      for (let beat = 1; beat <= 30; beat += 1) {
        yield* TestClock.adjust(10_000)
        recording.lastMs = beat * 10_000
      }
      expect(asked).toEqual(Array.from({ length: 10 }, (_, n) => (n + 1) * 30_000))
      expect(fiber.pollUnsafe()).toBeUndefined()
    }),
  )

  it.effect('is neither asked about nor a zombie while it is we who do not read it', () =>
    Effect.gen(function* () {
      const { fiber, recording, asked } = yield* watching(true)
      yield* TestClock.adjust(600_000)
      expect(asked).toEqual([])
      expect(fiber.pollUnsafe()).toBeUndefined()
      recording.held = false
      yield* TestClock.adjust(60_000)
      expect(asked.length).toBeGreaterThan(0)
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(70_000)
      yield* Fiber.join(fiber)
    }),
  )
})
