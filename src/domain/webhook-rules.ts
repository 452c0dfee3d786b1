// What an attempt to deliver a message leads to: it is done, it is sent again later, it is put aside, or the
// webhook is disabled. Pure: time and chance are given.

import type { Delivery, DisabledReason } from './webhook.ts'

export interface WebhookPace {
  readonly retryBaseMs: number
  readonly retryCapMs: number
  /** A webhook that took nothing for this long is disabled. */
  readonly giveUpMs: number
}

/** A message that the receiver refuses this often, while it answers, is put aside so that others get through. */
export const REFUSALS_MAX = 5
/** The longest that a receiver's Retry-After is obeyed. */
const RETRY_AFTER_MAX_MS = 86_400_000
/** Jitter is a fifth up and down. */
const JITTER = 0.2

/** How the message at the head fares. */
export interface Progress {
  /** Attempts that failed. */
  readonly attempts: number
  /** Since when nothing was taken, whichever message it was. */
  readonly failingSince: number | null
}

export type Next =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again'; readonly progress: Progress; readonly nextAt: number }
  | { readonly kind: 'aside'; readonly progress: Progress }
  | { readonly kind: 'disable'; readonly progress: Progress; readonly reason: DisabledReason }

const backoffMs = ({ retryBaseMs, retryCapMs }: WebhookPace, attempts: number, chance: number): number => {
  const whole = Math.min(retryCapMs, retryBaseMs * 2 ** Math.min(40, attempts - 1))
  return Math.round(whole * (1 - JITTER + 2 * JITTER * chance))
}

export const afterAttempt = (
  pace: WebhookPace,
  before: Progress,
  delivery: Delivery,
  nowMs: number,
  chance: number,
): Next => {
  if (delivery.ok) return { kind: 'delivered' }
  const { code, retryAfterMs } = delivery
  // A clock that was set back must not keep a failing webhook for ever young.
  const failingSince = Math.min(before.failingSince ?? nowMs, nowMs)
  const progress = { attempts: before.attempts + 1, failingSince }
  if (code === 'gone') return { kind: 'disable', progress, reason: 'gone' }
  if (code === 'secret_unreadable') return { kind: 'disable', progress, reason: 'secret_unreadable' }
  if (nowMs - failingSince >= pace.giveUpMs) return { kind: 'disable', progress, reason: 'failing' }
  if (code === 'refused' && progress.attempts >= REFUSALS_MAX) return { kind: 'aside', progress }
  const askedMs = Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS)
  return {
    kind: 'again',
    progress,
    nextAt: nowMs + Math.max(askedMs, backoffMs(pace, progress.attempts, chance)),
  }
}
