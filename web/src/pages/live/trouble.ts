// What a lane says: what is wrong in words, what happens next by itself and when, what a person can do; or, when
// nothing is wrong, one quiet line. Pure but for the language.

import type { PlatformLive } from '../../api/types.ts'
import { leftText } from '../../parts/figures.ts'
import { failureWords, waitsForever } from '../../words/egress-failures.ts'
import { t } from '../../words/live.ts'

export interface Says {
  /** What is wrong; null when nothing is. */
  readonly trouble: string | null
  /** What happens by itself. */
  readonly next: string | null
  /** What a person can do. */
  readonly advice: string | null
  /** What to say when nothing is wrong. */
  readonly quiet: string | null
}

type View = Pick<
  PlatformLive,
  'state' | 'attempt' | 'attempts_max' | 'next_attempt_at' | 'error_code' | 'error' | 'advice'
>

/** The attempt that comes next: what has been tried, and one more, never beyond the last. */
const coming = ({ attempt, attempts_max: max }: View): number => Math.min(attempt + 1, Math.max(1, max))

const nextOf = (view: View, now: number): string | null => {
  const { state, attempt, attempts_max: max, next_attempt_at: at, error_code: code } = view
  const forever = waitsForever(code)
  if (state === 'backoff') {
    const left = at === null ? 0 : at - now
    if (left > 0) {
      const values = { left: leftText(left), n: coming(view), max }
      return forever ? t('againInWait', values) : t('againIn', values)
    }
    return forever ? t('againNowWait') : t('againNow', { n: coming(view), max })
  }
  if (state === 'failed') return attempt > 0 ? t('gaveUp', { n: attempt }) : t('gaveUpNow')
  if (state === 'starting' || state === 'connecting') {
    return forever ? t('againNowWait') : t('againNow', { n: Math.max(1, attempt), max })
  }
  if (state === 'reconnecting') return t('coming')
  return null
}

const QUIET = {
  idle: 'quietIdle',
  starting: 'quietStarting',
  connecting: 'quietConnecting',
  live: 'quietLive',
  reconnecting: 'coming',
  backoff: 'againNowWait',
  failed: 'gaveUpNow',
  stopping: 'quietStopping',
  stopped: 'quietStopped',
} as const

export const saysOf = (view: View | null, now: number): Says => {
  if (view === null) return { trouble: null, next: null, advice: null, quiet: t('quietIdle') }
  if (view.error_code === null || view.state === 'live') {
    return { trouble: null, next: null, advice: null, quiet: t(QUIET[view.state]) }
  }
  const { sentence, advice } = failureWords(view.error_code, view)
  return {
    trouble: sentence,
    next: nextOf(view, now),
    advice: advice === '' ? null : advice,
    quiet: null,
  }
}

/** What stands beside the state's word in the chip; null when the word says it all. */
export const chipSays = (view: View, now: number): string | null => {
  const { state, attempt, attempts_max: max, next_attempt_at: at } = view
  if (state === 'backoff' && at !== null && at > now) return t('nextIn', { left: leftText(at - now) })
  if (attempt === 0 || (state !== 'starting' && state !== 'connecting' && state !== 'backoff')) return null
  return waitsForever(view.error_code) ? t('attemptWait', { n: attempt }) : t('attempt', { n: attempt, max })
}
