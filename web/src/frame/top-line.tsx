// The line above every page: the one thing that is wrong now, or nothing; beside it search, language, theme and who
// is signed in.

import { language, theme } from '../state/preferences.ts'
import { me, signOut } from '../state/me.ts'
import { Menu, type MenuItem } from '../parts/menu.tsx'
import { Stranger } from '../parts/stranger.tsx'
import { t } from '../words/frame.ts'
import { Icon } from '../parts/icons.tsx'
import { isPaletteOpen } from './palette-host.tsx'
import { TroubleLine } from './trouble-line.tsx'
import './top-line.css'

const items = (): readonly MenuItem[] => [
  { label: 'English', checked: language.value === 'en', act: () => void (language.value = 'en') },
  { label: '中文', checked: language.value === 'zh', act: () => void (language.value = 'zh') },
  {
    label: t('themeSystem'),
    apart: true,
    checked: theme.value === 'system',
    act: () => void (theme.value = 'system'),
  },
  { label: t('themeLight'), checked: theme.value === 'light', act: () => void (theme.value = 'light') },
  { label: t('themeDark'), checked: theme.value === 'dark', act: () => void (theme.value = 'dark') },
  { label: t('reference'), apart: true, icon: 'reference', href: '/reference' },
  { label: t('signOut'), icon: 'leave', act: signOut },
]

export const TopLine = () => {
  const who = me.value
  return (
    <header class="top-line">
      <TroubleLine />
      <button
        type="button"
        class="top-search"
        aria-label={t('searchShort')}
        aria-keyshortcuts="/ Control+K"
        onClick={() => void (isPaletteOpen.value = true)}
      >
        <Icon name="search" />
        <span>{t('searchShort')}</span>
        <kbd aria-hidden="true">/</kbd>
      </button>
      <Menu
        label={t('menu')}
        icon="person"
        items={items()}
        head={
          typeof who === 'object' ? <Stranger text={t('you', { actor: who.actor })} max={60} /> : undefined
        }
      />
    </header>
  )
}
