// What sending out is told at start, and the limits that no operator sets.

import type { Config } from '../config.ts'

export interface LiveOptions {
  /** Backoff, attempts, stability and polling, as the environment has them. */
  readonly egress: Config['egress']
  /** Where LiveKit reports to; null when the server has no public address. */
  readonly webhookUrl: string | null
  readonly tuning?: Partial<LiveTuning>
}

/** All durations are milliseconds. */
export interface LiveTuning {
  /** An answer that takes longer is counted as lost. */
  readonly answerMs: number
  /** A start whose answer was lost counts as absent no sooner than this after the loss. */
  readonly graceMs: number
  /** Attempts are counted anew after so long on air without a failure. */
  readonly anewMs: number
  /** LiveKit reports no recovery: without another failure for so long it has recovered. */
  readonly recoveryMs: number
  /** An accepted egress that is not sending after so long is stalled. */
  readonly connectMs: number
  /** One whose retries go on for so long is stalled. */
  readonly churnMs: number
  /** One that LiveKit calls ending for so long is stalled. */
  readonly endingMs: number
  /** One whose participant has left for so long and that is said to run is a ghost; the last of a stream takes 30 s. */
  readonly ghostMs: number
  /** A stop that is not confirmed for so long is shown as unconfirmed … */
  readonly unconfirmedMs: number
  /** … and for so long is an alarm. */
  readonly alarmMs: number
  /** The first wait before a stop is asked for again; it doubles. */
  readonly stopBaseMs: number
  readonly stopCapMs: number
  /** A destination's actor that failed this often … */
  readonly restartsMax: number
  /** … within this time is given up. */
  readonly restartWindowMs: number
  readonly restartBaseMs: number
}

export const LIVE_TUNING: LiveTuning = {
  answerMs: 10_000,
  graceMs: 15_000,
  anewMs: 60_000,
  recoveryMs: 35_000,
  connectMs: 60_000,
  churnMs: 90_000,
  endingMs: 60_000,
  ghostMs: 35_000,
  unconfirmedMs: 8_000,
  alarmMs: 60_000,
  stopBaseMs: 1_000,
  stopCapMs: 30_000,
  restartsMax: 5,
  restartWindowMs: 30_000,
  restartBaseMs: 100,
}
