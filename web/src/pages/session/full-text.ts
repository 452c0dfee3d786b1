// A long text of a stranger in full: every line break is kept, and what cannot be seen is written as its number, so
// that what somebody wrote is also what is read. It stays text, for a `bdi`.

const UNSEEN =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\u{E0000}-\u{E01EF}]/gu
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g
const BREAKS = /\r\n|[\r\u0085\u2028\u2029]/g
const MARKS = /(\p{M}{4})\p{M}+/gu

const numberOf = (char: string): string =>
  `\u27E8U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}\u27E9`

export const fullText = (text: string): string =>
  text
    .toWellFormed()
    .replace(BREAKS, '\n')
    .replace(UNSEEN, numberOf)
    .replace(CONTROLS, numberOf)
    .replace(MARKS, '$1')

export interface Clipped {
  readonly text: string
  /** UTF-16 units that are left out. */
  readonly rest: number
}

/** At most `max` units, never half a character. */
export const clip = (text: string, max: number): Clipped => {
  if (text.length <= max) return { text, rest: 0 }
  const end = /[\uD800-\uDBFF]/.test(text.charAt(max - 1)) ? max - 1 : max
  return { text: text.slice(0, end), rest: text.length - end }
}
