// What is around every page: the rail (a bar at the lower edge of small screens), the top line, and the page itself.

import { Icon, type IconName } from '../parts/icons.tsx'
import { Toasts } from '../parts/toast.tsx'
import type { PageName } from '../paths.ts'
import { route } from '../router.tsx'
import { t } from '../words/frame.ts'
import { CurrentPage, preload } from './page.tsx'
import { PaletteHost, usePaletteKeys } from './palette-host.tsx'
import { TopLine } from './top-line.tsx'
import './frame.css'

type Place = 'rooms' | 'live' | 'sessions' | 'assets' | 'machines' | 'system'
const PLACES: readonly Place[] = ['rooms', 'live', 'sessions', 'assets', 'machines', 'system']

/** The place in the rail that a page belongs to. */
const placeOf = (page: PageName | 'unknown'): string =>
  page === 'room' ? 'rooms' : page === 'session' ? 'sessions' : page

const Rail = () => {
  const current = placeOf(route.value.page)
  return (
    <nav class="rail" aria-label={t('pages')}>
      <a class="rail-mark" href="/rooms" aria-hidden="true" tabIndex={-1}>
        <svg width="28" height="28" viewBox="0 0 32 32">
          <path class="rail-letter" d="M9 23V9h8a4.5 4.5 0 0 1 1.2 8.8L23 23" />
          <circle class="rail-dot" cx="23.5" cy="9.5" r="3" />
        </svg>
      </a>
      {PLACES.map((place) => (
        <a
          key={place}
          class="rail-place"
          href={`/${place}`}
          aria-current={place === current ? 'page' : undefined}
          onPointerEnter={() => void preload(place)}
          onFocus={() => void preload(place)}
        >
          <Icon name={place satisfies IconName} size={20} />
          <span>{t(place)}</span>
        </a>
      ))}
    </nav>
  )
}

export const Frame = () => {
  usePaletteKeys()
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {t('skip')}
      </a>
      <Rail />
      <div class="frame-main">
        <TopLine />
        <main id="content" class="content" tabIndex={-1}>
          <CurrentPage />
        </main>
      </div>
      <PaletteHost />
      <Toasts />
    </div>
  )
}
