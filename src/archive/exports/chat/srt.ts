// SubRip: players disagree about cues that overlap, so no two of these do. Whenever a line comes or goes, a new cue
// begins with all lines that stand.

import { clock, type SubtitleFormat } from './format.ts'
import type { Cue } from './stage.ts'

// There is no standard, so there is no escape: what a player may take for a tag, an override or an entity is
// written with look-alikes. The arrow between two times falls with its last character.
const LOOK_ALIKE: Readonly<Record<string, string>> = {
  '<': '＜',
  '>': '＞',
  '{': '｛',
  '}': '｝',
  '\\': '＼',
}
const asText = (text: string): string =>
  text.replace(/[<>{}\\]/g, (char) => LOOK_ALIKE[char] ?? '').replace(/&(?=#?\w{1,32};)/g, '＆')

const time = (ms: number): string => {
  const [hours, minutes, seconds, rest] = clock(ms)
  return `${String(hours).padStart(2, '0')}:${minutes}:${seconds},${rest}`
}

const textOf = ({ line }: Cue): string =>
  line.name === null ? `[${asText(line.text)}]` : `${asText(line.name)}: ${asText(line.text)}`

/** Cues that stand, made into stretches in which nothing changes. */
class Stretches {
  #standing: Cue[] = []
  #now = 0
  #number = 0

  #block(until: number): string {
    if (this.#standing.length === 0 || until <= this.#now) return ''
    this.#number += 1
    return `${this.#number}\n${time(this.#now)} --> ${time(until)}\n${this.#standing.map(textOf).join('\n')}\n\n`
  }

  /** All that changes before then, and what stands until then. */
  until(at: number): string {
    let blocks = ''
    while (this.#standing.length > 0) {
      const next = Math.min(at, ...this.#standing.map(({ end }) => end))
      blocks += this.#block(next)
      this.#now = Math.max(this.#now, next)
      this.#standing = this.#standing.filter(({ end }) => end > next)
      if (next === at) break
    }
    if (Number.isFinite(at)) this.#now = Math.max(this.#now, at)
    return blocks
  }

  add(cue: Cue): string {
    const blocks = this.until(cue.start)
    this.#standing.push(cue)
    return blocks
  }
}

export const srt: SubtitleFormat = {
  stage: { places: 5, showMs: 6_000 },
  writer: () => {
    const stretches = new Stretches()
    return {
      head: '',
      cue: (cue) => stretches.add(cue),
      end: () => stretches.until(Number.POSITIVE_INFINITY),
    }
  },
}
