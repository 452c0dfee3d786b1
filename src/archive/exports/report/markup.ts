// HTML and SVG as text: what is put into it is text, unless it was made here. Nothing else writes markup.

import { plainText } from '../plain-text.ts'

/** Finished markup; only `markup` and `joined` make it. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = string | number | Markup | null | readonly Content[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const textOf = (content: Content): string => {
  if (content === null) return ''
  if (content instanceof Markup) return content.text
  if (typeof content === 'number') return String(content)
  if (typeof content === 'string') return content.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
  return content.map(textOf).join('')
}

/** A template of markup: every value in it is escaped, in text and in quoted attributes alike. */
export const markup = (strings: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(strings.map((string, index) => string + textOf(values[index] ?? null)).join(''))

const FOREIGN_CHARS = 80

/** Text from outside: it runs in its own direction and leaves that of its surroundings alone. */
export const foreign = (text: string | null): Content => {
  const clean = plainText(text ?? '', FOREIGN_CHARS)
  return clean === '' ? markup`<span class="none">–</span>` : markup`<bdi>${clean}</bdi>`
}

/** `12,345`. */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')

/** Hours, minutes and seconds since the session's start. */
export const clock = (ms: number): string => {
  const seconds = Math.max(Math.floor(ms / 1_000), 0)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** `2026-01-02 03:04:05` UTC. */
export const moment = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')
