// Advanced SubStation Alpha: a column of chat at the left, each line in a place of its own until it goes.

import { clock, type SubtitleFormat } from './format.ts'

const WIDTH = 1_920
const HEIGHT = 1_080
const LEFT = 40
const BOTTOM = 56
const LINE = 42
const PLACES = 12

// The format has no way to write a brace or a backslash that every renderer agrees on: look-alikes need none.
const LOOK_ALIKE: Readonly<Record<string, string>> = { '{': '｛', '}': '｝', '\\': '＼' }
const asText = (text: string): string => text.replace(/[{}\\]/g, (char) => LOOK_ALIKE[char] ?? '')

/** Columns of a line of the screen; what stands in an ideographic square, and most pictures, take two. */
const COLUMNS = 112
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u
const fitting = (text: string, columns: number): string => {
  // Nothing is looked at closely that fits, however wide.
  if (text.length * 2 <= columns) return text
  let left = columns
  let shown = ''
  for (const char of text) {
    left -= WIDE.test(char) ? 2 : 1
    if (left < 0) return `${shown.trimEnd()}…`
    shown += char
  }
  return text
}

const time = (ms: number): string => {
  const [hours, minutes, seconds, rest] = clock(ms)
  return `${hours}:${minutes}:${seconds}.${rest.slice(0, 2)}`
}

/** Blue, green, red: light enough to be read on anything, and the same for a name each time. */
const COLOURS = ['FFD9A8', 'A8FFD0', 'A8E6FF', 'FFB8E8', 'B8B8FF', 'C8FFA8', 'FFE8B8', 'E0C8FF'] as const
const colourOf = (name: string): string => {
  let sum = 0
  for (let index = 0; index < name.length; index += 1) sum = (sum * 31 + name.charCodeAt(index)) % 65_521
  return COLOURS[sum % COLOURS.length] ?? COLOURS[0]
}

const STYLE = (name: string, size: number, colour: string, alignment: number, margin: number) =>
  `Style: ${name},Arial,${size},${colour},&H000000FF,&H00101010,&H80000000,0,0,0,0,100,100,0,0,1,2,1,${alignment},${LEFT},${LEFT},${margin},1`

const HEAD = (about: readonly string[]) => `\uFEFF[Script Info]
${about.map((line) => `; ${line}`).join('\n')}
Title: ${about[0] ?? ''}
ScriptType: v4.00+
PlayResX: ${WIDTH}
PlayResY: ${HEIGHT}
WrapStyle: 2
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
${STYLE('Chat', 32, '&H00FFFFFF', 1, BOTTOM)}
${STYLE('Note', 34, '&H0080D8FF', 8, BOTTOM)}

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
`

export const ass: SubtitleFormat = {
  stage: { places: PLACES, showMs: 8_000 },
  writer: (about) => ({
    head: HEAD(about.map(asText)),
    cue: ({ line, start, end, place }) => {
      const when = `${time(start)},${time(end)}`
      if (line.name === null || place === null)
        return `Dialogue: 1,${when},Note,,0,0,0,,${asText(line.text)}\n`
      const y = HEIGHT - BOTTOM - place * LINE
      const name = `{\\c&H${colourOf(line.name)}&\\b1}${asText(line.name)}{\\r}`
      const said = asText(fitting(line.text, COLUMNS - line.name.length * 2))
      return `Dialogue: 0,${when},Chat,,0,0,0,,{\\pos(${LEFT},${y})}${name}  ${said}\n`
    },
    end: () => '',
  }),
}
