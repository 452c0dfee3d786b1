// When the next attempt of one destination may begin: backoff with jitter, and a pace that nobody can exceed.
// Pure: times are monotonic milliseconds, chance is given. What an attempt's failure means is `machines/egress-rules.ts`.

import type { EgressFailure } from '../domain/egress-failures.ts'

export interface Pace {
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
}

/** Attempts of one destination in any minute, whoever asked for them. */
export const ATTEMPTS_A_MINUTE = 8
const MINUTE_MS = 60_000
/** Jitter is a fifth up and down, so this is the shortest first wait. */
const SHORTEST = 0.8
/** The longest that a person's command waits for the pace alone, unless a minute's attempts are used up. */
const COMMAND_FLOOR_MS = 800

/** The wait after failure number `failure` (1 and up), in [0.8, 1.2] · min(cap, base · 2^(failure − 1)). */
export const backoffMs = ({ backoffBaseMs, backoffCapMs }: Pace, failure: number, chance: number): number => {
  const whole = Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(40, Math.max(0, failure - 1)))
  return Math.round(whole * (SHORTEST + 2 * (1 - SHORTEST) * chance))
}

/** When attempts began; only the last ones matter. Newest last. */
export type Begun = readonly number[]

export const began = (begun: Begun, atMs: number): Begun => [...begun, atMs].slice(-ATTEMPTS_A_MINUTE)

/** Milliseconds until the pace allows another attempt; 0 when it does. */
const paceMs = (begun: Begun, nowMs: number, floorMs: number): number => {
  const last = begun.at(-1)
  const eighth = begun.at(-ATTEMPTS_A_MINUTE)
  const afterLast = last === undefined ? 0 : last + floorMs - nowMs
  const afterEighth = eighth === undefined ? 0 : eighth + MINUTE_MS + 1 - nowMs
  return Math.max(0, Math.ceil(afterLast), Math.ceil(afterEighth))
}

export interface Ended {
  readonly code: EgressFailure
  /** Which failure it is since the attempts were last counted anew, from 1. */
  readonly failure: number
  readonly chance: number
  readonly nowMs: number
}

/** The wait after an attempt that has ended. LiveKit's time limit is no failure: once, the next begins at once. */
export const afterEnd = (pace: Pace, begun: Begun, { code, failure, chance, nowMs }: Ended): number => {
  const whole = code === 'limit_reached' && failure <= 1 ? 0 : backoffMs(pace, failure, chance)
  return Math.max(whole, paceMs(begun, nowMs, SHORTEST * pace.backoffBaseMs))
}

/** The wait after a command that asks for an attempt now. */
export const afterCommand = (pace: Pace, begun: Begun, nowMs: number): number =>
  paceMs(begun, nowMs, Math.min(SHORTEST * pace.backoffBaseMs, COMMAND_FLOOR_MS))
