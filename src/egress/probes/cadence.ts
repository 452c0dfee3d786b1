// How often a platform is asked about one destination. Pure.

import type { EgressState, PlatformView } from '../../domain/egress.ts'
import { PROBE_TROUBLES, type ProbeError } from './probe.ts'

/** All durations are milliseconds. */
export interface Cadence {
  /** How often it is seen what is to be asked about. */
  readonly tickMs: number
  /** Between two questions while a destination connects, or is on air and its platform does not show it yet … */
  readonly fastMs: number
  /** … for this long after its state began; a platform that takes longer is asked like one that is on air. */
  readonly fastForMs: number
  readonly slowMs: number
  /** The longest wait after failures; the first is `slowMs`, and it doubles. */
  readonly failedMaxMs: number
  /** Questions to one platform that are open at the same time. */
  readonly atOnce: number
  /** A question that takes longer counts as unanswered. */
  readonly answerMs: number
}

export const CADENCE: Cadence = {
  tickMs: 1_000,
  fastMs: 5_000,
  fastForMs: 120_000,
  slowMs: 20_000,
  failedMaxMs: 300_000,
  atOnce: 4,
  answerMs: 15_000,
}

/** What the next question depends on. Times are monotonic. */
export interface Pace {
  state: EgressState
  /** When it was noticed that it is in this state. */
  sinceMs: number
  /** What the platform said last. */
  shown: PlatformView['state'] | null
  failures: number
}

export const waitMs = (
  { state, sinceMs, shown }: Pace,
  nowMs: number,
  { fastMs, fastForMs, slowMs }: Cadence,
): number => {
  const isUnderWay =
    state === 'connecting' || state === 'reconnecting' || (state === 'live' && shown !== 'live')
  return isUnderWay && nowMs - sinceMs < fastForMs ? fastMs : slowMs
}

/** At least what the platform asked for; spread out by chance, so that many do not come back at once. */
export const failedWaitMs = (
  { failures }: Pace,
  { code, retryAfterMs, wasAsked }: ProbeError,
  { fastMs, slowMs, failedMaxMs }: Cadence,
  chance: number,
): number => {
  // Whoever left it alone knows when to ask it again.
  if (!wasAsked) return Math.max(retryAfterMs ?? 0, fastMs) * (1 + chance * 0.1)
  const backoffMs = Math.min(slowMs * 2 ** (failures - 1), failedMaxMs)
  return Math.max(backoffMs, retryAfterMs ?? PROBE_TROUBLES[code].restMs) * (1 + chance * 0.1)
}
