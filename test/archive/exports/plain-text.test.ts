import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ass } from '../../../src/archive/exports/chat/ass.ts'
import type { SubtitleFormat } from '../../../src/archive/exports/chat/format.ts'
import type { Line } from '../../../src/archive/exports/chat/lines.ts'
import { srt } from '../../../src/archive/exports/chat/srt.ts'
import { Stage, type Cue } from '../../../src/archive/exports/chat/stage.ts'
import { vtt } from '../../../src/archive/exports/chat/vtt.ts'
import { safeJson } from '../../../src/archive/exports/event-json.ts'
import { plainText } from '../../../src/archive/exports/plain-text.ts'
import { foreign, markup } from '../../../src/archive/exports/report/markup.ts'

const SPECIAL = String.raw`{ } \ \N {\an8} <b> </i> --> &lt; & " ' =1+1 <script> ]]> 👩‍👩‍👧‍👦`
  .split(' ')
  .concat(
    '\n\n\r\n\u2028\u0000\u0085\u202e\u2066\u200b\u200d\ufe0f\ufeff\u{e0041}\ud800'.split(''),
    '\u0301'.repeat(9),
    '1\n00:00:01,000 --> 00:00:02,000\n',
  )

/** Anything a stranger can send, what is special to some format more often than not. */
const stranger = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(...SPECIAL)), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''))

const UNPLAIN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u

describe('plain text', () => {
  it('is one line of visible characters, whatever it was, and the same when it is made plain again', () => {
    fc.assert(
      fc.property(stranger, (text) => {
        const plain = plainText(text, 100)
        expect(plain).not.toMatch(UNPLAIN)
        expect(plain.isWellFormed()).toBe(true)
        expect(Array.from(plain).length).toBeLessThanOrEqual(100)
        expect(plain).toBe(plain.trim())
        expect(plainText(plain, 100)).toBe(plain)
      }),
    )
  })

  it('leaves one blank where a joiner stood between two', () => {
    for (const between of ['\u200d', '\ufe0f', '\u200d\ufe0f']) {
      expect(plainText(`a\n${between}\nb`, 100)).toBe('a b')
    }
  })

  it('keeps what people write', () => {
    for (const text of [
      'hello, world',
      'Ann 🌸',
      'العربية',
      '日本語 テキスト',
      'नमस्ते',
      '👩‍👩‍👧‍👦',
      '❤️',
      'می‌خواهم',
      'é',
      '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    ]) {
      expect(plainText(text, 100)).toBe(text)
    }
  })

  it('cuts what is long without half a character, quickly, and says so', () => {
    const cut = plainText('👩‍👩‍👧‍👦'.repeat(2_000), 50)
    expect(cut.endsWith('…')).toBe(true)
    expect(cut.isWellFormed()).toBe(true)
    expect(cut).not.toMatch(/\u200d…$/)
    expect(plainText('a'.repeat(100), 100)).toHaveLength(100)
    expect(plainText('\u200b'.repeat(10_000), 100)).toBe('')
    expect(Array.from(plainText(`e${'\u0301'.repeat(10_000)}`, 100)).length).toBeLessThan(8)
  })
})

const cueOf = (name: string, text: string): Cue => ({
  line: { at: 1_000, name: plainText(name, 40) || 'x', text: plainText(text, 200) || 'x', until: null },
  start: 1_000,
  end: 2_000,
  place: 0,
})
const written = (format: SubtitleFormat, cue: Cue): string => {
  const writer = format.writer([])
  return writer.cue(cue) + writer.end()
}

describe('what a stranger wrote stays inside its cue', () => {
  it('ASS: one line, no brace and no backslash but ours', () => {
    fc.assert(
      fc.property(stranger, stranger, (name, text) => {
        const line = written(ass, cueOf(name, text))
        expect(line.split('\n')).toHaveLength(2)
        const shown =
          /^Dialogue: 0,0:00:01\.00,0:00:02\.00,Chat,,0,0,0,,\{\\pos\(40,\d+\)\}\{\\c&H[0-9A-F]{6}&\\b1\}(.*)\{\\r\} {2}(.*)\n$/u.exec(
            line,
          )
        expect(shown?.[1]).not.toMatch(/[{}\\]/)
        expect(shown?.[2]).not.toMatch(/[{}\\]/)
      }),
    )
  })

  it('SRT: a number, the times, one line, and an empty one', () => {
    fc.assert(
      fc.property(stranger, stranger, (name, text) => {
        const block = written(srt, cueOf(name, text))
        expect(block).toMatch(/^1\n00:00:01,000 --> 00:00:02,000\n[^\n<>{}\\]+\n\n$/u)
        expect(block).not.toMatch(/&#?\w+;/)
      }),
    )
  })

  it('WebVTT: the times, one line with our tag and no other, entities only of our own', () => {
    fc.assert(
      fc.property(stranger, stranger, (name, text) => {
        const block = written(vtt, cueOf(name, text))
        const shown = /^00:00:01\.000 --> 00:00:02\.000\n<b>([^\n]*)<\/b> ([^\n]*)\n\n$/u.exec(block)
        for (const part of [shown?.[1] ?? '<', shown?.[2] ?? '<']) {
          expect(part).not.toMatch(/[<>\\]/)
          expect(part.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&')
        }
      }),
    )
  })

  it('HTML: no tag and no quote, in text and in attributes', () => {
    fc.assert(
      fc.property(stranger, (text) => {
        const { text: html } = markup`<p title="${text}">${foreign(text)}</p>`
        const inner =
          /^<p title="([^<>"']*)">(?:<bdi>([^<>"']*)<\/bdi>|<span class="none">–<\/span>)<\/p>$/u.exec(html)
        expect(inner, html).not.toBeNull()
        for (const part of inner?.slice(1) ?? []) {
          expect((part ?? '').replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
        }
      }),
    )
  })

  it('NDJSON: one line for every reader of lines, and the same text again', () => {
    fc.assert(
      fc.property(stranger, (text) => {
        const json = safeJson(JSON.stringify({ text }))
        expect(json).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff]/u)
        expect(JSON.parse(json)).toEqual({ text })
      }),
    )
  })
})

describe('the stage', () => {
  const times = fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 200 })

  it('gives every line its turn, in order, each place to one at a time, and no line long after it was written', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 6 }), (gaps, places) => {
        const stage = new Stage({ places, showMs: 5_000 })
        let at = 0
        const lines = gaps.map((gap, index): Line => {
          // Most messages come in bursts.
          at += gap > 3_000 ? gap : gap % 40
          return {
            at,
            name: index % 9 === 8 ? null : 'n',
            text: String(index),
            until: index % 9 === 8 ? at + gap : null,
          }
        })
        const cues = [...lines.flatMap((line) => stage.add(line)), ...stage.end()]
        expect(cues.map(({ line }) => line)).toEqual(lines)
        const taken = new Map<number, number>()
        let last = 0
        for (const { line, start, end, place } of cues) {
          expect(start).toBeGreaterThanOrEqual(Math.max(last, line.at))
          expect(start).toBeLessThanOrEqual(line.at + 3_000)
          expect(end).toBeGreaterThan(start)
          last = start
          if (place === null) continue
          expect(place).toBeLessThan(places)
          // A hundredth of a second is the least that any format can show.
          expect(start).toBeGreaterThanOrEqual((taken.get(place) ?? 0) - 10)
          taken.set(place, end)
        }
      }),
    )
  })
})
