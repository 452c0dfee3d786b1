// A long text of a stranger in full: every line break is kept, and what cannot be seen is written as its number, so
// that what somebody wrote is also what is read. It stays text, for a `bdi`.

const UNSEEN = /\p{Cf}|\p{Default_Ignorable_Code_Point}|[\uFFF0-\uFFFB]/gu
/** Parts of pictures and of several scripts: they are seen in what they do. */
const JOINING = /[\u200C\u200D]|\p{Variation_Selector}/u
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
    .replace(UNSEEN, (char) => (JOINING.test(char) ? char : numberOf(char)))
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
