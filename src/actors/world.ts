// What the actors touch the world through, gathered once: services, clocks, chance, limits.
// Clocks and chance are Effect's own references, so a test that replaces those replaces them here.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Random from 'effect/Random'
import { Recorder } from '../archive/recorder.ts'
import { Database } from '../db/database.ts'
import type { Settings } from '../domain/settings.ts'
import { SignBudget } from '../tiktok/sign-budget.ts'
import { TikTok } from '../tiktok/tiktok.ts'
import type { Fork } from './bridge.ts'
import { makeSignNews, type SignNews } from './sign-news.ts'
import type { Tuning } from './tuning.ts'

export interface World {
  readonly database: Database['Service']
  readonly recorder: Recorder['Service']
  readonly tiktok: TikTok['Service']
  readonly budget: SignBudget['Service']
  readonly signNews: SignNews
  readonly fork: Fork
  /** Wall clock, milliseconds UTC: for what is stored and shown. */
  readonly now: () => number
  /** Milliseconds that only grow: for every duration. */
  readonly monotonicMs: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly tuning: Tuning
  readonly settings: () => Settings
}

export const makeWorld = (
  tuning: Tuning,
  settings: () => Settings,
): Effect.Effect<World, never, Database | Recorder | TikTok | SignBudget> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const random = yield* Random.Random
    const database = yield* Database
    const budget = yield* SignBudget
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const now = (): number => clock.currentTimeMillisUnsafe()
    return {
      database,
      recorder: yield* Recorder,
      tiktok: yield* TikTok,
      budget,
      signNews: makeSignNews({ database, budget, fork, now }),
      fork,
      now,
      monotonicMs: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
      random: () => random.nextDoubleUnsafe(),
      tuning,
      settings,
    }
  })
