// When a room is looked at next: often near the hours it is used to go live at, rarely otherwise,
// and a room without a past like one at its hour. Pure; the looks themselves are in `actors/watch.ts`.

const HOURS = 24
const ALL_HOURS = 2 ** HOURS - 1

/** A room far from its hours is looked at this many times less often. */
export const RAREST = 5

/** An hour counts as habitual from this share of the most frequent hour on. */
const HABIT_SHARE = 0.2

const UNKNOWN_BASE_MS = 1_000
const UNKNOWN_CAP_MS = 60_000

/** The hours (UTC) of past sessions as a set of 24 bits; 0 for a room without a past. */
export type Habits = number

export const hourOf = (at: number): number => Math.floor(at / 3_600_000) % HOURS

/** What sessions opened per hour say: hours that are rare beside the most frequent one are chance. */
export const habitsOf = (opened: readonly number[]): Habits => {
  const least = Math.max(1, HABIT_SHARE * Math.max(0, ...opened))
  return opened.reduce((habits, count, hour) => (count >= least ? habits | (1 << hour) : habits), 0)
}

export const withHour = (habits: Habits, at: number): Habits => habits | (1 << hourOf(at))

export const hoursIn = (habits: Habits): readonly number[] =>
  Array.from({ length: HOURS }, (_, hour) => hour).filter((hour) => (habits & (1 << hour)) !== 0)

/** Hours from this one to the nearest habitual one, around the clock. */
const distance = (habits: Habits, hour: number): number => {
  for (let away = 0; away <= HOURS / 2; away += 1) {
    const later = 1 << ((hour + away) % HOURS)
    const earlier = 1 << ((hour - away + HOURS) % HOURS)
    if ((habits & (later | earlier)) !== 0) return away
  }
  return 0
}

/** How many times rarer than at its hour a room is looked at now: 1 to 5. */
export const rarity = (habits: Habits, now: number): number =>
  habits === 0 || habits === ALL_HOURS ? 1 : Math.min(RAREST, Math.max(1, distance(habits, hourOf(now))))

/** ±15 %, so that rooms that began together do not stay together. `random` is in [0, 1). */
export const jittered = (ms: number, random: number): number => ms * (0.85 + 0.3 * random)

/** After the nth unknown answer in a row: 1, 2, 4 … 60 s. */
export const unknownDelayMs = (unknowns: number): number =>
  Math.min(UNKNOWN_CAP_MS, UNKNOWN_BASE_MS * 2 ** Math.max(0, Math.min(unknowns - 1, 20)))
