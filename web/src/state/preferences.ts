// What a person chose on this device: language, theme, and what pages remember. Kept in the browser alone; where it
// keeps nothing, for as long as the page is open.

import { effect, signal, type Signal } from '@preact/signals'

const PREFIX = 'roomkeeper.'

const read = (name: string): string | null => {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

/** A signal that is remembered under `name`. What was kept and is not one of `choices` any more is not taken. */
export const remembered = <T extends string>(name: string, choices: readonly T[], first: T): Signal<T> => {
  const kept = choices.find((choice) => choice === read(name))
  const chosen = signal<T>(kept ?? first)
  let isFirst = true
  effect(() => {
    const { value } = chosen
    if (!isFirst) {
      try {
        localStorage.setItem(PREFIX + name, value)
      } catch {
        // Private windows may keep nothing.
      }
    }
    isFirst = false
  })
  return chosen
}

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

const spoken = (): Language => {
  const tags: readonly string[] = globalThis.navigator?.languages ?? []
  return tags.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'en' || tag === 'zh') ?? 'en'
}

export const language = remembered<Language>('language', LANGUAGES, spoken())

export const THEMES = ['system', 'light', 'dark'] as const
export const theme = remembered('theme', THEMES, 'system')

/** Lets the document say what was chosen: screen readers go by the language, the colours by the theme. */
export const startPreferences = (): void => {
  effect(() => {
    document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
  })
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })
}
