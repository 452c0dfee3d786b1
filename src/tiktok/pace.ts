// How fast sign requests may follow each other: never more than the limit in any minute, a fraction of it in any
// second, and with a random distance while others wait. Time (monotonic milliseconds) and chance
// come in with each call.

const MINUTE = 60_000
const SECOND = 1_000

export class Pace {
  #perMinute: number
  /** Times of the requests of the last minute, oldest first: at most `perMinute` of them. */
  #times: number[] = []
  #notBefore = -Infinity

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  get perMinute(): number {
    return this.#perMinute
  }

  set perMinute(value: number) {
    this.#perMinute = Math.max(1, Math.floor(value))
    this.#notBefore = -Infinity
  }

  /** Three seconds' worth may go in one second, so that a few rooms need not wait and many do not go at once. */
  get perSecond(): number {
    return Math.max(1, Math.ceil(this.#perMinute / 20))
  }

  available(now: number): number {
    this.#forget(now)
    return Math.max(0, this.#perMinute - this.#times.length)
  }

  /** The earliest time at which the next request may go; `now` or earlier means at once. */
  readyAt(now: number): number {
    this.#forget(now)
    const first = this.#times.at(-this.#perMinute)
    const second = this.#times.at(-this.perSecond)
    return Math.max(
      this.#notBefore,
      first === undefined ? -Infinity : first + MINUTE,
      second === undefined ? -Infinity : second + SECOND,
    )
  }

  /** Counts a request. `chance` in [0, 1) spreads those that wait behind it. */
  spend(now: number, chance: number, othersWait: boolean): void {
    this.#times.push(now)
    this.#notBefore = othersWait ? now + ((0.5 + chance) * SECOND) / this.perSecond : -Infinity
  }

  /** A request counted at `at` was never made. */
  giveBack(at: number): void {
    const index = this.#times.lastIndexOf(at)
    if (index >= 0) this.#times.splice(index, 1)
  }

  #forget(now: number): void {
    const from = this.#times.findIndex((at) => at + MINUTE > now)
    if (from < 0) this.#times = []
    else if (from > 0) this.#times.splice(0, from)
  }
}
