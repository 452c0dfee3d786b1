// The form of a destination as data: what it begins with, what is wrong with it before it is sent, and what is sent of
// it. Only what was changed is sent, so that nothing else is touched; the key only when one was given. Pure.

import { t } from '../../words/live.ts'
import type { Destination, Preset, Source } from './types.ts'

export interface Form {
  readonly platform: string
  readonly url: string
  /** Empty: the one that is set stays. */
  readonly key: string
  readonly kind: Source['type']
  readonly layout: string
  readonly identity: string
  readonly screenShare: boolean
  readonly page: string
  /** Empty: as it is, which is none of the presets. */
  readonly preset: Preset | ''
}

export const formOf = (platform: string, destination: Destination | null): Form => {
  const source: Source = destination?.source ?? { type: 'room', layout: 'speaker' }
  return {
    platform,
    url: destination?.url ?? '',
    key: '',
    kind: source.type,
    layout: source.type === 'room' ? source.layout : 'speaker',
    identity: source.type === 'participant' ? source.identity : '',
    screenShare: source.type === 'participant' && source.screen_share,
    page: source.type === 'web' ? source.url : '',
    preset: destination?.encoding.preset ?? '',
  }
}

const sourceOf = ({ kind, layout, identity, screenShare, page }: Form): Source => {
  if (kind === 'room') return { type: 'room', layout }
  if (kind === 'web') return { type: 'web', url: page }
  return { type: 'participant', identity, screen_share: screenShare }
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/
/** They stand for several destinations in commands. */
const WORDS: readonly string[] = ['both', 'all']

export const nameFault = (name: string, taken: readonly string[]): string | null => {
  if (!NAME.test(name) || WORDS.includes(name)) return t('nameWrong')
  return taken.includes(name) ? t('nameTaken') : null
}

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)

/** What is sent: of a destination that is there what was changed, of a new one what was said. */
export const changeOf = (first: Form, form: Form, isThere: boolean): Readonly<Record<string, unknown>> => ({
  ...(form.url !== '' && (!isThere || form.url !== first.url) && { url: form.url }),
  ...(form.key !== '' && { key: form.key }),
  ...(differs(sourceOf(first), sourceOf(form)) && { source: sourceOf(form) }),
  ...(form.preset !== '' && form.preset !== first.preset && { encoding: { preset: form.preset } }),
})
