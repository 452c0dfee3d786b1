// The limits of the actors that no setting changes, each with its reason. Tests give others.

import { SEQ_MAX } from '../domain/session.ts'

export interface Tuning {
  /** Looks at rooms under way at once, over all rooms. */
  readonly looksAtOnce: number
  /** Looks begun per second over all rooms; the bucket holds as many. */
  readonly looksPerSecond: number
  /** A look that takes longer is an unknown answer. */
  readonly lookTimeoutMs: number
  /** A broadcast whose end was heard is not believed to be live again for so long: caches lag behind. */
  readonly staleLiveMs: number
  /** Two offline answers must be this far apart before the broadcast counts as over. */
  readonly offlineHysteresisMs: number
  /** One attempt to connect. It has shorter limits of its own; this one is for a hole in them. */
  readonly connectTimeoutMs: number
  /** A connection that held so long makes the next backoff start anew. */
  readonly stableMs: number
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  /** The first retry after a loss comes within this time, spread at random. */
  readonly firstRetryMs: number
  /** After the stream's end, a socket idle for so long has nothing more to say. */
  readonly tailIdleMs: number
  /** TikTok's view of the room at the end of a session is waited for no longer. */
  readonly snapshotLimitMs: number
  readonly archiveRetryBaseMs: number
  readonly archiveRetryCapMs: number
  /** A room whose actor failed this often … */
  readonly restartsMax: number
  /** … within this time is quarantined. */
  readonly restartWindowMs: number
  /** A session with so many events or frames is ended and another opened: its numbers would run out. */
  readonly sessionFullAt: number
  /** The pause before the first restart; it doubles with each failure within the window. */
  readonly restartBaseMs: number
  /** A quarantined room whose open session cannot even be archived is tried again so often. */
  readonly quarantineRetryMs: number
}

export const TUNING: Tuning = {
  looksAtOnce: 16,
  looksPerSecond: 25,
  lookTimeoutMs: 20_000,
  staleLiveMs: 60_000,
  offlineHysteresisMs: 5_000,
  connectTimeoutMs: 60_000,
  stableMs: 30_000,
  backoffBaseMs: 1_000,
  backoffCapMs: 60_000,
  firstRetryMs: 1_000,
  tailIdleMs: 250,
  snapshotLimitMs: 2_000,
  archiveRetryBaseMs: 250,
  archiveRetryCapMs: 30_000,
  restartsMax: 5,
  restartWindowMs: 30_000,
  // A million is left for what is on its way until the session has ended.
  sessionFullAt: SEQ_MAX - 2 ** 20,
  restartBaseMs: 100,
  quarantineRetryMs: 30_000,
}
