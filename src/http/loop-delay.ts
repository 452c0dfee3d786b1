// How late timers are on the main thread, over the last minute or so: two histograms that take turns, so that
// whoever asks, however often, sees a whole window.

import { monitorEventLoopDelay } from 'node:perf_hooks'

const WINDOW_MS = 30_000
const RESOLUTION_MS = 10

export interface LoopDelay {
  /** Milliseconds beyond what a timer asked for. */
  readonly read: () => { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
  readonly stop: () => void
}

const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)

const begin = () => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return histogram
}

export const loopDelay = (): LoopDelay => {
  let older = begin()
  let newer = begin()
  const turn = setInterval(() => {
    older.disable()
    older = newer
    newer = begin()
  }, WINDOW_MS)
  turn.unref()
  return {
    read: () => ({
      p50Ms: late(older.percentile(50)),
      p99Ms: late(older.percentile(99)),
      maxMs: late(older.max),
    }),
    stop: () => {
      clearInterval(turn)
      older.disable()
      newer.disable()
    },
  }
}
