// WebVTT: one cue a line, at most a few at once, which a browser stacks by itself.

import { clock, type SubtitleFormat } from './format.ts'

// A backslash is only text here, but players that turn cues into ASS take some of them for ends of lines.
const SAFE: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\\': '＼' }
const asText = (text: string): string => text.replace(/[&<>\\]/g, (char) => SAFE[char] ?? '')

const time = (ms: number): string => {
  const [hours, minutes, seconds, rest] = clock(ms)
  return `${String(hours).padStart(2, '0')}:${minutes}:${seconds}.${rest}`
}

export const vtt: SubtitleFormat = {
  stage: { places: 6, showMs: 7_000 },
  writer: (about) => ({
    head: `WEBVTT\n\nNOTE\n${about.map(asText).join('\n')}\n\n`,
    cue: ({ line, start, end }) =>
      line.name === null
        ? `${time(start)} --> ${time(end)} line:0\n<i>${asText(line.text)}</i>\n\n`
        : `${time(start)} --> ${time(end)}\n<b>${asText(line.name)}</b> ${asText(line.text)}\n\n`,
    end: () => '',
  }),
}
