import { beforeEach, describe, expect, it } from 'vitest'
import { EVENT_KINDS } from '../../../src/domain/event.ts'
import { FACTS } from '../../../src/domain/facts.ts'
import { END_REASONS } from '../../../src/domain/reasons.ts'
import { lineOf, LINE_KEYS, LINE_TEXT_MAX } from '../../../web/src/pages/session/event-line.ts'
import { sentenceOf } from '../../../web/src/pages/session/fact-line.ts'
import { clip, fullText } from '../../../web/src/pages/session/full-text.ts'
import { spoken, worthOf } from '../../../web/src/pages/session/line-words.ts'
import { language } from '../../../web/src/state/preferences.ts'
import { lines, reasonNames, reasons } from '../../../web/src/words/session.ts'
import { event } from './events.ts'

beforeEach(() => {
  language.value = 'en'
})

describe('a line of the feed', () => {
  it.each(EVENT_KINDS)('says %s in both languages, and leaves no hole in the sentence', (kind) => {
    const line = lineOf(event(1, { kind, text: null, amount: 3, total: 4, value: 5, giftId: '9' }))
    for (const tongue of ['en', 'zh'] as const) {
      language.value = tongue
      expect(spoken(line)).not.toMatch(/[{}]|undefined|null|NaN/)
      expect(spoken(line).replace('Ann', '').trim() !== '' || kind === 'chat').toBe(true)
    }
  })

  it('has words for every sentence it may choose', () => {
    expect(Object.keys(lines.words).toSorted()).toEqual([...LINE_KEYS].toSorted())
  })

  it('says who gave what, how often, and what it was worth', () => {
    const line = lineOf(
      event(1, { kind: 'gift', text: null, amount: 5, value: 10, giftId: '5655', data: { name: 'Rose' } }),
    )
    expect([spoken(line), worthOf(line)]).toEqual(['Ann sent Rose × 5', '50'])
    language.value = 'zh'
    expect(spoken(line)).toBe('Ann 送出 Rose × 5')
  })

  it('tells what TikTok said of the broadcast from the number it came as', () => {
    const say = (action: number) =>
      spoken(
        lineOf(
          event(1, {
            kind: 'control',
            nickname: null,
            handle: null,
            userId: null,
            text: null,
            data: { action },
          }),
        ),
      )
    expect([1, 2, 3, 4, 9].map(say)).toEqual([
      'The creator paused',
      'The creator is back',
      'The broadcast ended',
      'TikTok suspended the broadcast',
      'TikTok says control 9',
    ])
  })

  it('survives data of any shape', () => {
    for (const data of [null, 7, 'x', [], { scores: 'no', goals: [null], to: 3, messages: {}, name: {} }]) {
      for (const kind of EVENT_KINDS) expect(() => spoken(lineOf(event(1, { kind, data })))).not.toThrow()
    }
  })

  it('keeps hostile text as harmless text, a bounded part of it, and says how much is left out', () => {
    const hostile = `<img src=x onerror=alert(1)>\u202Egnp.exe\u200B\u0000${'a'.repeat(10_240)}`
    const line = lineOf(event(1, { text: hostile, nickname: '\u202E\u200B', handle: 'ann' }))
    expect(line.text).toContain('<img src=x onerror=alert(1)>')
    for (const char of ['\u202E', '\u200B', '\u0000']) expect(line.text).not.toContain(char)
    expect(line.text.length).toBeLessThanOrEqual(LINE_TEXT_MAX + 1)
    expect(line.rest).toBe(hostile.length - LINE_TEXT_MAX)
    expect(line.name).toBe('@ann')
  })
})

describe('a text in full', () => {
  it('shows what cannot be seen as its number, and keeps line breaks', () => {
    expect(fullText('a\r\nb\u202Ec\u200Bd\u0007\u2028e')).toBe('a\nb⟨U+202E⟩c⟨U+200B⟩d⟨U+0007⟩\ne')
    expect(fullText(`x${'\u0301'.repeat(50)}`)).toHaveLength(5)
    expect(fullText('\uD800').isWellFormed()).toBe(true)
  })

  it('is clipped between characters', () => {
    expect(clip('ab😀cd', 3)).toEqual({ text: 'ab', rest: 4 })
    expect(clip('ab', 3)).toEqual({ text: 'ab', rest: 0 })
  })
})

describe('what happened', () => {
  it('is a sentence for every fact there can be', () => {
    for (const name of FACTS) {
      const entry = {
        at: 1,
        until: null,
        type: 'fact',
        name,
        sessionId: null,
        detail: null,
        body: {},
      } as const
      expect(sentenceOf(entry), name).not.toMatch(/[{}]|undefined/)
    }
  })

  it('names every reason a session can end for', () => {
    for (const words of [reasons.words, reasonNames.words]) {
      expect(Object.keys(words).toSorted()).toEqual([...END_REASONS].toSorted())
    }
  })

  it('calls states by the words of their chips', () => {
    const body = { from: 'watching', to: 'live.receiving' }
    expect(
      sentenceOf({
        at: 1,
        until: null,
        type: 'fact',
        name: 'room.state_changed',
        sessionId: null,
        detail: null,
        body,
      }),
    ).toBe('watching → live')
  })
})
