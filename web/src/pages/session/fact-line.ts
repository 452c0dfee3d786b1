// What happened, as a sentence: a fact, a gap, a pause, an attempt to archive. What is newer than this page is shown by
// its name.

import { language } from '../../state/preferences.ts'
import { causes, entries, facts, reasonNames } from '../../words/session.ts'
import { states } from '../../words/states.ts'
import { fill, sayOr } from '../../words/words.ts'
import { plainText } from '../../parts/plain-text.ts'
import type { Entry } from './shapes.ts'

const VALUE_MAX = 80

/** A value of a body as text that may be shown in a sentence. */
const shown = (key: string, value: unknown): string => {
  if (value === null || value === undefined) return key === 'from' ? '–' : ''
  if (typeof value === 'object') return ''
  return plainText(String(value), VALUE_MAX)
}

const STATE_KEYS: ReadonlySet<string> = new Set(['from', 'to'])

const valuesOf = ({ name, body }: Pick<Entry, 'name' | 'body'>): Readonly<Record<string, string>> => {
  const isState = name.endsWith('.state_changed')
  return Object.fromEntries(
    Object.entries(body ?? {}).map(([key, value]) => [
      key,
      isState && STATE_KEYS.has(key) && typeof value === 'string' ? sayOr(states, value) : shown(key, value),
    ]),
  )
}

const factSentence = (entry: Pick<Entry, 'name' | 'body'>): string => {
  const words: Readonly<Record<string, readonly [string, string]>> = facts.words
  const pair = words[entry.name]
  return pair === undefined
    ? entry.name.replaceAll(/[._]/g, ' ')
    : fill(pair[language.value === 'zh' ? 1 : 0], valuesOf(entry))
}

/** Why, where the entry says it: in few words, or null. */
export const whyOf = ({ type, name, body, detail }: Entry): string | null => {
  if (type === 'gap') return detail === null ? null : plainText(detail, VALUE_MAX * 2)
  if (type !== 'fact') return null
  const reason = body?.['reason']
  if (typeof reason === 'string') return sayOr(reasonNames, reason)
  const cause = body?.['cause']
  if (typeof cause === 'string' && name.startsWith('gap.')) return sayOr(causes, cause)
  const message = body?.['message'] ?? body?.['detail']
  return typeof message === 'string' ? plainText(message, VALUE_MAX * 2) : null
}

export const sentenceOf = (entry: Entry): string => {
  switch (entry.type) {
    case 'gap':
      return entries('gap', { cause: sayOr(causes, entry.name) })
    case 'pause':
      return entries('pause')
    case 'attempt': {
      const why = sayOr(reasonNames, entry.detail ?? '')
      if (entry.name === 'failed')
        return entries('attempt_failed', { error: plainText(entry.detail ?? '', VALUE_MAX) })
      return entries(entry.name === 'noop' ? 'attempt_noop' : 'attempt_done', { trigger: why })
    }
    case 'fact':
      return factSentence(entry)
  }
}

/** The rest of a fact that a sentence does not say, flat, for its details. */
export const detailsOf = ({ body }: Entry): readonly (readonly [key: string, value: string])[] =>
  Object.entries(body ?? {}).flatMap(([key, value]) =>
    value === null || value === undefined
      ? []
      : [[key, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const],
  )
