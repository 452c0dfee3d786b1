// How many viewers there were for how long. Each count stands until the next one, for a minute at most: what
// was not observed weighs nothing. A clock that steps back adds no negative time.

const HOLD_MS = 60_000
const MINUTE_MS = 60_000

interface Weight {
  sum: number
  ms: number
}

const mean = (weight: Weight | undefined): number | null =>
  weight === undefined || weight.ms === 0 ? null : weight.sum / weight.ms

export class ViewerTime {
  readonly #all: Weight = { sum: 0, ms: 0 }
  readonly #minutes = new Map<number, Weight>()
  #at = 0
  #count: number | null = null

  /** A count arrived. In the order of arrival. */
  seen(at: number, count: number): void {
    this.until(at)
    this.#at = at
    this.#count = count
  }

  /** Nothing more will be seen before the next `seen`; the last count stands until here. */
  until(at: number): void {
    if (this.#count === null) return
    const end = Math.min(at, this.#at + HOLD_MS)
    for (let from = this.#at; from < end;) {
      const minute = Math.floor(from / MINUTE_MS)
      const to = Math.min(end, (minute + 1) * MINUTE_MS)
      this.#add(minute, this.#count, to - from)
      from = to
    }
    this.#count = null
  }

  #add(minute: number, count: number, ms: number): void {
    const weight = this.#minutes.get(minute) ?? { sum: 0, ms: 0 }
    weight.sum += count * ms
    weight.ms += ms
    this.#minutes.set(minute, weight)
    this.#all.sum += count * ms
    this.#all.ms += ms
  }

  /** Over everything observed, or null when nothing was. */
  average(): number | null {
    return mean(this.#all)
  }

  /** The minute is milliseconds UTC divided by 60,000. */
  averageOf(minute: number): number | null {
    return mean(this.#minutes.get(minute))
  }

  observedMs(): number {
    return this.#all.ms
  }
}
