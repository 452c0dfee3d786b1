// The pool of sign keys: which may be used, which rests and until when. Every call is told what time it is.
// Who may use one next is decided in sign-budget.ts.

import * as Redacted from 'effect/Redacted'
import type { TikTokError } from '../domain/errors.ts'

export type SignKey = Redacted.Redacted<string> | null

/** What a sign request with a key led to. */
export type SignOutcome =
  | { readonly kind: 'ok' }
  /** The key may not be used before `retryAfterMs` is over; without it, for a growing time of our own. */
  | { readonly kind: 'limited'; readonly retryAfterMs: number | null }
  /** The key is not allowed to do this: set aside, longer each time. */
  | { readonly kind: 'refused' }
  /** Nothing was asked of the sign server, or its trouble is not the key's. */
  | { readonly kind: 'other' }

export interface SignKeyStatus {
  /** The last four characters at most. */
  readonly key: string
  /** Requests since midnight UTC, which is how sign servers count. */
  readonly used: number
  readonly coolingUntil: number | null
  readonly lastError: string | null
}

/** One moment on two clocks: waits are measured on the one that cannot be set, days are told by the other. */
export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

interface Kept {
  readonly key: SignKey
  readonly label: string
  day: number
  used: number
  lastUsedAt: number
  coolingUntil: number
  /** Refusals, or limits without a time, since the last success. */
  strikes: number
  lastError: string | null
}

const DAY = 86_400_000
const MINUTE = 60_000
const LIMITED_MAX = 15 * MINUTE
const REFUSED_MAX = 6 * 60 * MINUTE

const labelOf = (key: SignKey): string => {
  if (key === null) return 'anonymous'
  const text = Redacted.value(key)
  return text.length >= 12 ? `…${text.slice(-4)}` : '…'
}

/** What an error of a connection says about the key it used. */
export const outcomeOf = (error: TikTokError): SignOutcome => {
  if (error.code === 'sign_rate_limited') return { kind: 'limited', retryAfterMs: error.retryAfterMs ?? null }
  return error.code === 'sign_refused' ? { kind: 'refused' } : { kind: 'other' }
}

export class SignKeys {
  readonly #keys: readonly Kept[]

  /** Without keys the sign server counts by address: one nameless key stands for that. */
  constructor(keys: readonly Redacted.Redacted<string>[]) {
    const all: readonly SignKey[] = keys.length > 0 ? keys : [null]
    this.#keys = all.map((key) => ({
      key,
      label: labelOf(key),
      day: 0,
      used: 0,
      lastUsedAt: -Infinity,
      coolingUntil: -Infinity,
      strikes: 0,
      lastError: null,
    }))
  }

  /** When the next key may be used, on the monotonic clock. */
  readyAt(): number {
    return Math.min(...this.#keys.map((kept) => kept.coolingUntil))
  }

  /** Takes the key that was used least today, of equals the one that rested longest. Call it when one is ready. */
  take(now: Moment): SignKey {
    const day = Math.floor(now.wall / DAY)
    for (const kept of this.#keys) if (kept.day !== day) Object.assign(kept, { day, used: 0 })
    const [next] = this.#keys
      .filter((kept) => kept.coolingUntil <= now.monotonic)
      .toSorted((a, b) => a.used - b.used || (a.lastUsedAt < b.lastUsedAt ? -1 : 1))
    if (next === undefined) return this.#keys[0]?.key ?? null
    next.used += 1
    next.lastUsedAt = now.monotonic
    return next.key
  }

  /** A key was taken and nothing was asked with it. */
  giveBack(key: SignKey): void {
    const kept = this.#find(key)
    if (kept !== undefined && kept.used > 0) kept.used -= 1
  }

  report(key: SignKey, outcome: SignOutcome, now: Moment): void {
    const kept = this.#find(key)
    if (kept === undefined || outcome.kind === 'other') return
    if (outcome.kind === 'ok') {
      kept.strikes = 0
      kept.lastError = null
      return
    }
    kept.strikes += 1
    const grown = (first: number, factor: number, max: number) =>
      Math.min(max, first * factor ** Math.min(kept.strikes - 1, 10))
    const restMs =
      outcome.kind === 'refused'
        ? grown(MINUTE, 5, REFUSED_MAX)
        : (outcome.retryAfterMs ?? grown(MINUTE, 2, LIMITED_MAX))
    kept.coolingUntil = Math.max(kept.coolingUntil, now.monotonic + restMs)
    kept.lastError = outcome.kind === 'refused' ? 'sign_refused' : 'sign_rate_limited'
  }

  status(now: Moment): readonly SignKeyStatus[] {
    const day = Math.floor(now.wall / DAY)
    return this.#keys.map(({ label, used, coolingUntil, lastError, day: counted }) => ({
      key: label,
      used: counted === day ? used : 0,
      coolingUntil: coolingUntil > now.monotonic ? Math.ceil(now.wall + coolingUntil - now.monotonic) : null,
      lastError,
    }))
  }

  #find(key: SignKey): Kept | undefined {
    const value = key === null ? null : Redacted.value(key)
    return this.#keys.find((kept) => (kept.key === null ? null : Redacted.value(kept.key)) === value)
  }
}
