// What the tests of the sign budget share: keys with short names, rooms, and the time of the test's clock.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { signBudget, type SignBudget, type SignBudgetOptions } from '../../src/tiktok/sign-budget.ts'

export const keys = (...names: readonly string[]) => names.map((name) => Redacted.make(`euler_key_${name}`))

export const withBudget = <A, E>(options: SignBudgetOptions, program: Effect.Effect<A, E, SignBudget>) =>
  Effect.provide(program, signBudget(options))

/** Milliseconds since the test's clock began. */
export const clock = Clock.currentTimeMillis

export const room = (n: number, recording = false) => ({ roomId: `r${n}`, recording })
