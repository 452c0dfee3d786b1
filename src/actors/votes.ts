// When "offline" is believed: two answers, some seconds apart, with no sign of life between them.
// An unknown answer is no vote.

export interface Votes {
  /** An offline answer; true when it confirms an earlier one. */
  readonly offline: (monotonicMs: number) => boolean
  /** A live answer or a frame: earlier votes are void. */
  readonly clear: () => void
  /** Until a vote can confirm the first one, or null when there is none. */
  readonly waitMs: (monotonicMs: number) => number | null
}

export const makeVotes = (hysteresisMs: number): Votes => {
  let since: number | null = null
  return {
    offline: (ms) => {
      since ??= ms
      return ms - since >= hysteresisMs
    },
    clear: () => {
      since = null
    },
    waitMs: (ms) => (since === null ? null : Math.max(0, since + hysteresisMs - ms)),
  }
}

/** Full jitter: anywhere between nothing and the cap of this try, which doubles up to the limit. */
export const backoffMs = (tries: number, baseMs: number, capMs: number, random: number): number =>
  random * Math.min(capMs, baseMs * 2 ** Math.max(0, Math.min(tries - 1, 20)))
