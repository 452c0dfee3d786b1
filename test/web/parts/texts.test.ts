// What the parts make of numbers, durations, long lists, and texts of strangers.

import { afterEach, describe, expect, it } from 'vitest'
import {
  bytesText,
  durationText,
  isoDuration,
  leftText,
  rateText,
  shortText,
  utcText,
} from '../../../web/src/parts/figures.ts'
import { plainText } from '../../../web/src/parts/plain-text.ts'
import { pathOf } from '../../../web/src/parts/sparkline.tsx'
import { followsEnd, sliceOf } from '../../../web/src/parts/window.ts'
import { language } from '../../../web/src/state/preferences.ts'

const before = language.value
afterEach(() => {
  language.value = before
})

describe('texts of strangers', () => {
  it('stay what they are when there is nothing wrong with them', () => {
    for (const text of [
      'hello',
      '<script>alert(1)</script>',
      '=1+1',
      'مرحبا',
      '日本語',
      'e\u0301te\u0301',
      '👩‍👩‍👧 ❤️ 👍🏽',
      'नमस्ते',
    ]) {
      expect(plainText(text)).toBe(text)
    }
  })

  it('lose what hides or turns text around, and show a control as one', () => {
    expect(plainText('a\u202Eb\u2066c\u200Bd\uFEFFe\u00ADf')).toBe('abcdef')
    expect(plainText('a\u0000b\u001Bc\u0085d')).toBe('a\uFFFDb\uFFFDc\uFFFDd')
    expect(plainText('a\u200Db')).toBe('ab')
    expect(plainText(`x${'\u{E0041}'.repeat(50)}`)).toBe('x')
    expect(plainText('one\r\n\ntwo\tthree\u2028four')).toBe('one two three four')
  })

  it('stack no marks over other lines', () => {
    expect(plainText(`Z${'\u0300'.repeat(300)}!`)).toBe(`Z${'\u0300'.repeat(4)}!`)
  })

  it('end at their limit, between letters and not within one', () => {
    expect(plainText('x'.repeat(10_000), 20)).toBe(`${'x'.repeat(20)}…`)
    expect(plainText('😀'.repeat(50), 3)).toBe('😀😀😀…')
    expect(plainText('😀'.repeat(3), 3)).toBe('😀😀😀')
    expect(plainText('a\uD800', 5)).toBe('a\uFFFD')
    // What is cut away was not looked through either.
    expect(plainText('y'.repeat(20_000_000), 5)).toBe('yyyyy…')
  })
})

describe('figures', () => {
  it('tell durations in the unit that is read at once', () => {
    language.value = 'en'
    const minute = 60_000
    expect([0, 999, 12_400, minute, 70 * minute, 26 * 60 * minute, -5].map(durationText)).toEqual([
      '0 s',
      '0 s',
      '12 s',
      '01:00',
      '01:10:00',
      '1 d 2 h',
      '0 s',
    ])
    expect(leftText(899_700)).toBe('15:00')
    expect(leftText(1_400)).toBe('1 s')
    expect(leftText(0)).toBe('0 s')
    expect(leftText(-1)).toBe('0 s')
    expect(isoDuration(1_400)).toBe('PT1S')
    language.value = 'zh'
    expect(durationText(12_000)).toBe('12 秒')
  })

  it('tell numbers short, and bytes in thousands', () => {
    language.value = 'en'
    expect([0, 999, 9_999, 12_345, 1_234_567].map(shortText)).toEqual(['0', '999', '9,999', '12.3K', '1.2M'])
    expect([0, 0.44, 9.94, 9.96, 31.4].map(rateText)).toEqual(['0', '0.4', '9.9', '10', '31'])
    expect([0, 999, 1_500, 250_000, 1_500_000_000].map(bytesText)).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '250 kB',
      '1.5 GB',
    ])
    expect(utcText(Date.UTC(2026, 10, 22, 5, 45, 15, 120))).toBe('2026-11-22 05:45:15.120 UTC')
  })

  it('draw a line within its box, also of nothing but zeros', () => {
    expect(pathOf([], 10, 10)).toBeNull()
    expect(pathOf([1], 10, 10)).toBeNull()
    expect(pathOf([0, 0], 10, 10)?.line).toBe('M0.0 9.0L10.0 9.0')
    expect(pathOf([0, 5, 10], 10, 10)?.line).toBe('M0.0 9.0L5.0 5.0L10.0 1.0')
  })
})

describe('a long list', () => {
  it('draws what is in view and a little more, never outside of what there is', () => {
    expect(sliceOf({ scrollTop: 0, height: 100 }, 20, 1000, 2)).toEqual({ from: 0, to: 7 })
    expect(sliceOf({ scrollTop: 500, height: 100 }, 20, 1000, 2)).toEqual({ from: 23, to: 32 })
    expect(sliceOf({ scrollTop: 19_900, height: 100 }, 20, 1000, 2)).toEqual({ from: 993, to: 1000 })
    expect(sliceOf({ scrollTop: 0, height: 0 }, 20, 0, 2)).toEqual({ from: 0, to: 0 })
    // Rows went away while it was scrolled far down.
    expect(sliceOf({ scrollTop: 5_000, height: 100 }, 20, 10, 2)).toEqual({ from: 9, to: 10 })
  })

  it('follows its end however much comes at once, and lets go only when somebody scrolls up', () => {
    // Five thousand pixels came between the drawing and the event.
    expect(followsEnd(true, 1_000, { scrollTop: 1_000, height: 500 }, 6_500)).toBe(true)
    expect(followsEnd(true, 1_000, { scrollTop: 900, height: 500 }, 6_500)).toBe(false)
    expect(followsEnd(false, 900, { scrollTop: 1_200, height: 500 }, 6_500)).toBe(false)
    expect(followsEnd(false, 900, { scrollTop: 6_000, height: 500 }, 6_500)).toBe(true)
    // Rows went away above: it is moved up without anybody scrolling, and is at its end.
    expect(followsEnd(true, 1_000, { scrollTop: 500, height: 500 }, 1_000)).toBe(true)
  })
})
