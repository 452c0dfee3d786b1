// Text from outside made fit for a line that people read: one line, of visible characters, that runs in its own
// direction and is no longer than a line may be. What a format takes for markup is the format's own care.

// Anything that ends a line, or is a control.
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu
// Turns the direction of what follows, or marks an order of bytes; never needed to write.
const TURNS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\u206A-\u206F]/gu
// Takes no room and joins nothing: spaces of no width, soft hyphens, fillers.
const HOLLOW =
  /[\u00AD\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u2060-\u2065\u2800\u3164\uFFA0\uFFF9-\uFFFB\u{E0100}-\u{E01EF}]/gu
// Letters of flags stand after a black flag only.
const FLAG = /(\u{1F3F4}[\u{E0020}-\u{E007F}]{1,8})|[\u{E0000}-\u{E007F}]/gu
// Joiners join two characters; more of them, or at an end, are there to be invisible.
const JOINERS =
  /(?<=\s|^)[\u200C\u200D\uFE00-\uFE0F]+|[\u200C\u200D]+(?=[\u200C\u200D]|\s|$)|(?<=[\uFE00-\uFE0F])[\uFE00-\uFE0F]+/gu
// A letter bears a few marks in any script; a tower of them covers the lines above.
const TOWERS = /(\p{M}{4})\p{M}+/gu
const BLANKS = /[\s\u00A0]+/gu

/** What one line shows at most is cut before it is looked at closely, so that looking costs little. */
const LOOKED_AT = 8

/** At most `max` characters (code points), the last of them an ellipsis when it was cut. */
export const plainText = (text: string, max: number): string => {
  const near = text.length > max * LOOKED_AT ? text.slice(0, max * LOOKED_AT) : text
  const clean = near
    .toWellFormed()
    .replace(BREAKS, ' ')
    .replace(TURNS, '')
    .replace(FLAG, '$1')
    .replace(HOLLOW, '')
    .replace(BLANKS, ' ')
    .replace(TOWERS, '$1')
    .replace(JOINERS, '')
    .trim()
  if (near.length === text.length && clean.length <= max) return clean
  const points = Array.from(clean)
  if (near.length === text.length && points.length <= max) return clean
  return `${points
    .slice(0, max - 1)
    .join('')
    .replace(/[\u200C\u200D\p{M}]+$/u, '')
    .trimEnd()}…`
}
