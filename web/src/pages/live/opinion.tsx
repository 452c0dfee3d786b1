// The second axis: what the platform says of itself, beside what LiveKit says of the egress. It starts and stops
// nothing; it is there so that a person sees when the two disagree.

import { durationText } from '../../parts/figures.ts'
import { Icon } from '../../parts/icons.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { now } from '../../state/clock.ts'
import { t } from '../../words/live.ts'
import { platformName } from '../../words/platforms.ts'
import type { Lane } from './lanes.ts'

const WORDS = {
  live: 'platform_live',
  not_live: 'platform_not_live',
  unknown: 'platform_unknown',
} as const

const ASKED: readonly string[] = ['youtube', 'twitch']

const ICONS = { live: 'check', not_live: 'close', unknown: 'info' } as const

export const Opinion = ({ lane: { platform, view } }: { readonly lane: Lane }) => {
  if (view === null || view.state === 'idle' || view.state === 'stopped') return null
  const { platform_state: state, platform_observed_at: at, platform_issues: issues } = view
  const name = platformName(platform)
  if (state === null) {
    // Of a server that somebody named nobody else is asked at all.
    if (!ASKED.includes(platform)) return null
    return (
      <p class="opinion small faint" title={t('platformUnaskedHint')}>
        {t('platformSays', { platform: name })}: {t('platform_unasked')}
      </p>
    )
  }
  return (
    <div class="opinion">
      <p class="row-wrap">
        <span class="muted small">{t('platformSays', { platform: name })}</span>
        <span class="opinion-chip" data-says={state}>
          <Icon name={ICONS[state]} size={12} />
          {t(WORDS[state])}
        </span>
        {at !== null && (
          <span class="faint small">{t('platformAge', { ago: durationText(now.value - at) })}</span>
        )}
      </p>
      {issues.length > 0 && (
        <ul class="opinion-issues">
          {issues.slice(0, 6).map(({ severity, code, text }) => (
            <li key={code} data-severity={severity}>
              <Icon name={severity === 'info' ? 'info' : 'warning'} size={14} />
              <Stranger text={text} max={300} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
