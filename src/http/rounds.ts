// Who is written to, and when: after a change every client of the feed is offered what is new, a slice of
// clients at a time, so that five thousand of them never hold up the event loop. The more clients there are,
// the more entries go into one write; nobody waits for anybody.

import { performance } from 'node:perf_hooks'
import type { Feed, Follower } from './feed.ts'

/** One slice of a round keeps the event loop for this long, milliseconds. */
const SLICE_MS = 3
/**
 * A round that cost n milliseconds of this thread's CPU is followed by 3n in which none begins: a quarter of the
 * loop at most. Time that others took from the thread does not count, or a busy machine would make rounds rare.
 */
const REST = 3
const REST_MAX_MS = 500
/** Reading the clock costs as much as a small write, so it is read once for this many clients. */
const CLOCK_EVERY = 16

export class Rounds {
  readonly #dirty = new Set<Feed>()
  #running = false
  #notBefore = 0
  /** Set while a round waits for the rest after the one before to be over. */
  #resting: NodeJS.Timeout | null = null

  /** The feed has something new. */
  changed(feed: Feed): void {
    this.#dirty.add(feed)
    if (!this.#running) this.#begin()
    else if (this.#resting !== null && feed.presses) this.#go()
  }

  #begin(): void {
    this.#running = true
    const wait = this.#notBefore - performance.now()
    if (wait < 1) this.#go()
    else this.#resting = setTimeout(() => this.#go(), wait)
  }

  #go(): void {
    if (this.#resting !== null) clearTimeout(this.#resting)
    this.#resting = null
    setImmediate(() => this.#slice(this.#clients(), 0))
  }

  *#clients(): Generator<Follower, void> {
    for (const feed of this.#dirty) {
      this.#dirty.delete(feed)
      yield* feed.followers
      feed.settle()
    }
  }

  #slice(clients: Generator<Follower, void>, spentMs: number): void {
    const started = performance.now()
    const cpu = process.threadCpuUsage()
    const spent = (): number => {
      const { user, system } = process.threadCpuUsage(cpu)
      return spentMs + (user + system) / 1000
    }
    for (let served = 1; ; served += 1) {
      const { done, value } = clients.next()
      if (done === true) break
      value.deliver()
      if (served % CLOCK_EVERY === 0 && performance.now() - started > SLICE_MS) {
        const soFar = spent()
        setImmediate(() => this.#slice(clients, soFar))
        return
      }
    }
    this.#notBefore = performance.now() + Math.min(REST * spent(), REST_MAX_MS)
    this.#running = false
    if (this.#dirty.size > 0) this.#begin()
  }
}
