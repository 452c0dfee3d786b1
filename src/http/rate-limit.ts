// Token buckets by key, in bounded memory: when there are too many, those that were used longest ago go. They
// are full again by then, so nothing is given away.

import { forgetOldest } from './bounded.ts'

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

const KEYS_MAX = 10_000

export class RateLimit {
  readonly #rate: Rate
  readonly #now: () => number
  readonly #buckets = new Map<string, { left: number; at: number }>()

  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate
    this.#now = now
  }

  get size(): number {
    return this.#buckets.size
  }

  /** Takes one. Answers 0, or how many milliseconds until one can be taken. */
  take(key: string): number {
    const { perSecond, burst } = this.#rate
    const now = this.#now()
    const known = this.#buckets.get(key) ?? { left: burst, at: now }
    const left = Math.min(burst, known.left + (Math.max(0, now - known.at) / 1000) * perSecond)
    this.#buckets.delete(key)
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now })
    forgetOldest(this.#buckets, KEYS_MAX)
    return left >= 1 ? 0 : ((1 - left) / perSecond) * 1000
  }
}
