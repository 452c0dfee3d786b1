// Text from outside made fit for a line that people read: one line, of visible characters, that runs in its own
// direction and is no longer than a line may be. What a format takes for markup is the format's own care.

// Anything that ends a line, or is a control.
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu
// Letters of flags stand after a black flag only.
const FLAG = /(\u{1F3F4}[\u{E0020}-\u{E007F}]{1,8})|[\u{E0020}-\u{E007F}]/gu
// Takes no room and joins nothing: what turns the direction of what follows, byte order marks, spaces of no width,
// soft hyphens, fillers, the blank of Braille.
const HOLLOW =
  /(?!\p{Join_Control}|[\uFE00-\uFE0F]|[\u{E0020}-\u{E007F}])\p{Default_Ignorable_Code_Point}|[\u2800\uFFF9-\uFFFB]/gu
// Joiners join two characters; more of them, or at an end, are there to be invisible. Selectors select once.
const JOINERS =
  /(?<=\s|^)(?:\p{Join_Control}|[\uFE00-\uFE0F])+|\p{Join_Control}+(?=\p{Join_Control}|\s|$)|(?<=[\uFE00-\uFE0F])[\uFE00-\uFE0F]+/gu
// A letter bears a few marks in any script; a tower of them covers the lines above.
const TOWERS = /(\p{M}{4})\p{M}+/gu
const BLANKS = /[\s\u00A0]+/gu

/** What one line shows at most is cut before it is looked at closely, so that looking costs little. */
const LOOKED_AT = 8

// What most lines are: nothing to look for.
const ORDINARY = /^[!-~]+(?: [!-~]+)*$/

/** At most `max` characters (code points), the last of them an ellipsis when it was cut. */
export const plainText = (text: string, max: number): string => {
  if (text.length <= max && ORDINARY.test(text)) return text
  const near = text.length > max * LOOKED_AT ? text.slice(0, max * LOOKED_AT) : text
  const clean = near
    .toWellFormed()
    .replace(BREAKS, ' ')
    .replace(FLAG, '$1')
    .replace(HOLLOW, '')
    .replace(TOWERS, '$1')
    .replace(JOINERS, '')
    .replace(BLANKS, ' ')
    .trim()
  if (near.length === text.length && clean.length <= max) return clean
  const points = Array.from(clean)
  if (clean === '' || (near.length === text.length && points.length <= max)) return clean
  return `${points
    .slice(0, max - 1)
    .join('')
    .replace(/(?:\p{Join_Control}|\p{M})+$/u, '')
    .trimEnd()}…`
}
