// How much of YouTube's quota this process has used today. Every list costs one unit; a project has 10,000 a day,
// which begins at midnight in California.

/** What a project has unless Google gave it more. */
export const DAILY_UNITS = 10_000
const SCARCE_UNITS = DAILY_UNITS * 0.8
/** With two units a look, a whole day of it costs less than a third of the quota. */
const SCARCE_AGE_MS = 60_000

/** Loading the zones takes as long as loading fifty modules: nobody pays for it who looks at no YouTube. */
const californian = () =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' })

export class Quota {
  #days: Intl.DateTimeFormat | undefined
  #day = ''
  #units = 0

  spend(now: number): void {
    this.#turn(now)
    this.#units += 1
  }

  spent(now: number): number {
    this.#turn(now)
    return this.#units
  }

  /** How old an answer may be: older than was asked for when the units of the day get scarce. */
  maxAge(wantedMs: number, now: number): number {
    return this.spent(now) < SCARCE_UNITS ? wantedMs : Math.max(wantedMs, SCARCE_AGE_MS)
  }

  #turn(now: number): void {
    this.#days ??= californian()
    const today = this.#days.format(now)
    if (today === this.#day) return
    this.#day = today
    this.#units = 0
  }
}
