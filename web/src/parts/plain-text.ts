// Text of strangers, made harmless to look at: it stays text, keeps its own direction to itself, hides nothing and
// takes no more room than it is given. Escaping is the page's own doing; nothing here makes HTML.

/** Characters that are not seen and change what is seen: directions, joiners, fillers, tags. */
const UNSEEN =
  // oxlint-disable-next-line no-misleading-character-class
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200C\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\u{E0000}-\u{E007F}\u{E0100}-\u{E01EF}]/gu
/** A joiner between two pictures makes one picture of them; anywhere else it only hides. */
const JOINER =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D|\u200D(?!\p{Extended_Pictographic})/gu
/** Controls, except the line breaks and tabs that are spaces here. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000E-\u001F\u007F-\u009F]/g
const SPACES = /[\t\n\v\f\r\u2028\u2029]+/g
/** More marks than this on one letter are there to spill over other lines. */
const MARKS = /(\p{M}{4})\p{M}+/gu

/** One line of plain text, at most `max` characters and an ellipsis. */
export const plainText = (text: string, max = 500): string => {
  // Cut before it is looked at: ten megabytes are not searched for what nobody will see.
  const head = text.slice(0, max * 4 + 64)
  const plain = head
    .replace(SPACES, ' ')
    .replace(CONTROLS, '\uFFFD')
    .replace(UNSEEN, '')
    .replace(JOINER, '')
    .replace(MARKS, '$1')
  const letters = [...plain]
  return letters.length <= max && head.length === text.length
    ? plain.toWellFormed()
    : `${letters.slice(0, max).join('').trimEnd().toWellFormed()}…`
}
