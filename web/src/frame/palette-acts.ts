// What an entry of the palette is called and what it does.

import { api } from '../api/fetch.ts'
import type { Room } from '../api/types.ts'
import type { Destination } from '../pages/live/types.ts'
import { toast } from '../parts/toast.tsx'
import type { IconName } from '../parts/icons.tsx'
import { go } from '../router.tsx'
import { signOut } from '../state/me.ts'
import { language, theme } from '../state/preferences.ts'
import { command } from '../state/room-commands.ts'
import { t as frame } from '../words/frame.ts'
import { t } from '../words/palette.ts'
import { saidOf, type Entry } from './palette-entries.ts'

const PLACES = ['rooms', 'live', 'sessions', 'assets', 'machines', 'system', 'reference'] as const

const SETTINGS = {
  add: () => go('/rooms?add=1'),
  themeLight: () => void (theme.value = 'light'),
  themeDark: () => void (theme.value = 'dark'),
  themeSystem: () => void (theme.value = 'system'),
  english: () => void (language.value = 'en'),
  chinese: () => void (language.value = 'zh'),
  signOut: () => signOut(),
} as const
type Setting = keyof typeof SETTINGS

/** Pages and settings, by their names in the language that is chosen. */
export const places = (): readonly (Entry & { readonly name: string })[] => [
  ...PLACES.map((page) => ({ kind: 'page', page, name: t('page', { name: frame(page) }) }) as const),
  ...(Object.keys(SETTINGS) as Setting[]).map(
    (setting) => ({ kind: 'setting', setting, name: t(setting) }) as const,
  ),
]

export const nameOf = (entry: Entry): string => {
  switch (entry.kind) {
    case 'command':
      return t(saidOf(entry), { handle: entry.room.handle })
    case 'session':
      return t('session', { id: entry.id })
    case 'page':
    case 'setting':
      return entry.name
    default:
      return t(entry.kind, { handle: entry.room.handle })
  }
}

export const iconOf = (entry: Entry): IconName => {
  switch (entry.kind) {
    case 'command':
      return entry.verb === 'stop' ? 'stop' : entry.verb === 'start' ? 'play' : 'retry'
    case 'open':
      return 'rooms'
    case 'session':
    case 'lastSession':
      return 'sessions'
    case 'page':
      return entry.page as IconName
    case 'setting':
      return entry.setting === 'add' ? 'plus' : entry.setting === 'signOut' ? 'leave' : 'theme'
    default:
      return 'live'
  }
}

/** Everything that has a key, as the page of the room does. */
const startAll = async ({ id }: Room): Promise<void> => {
  const { items } = await api.get<{ readonly items: readonly Destination[] }>(`/api/rooms/${id}/destinations`)
  const ready = items.flatMap(({ platform, key_state: key }) => (key === 'set' ? [platform] : []))
  if (ready.length === 0) return toast(t('noKey'), 'problem')
  await api.post('/api/live/start', { room: id, platforms: ready })
}

/** Carries it out; throws the problem when it is refused. */
export const carryOut = async (entry: Entry): Promise<void> => {
  switch (entry.kind) {
    case 'command':
      await command(entry.room, entry.verb)
      return toast(t('done', { what: nameOf(entry) }))
    case 'open':
      return go(`/rooms/${entry.room.handle}`)
    case 'lanes':
      return go(`/live/${entry.room.handle}`)
    case 'goLive':
      // The page of the room shows how it goes, also when it is refused.
      go(`/live/${entry.room.handle}`)
      return startAll(entry.room)
    case 'offAir':
      await api.post('/api/live/stop', { room: entry.room.id })
      return toast(t('done', { what: nameOf(entry) }))
    case 'session':
      return go(`/sessions/${entry.id}`)
    case 'lastSession':
      return go(`/sessions/${entry.room.session?.id ?? entry.room.lastSessionId ?? ''}`)
    case 'page':
      return go(`/${entry.page}`)
    case 'setting':
      return SETTINGS[entry.setting as Setting]()
  }
}
