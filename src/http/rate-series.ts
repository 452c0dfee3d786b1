// How busy rooms were in the last ten minutes, from memory: a sample of every recording each few seconds. Nothing
// of it is kept over a restart, and a room that was silent for the whole time is forgotten.

import type { RoomStatus } from '../actors/rooms.ts'

/** How far a sample is from the next, milliseconds, and how many are kept. */
export const STEP_MS = 10_000
export const STEPS = 60

interface Series {
  /** Rings; the oldest is at `at`, for all rooms the same. */
  readonly events: Float32Array
  readonly viewers: Int32Array
  sessionId: string | null
  /** Events of that session at the last sample. */
  counted: number
  /** Samples since there was anything. */
  silent: number
}

export interface RoomRates {
  readonly id: string
  readonly sessionId: string | null
  /** Now, as the room's status says. */
  readonly now: { readonly eventsPerSecond: number; readonly viewers: number }
  readonly giftValue: number
  /** Oldest first. */
  readonly eventsPerSecond: readonly number[]
  readonly viewers: readonly number[]
}

const tenth = (value: number): number => Math.round(value * 10) / 10

export class RateSeries {
  readonly #rooms = new Map<string, Series>()
  #next = 0
  #sampledAt: number

  constructor(now: number = Date.now()) {
    this.#sampledAt = now
  }

  get sampledAt(): number {
    return this.#sampledAt
  }

  get size(): number {
    return this.#rooms.size
  }

  /** Takes a sample of every room. A clock that was set counts as one step. */
  sample(rooms: readonly RoomStatus[], now: number = Date.now()): void {
    const passed = now - this.#sampledAt
    const seconds = (passed > 0 && passed < 10 * STEP_MS ? passed : STEP_MS) / 1000
    const seen = new Set<string>()
    for (const { id, session } of rooms) {
      const series = this.#rooms.get(id) ?? (session === null ? null : this.#begin(id))
      if (series === null) continue
      seen.add(id)
      const before = series.sessionId === (session?.id ?? null) ? series.counted : 0
      const events = session === null ? 0 : Math.max(0, session.counters.events - before) / seconds
      const viewers = session?.counters.viewersLast ?? 0
      series.events[this.#next] = events
      series.viewers[this.#next] = viewers
      series.sessionId = session?.id ?? null
      series.counted = session?.counters.events ?? 0
      series.silent = session === null ? series.silent + 1 : 0
      if (series.silent >= STEPS) this.#rooms.delete(id)
    }
    for (const id of this.#rooms.keys()) if (!seen.has(id)) this.#rooms.delete(id)
    this.#next = (this.#next + 1) % STEPS
    this.#sampledAt = now
  }

  /** The last `points` samples of a room; null for one that had nothing in the whole time. */
  of({ id, session }: RoomStatus, points: number): RoomRates | null {
    const series = this.#rooms.get(id)
    if (series === undefined && session === null) return null
    return {
      id,
      sessionId: session?.id ?? null,
      now: {
        eventsPerSecond: tenth(session?.eventsPerSecond ?? 0),
        viewers: session?.counters.viewersLast ?? 0,
      },
      giftValue: session?.counters.giftValue ?? 0,
      eventsPerSecond: this.#last(series?.events, points).map(tenth),
      viewers: this.#last(series?.viewers, points),
    }
  }

  #begin(id: string): Series {
    const series: Series = {
      events: new Float32Array(STEPS),
      viewers: new Int32Array(STEPS),
      sessionId: null,
      counted: 0,
      silent: 0,
    }
    this.#rooms.set(id, series)
    return series
  }

  #last(ring: Float32Array | Int32Array | undefined, points: number): number[] {
    const first = this.#next + STEPS - points
    return Array.from({ length: points }, (_, index) => ring?.[(first + index) % STEPS] ?? 0)
  }
}
