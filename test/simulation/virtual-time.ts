// One virtual clock for Effect and, through the bridge, for XState. Nothing here waits: fibers run when the
// simulation settles, timers when it advances, so a schedule is a plain synchronous call.

import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Duration from 'effect/Duration'
import * as Effect from 'effect/Effect'
import * as Logger from 'effect/Logger'
import * as Random from 'effect/Random'
import * as Scheduler from 'effect/Scheduler'

interface Timer {
  at: number
  readonly order: number
  run: (() => void) | null
}

/** More work than this without time passing is a loop that never ends. */
const TASKS_MAX = 200_000

/** More timers than this in one moment make no progress. */
const TIMERS_MAX = 10_000

const EPOCH = Date.UTC(2026, 2, 1, 12)

/** mulberry32: small, fast, and the same on every machine. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export class VirtualTime {
  /** Monotonic milliseconds. */
  ms = 0
  #wallOffset = EPOCH
  #order = 0
  #tasks: (() => void)[] = []
  #timers: Timer[] = []

  get wall(): number {
    return Math.floor(this.ms + this.#wallOffset)
  }

  /** The wall clock is set; nothing else notices. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms
  }

  /** Like Node's: at least one millisecond, and a fraction is cut off. */
  readonly timer = (ms: number, run: () => void): (() => void) => {
    const timer: Timer = { at: this.ms + Math.max(1, Math.trunc(ms)), order: this.#order++, run }
    const timers = this.#timers
    let slot = timers.push(timer) - 1
    for (let up = (slot - 1) >> 1; slot > 0 && before(timer, timers[up]!); up = (slot - 1) >> 1) {
      timers[slot] = timers[up]!
      slot = up
    }
    timers[slot] = timer
    return () => {
      timer.run = null
    }
  }

  readonly task = (run: () => void): void => {
    this.#tasks.push(run)
  }

  /** Runs everything that can run without time passing. */
  settle(): void {
    let left = TASKS_MAX
    while (this.#tasks.length > 0) {
      const tasks = this.#tasks
      this.#tasks = []
      for (const run of tasks) run()
      left -= tasks.length
      if (left < 0) throw new Error('the simulation does not come to rest')
    }
  }

  advance(ms: number): void {
    const target = this.ms + ms
    this.settle()
    let atOnce = 0
    for (let next = this.#first(); next !== undefined && next.at <= target; next = this.#first()) {
      this.#take()
      atOnce = next.at > this.ms ? 0 : atOnce + 1
      if (atOnce > TIMERS_MAX) throw new Error('timers of the simulation make no progress')
      this.ms = Math.max(this.ms, next.at)
      next.run?.()
      this.settle()
    }
    this.ms = target
  }

  /** The process stands still while time goes on: timers that fall due are late. */
  stall(ms: number): void {
    this.settle()
    this.ms += ms
    this.advance(0)
  }

  /** Milliseconds until something is due, or null. */
  get untilNext(): number | null {
    const next = this.#first()
    return next === undefined ? null : Math.max(0, next.at - this.ms)
  }

  /** The process is gone: nothing of it runs any more. */
  forget(): void {
    this.#tasks = []
    this.#timers = []
  }

  #first(): Timer | undefined {
    while (this.#timers.length > 0 && this.#timers[0]!.run === null) this.#take()
    return this.#timers[0]
  }

  #take(): void {
    const timers = this.#timers
    const last = timers.pop()!
    if (timers.length === 0) return
    let slot = 0
    for (let child = 1; child < timers.length; child = 2 * slot + 1) {
      const right = timers[child + 1]
      if (right !== undefined && before(right, timers[child]!)) child += 1
      if (!before(timers[child]!, last)) break
      timers[slot] = timers[child]!
      slot = child
    }
    timers[slot] = last
  }

  readonly clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => this.wall,
    currentTimeMillis: Effect.sync(() => this.wall),
    currentTimeNanosUnsafe: () => BigInt(this.wall) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(this.wall) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => BigInt(Math.round(this.ms * 1e6)),
    monotonicTimeNanos: Effect.sync(() => BigInt(Math.round(this.ms * 1e6))),
    sleep: (duration) => {
      const ms = Duration.toMillis(duration)
      if (ms <= 0) return Effect.yieldNow
      if (!Number.isFinite(ms)) return Effect.never
      return Effect.callback((resume) => Effect.sync(this.timer(ms, () => resume(Effect.void))))
    },
  }

  /** What every fiber of a simulated process runs with. */
  context(random: () => number): Context.Context<never> {
    const scheduler: Scheduler.Scheduler = {
      executionMode: 'async',
      shouldYield: (fiber) => fiber.currentOpCount >= 2_048,
      makeDispatcher: () => ({ scheduleTask: (run) => this.task(run), flush: () => this.settle() }),
    }
    return Context.make(Clock.Clock, this.clock).pipe(
      Context.add(Scheduler.Scheduler, scheduler),
      Context.add(Random.Random, {
        nextDoubleUnsafe: random,
        nextIntUnsafe: () => Math.floor(random() * Number.MAX_SAFE_INTEGER),
      }),
      Context.add(Logger.CurrentLoggers, new Set<Logger.Logger<unknown, unknown>>()),
    ) as Context.Context<never>
  }
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
