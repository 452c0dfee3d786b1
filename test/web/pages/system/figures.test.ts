import { describe, expect, it } from 'vitest'
import { filterOf } from '../../../../web/src/pages/system/audit-filter.ts'
import { isIdle, pruneOf } from '../../../../web/src/pages/system/care.ts'
import { csvOf } from '../../../../web/src/pages/system/csv.ts'
import { spanOf, spanText } from '../../../../web/src/pages/system/spans.ts'

describe('spans of time', () => {
  it('are written as people say them, and read back as the same', () => {
    const spans = [
      [0, '0 s'],
      [500, '0.5 s'],
      [12_000, '12 s'],
      [90_000, '90 s'],
      [900_000, '15 min'],
      [5_400_000, '90 min'],
      [86_400_000, '1 d'],
      [604_800_000, '7 d'],
      [1_234, '1234 ms'],
    ] as const
    for (const [ms, text] of spans) {
      expect(spanText(ms)).toBe(text)
      expect(spanOf(text), text).toBe(ms)
    }
    expect(spanOf(spanText(123_456_789))).toBe(123_456_789)
  })

  it('are read in several ways, and what is none is refused', () => {
    expect(spanOf('45')).toBe(45_000)
    expect(spanOf('1,5 h')).toBe(5_400_000)
    expect(spanOf('1h30min')).toBe(5_400_000)
    expect(spanOf('2 分钟')).toBe(120_000)
    for (const text of ['', 'soon', '5 x', '1 h and more', '-3 s', 'h 1'])
      expect(spanOf(text), text).toBeNull()
  })
})

describe('CSV', () => {
  it('has no cell that a spreadsheet would carry out, and nothing that breaks a row', () => {
    const rows = [
      '=HYPERLINK("http://evil.example")',
      '+1',
      '-1',
      '@SUM(A1)',
      ' =1+1',
      'a,b',
      'say "x"',
      'two\nlines',
    ]
    const csv = csvOf([['text', (row: string) => row]], rows)
    const cells = csv.split('\r\n').slice(1, -1)
    for (const cell of cells.slice(0, 5)) expect(cell).toMatch(/^"'/)
    expect(cells.slice(5)).toEqual(['"a,b"', '"say ""x"""', '"two\nlines"'])
    expect(csvOf([['n', (row: number | null) => row]], [3, null])).toBe('n\r\n3\r\n\r\n')
  })
})

describe('a prune', () => {
  const empty = { emptyDays: '', oldDays: '', keepPerRoom: '', journalDays: '' }

  it('asks for nothing that was not said', () => {
    expect(pruneOf(empty)).toBeNull()
    expect(pruneOf({ ...empty, oldDays: 'never', keepPerRoom: '-1' })).toBeNull()
    expect(pruneOf({ ...empty, oldDays: '0.5', keepPerRoom: '10' })).toEqual({
      olderThanMs: 43_200_000,
      keepPerRoom: 10,
    })
  })

  it('is idle when its report says so', () => {
    const report = {
      dryRun: true,
      emptySessions: 0,
      prunedSessions: 0,
      events: 0,
      frames: 0,
      journal: 0,
      more: false,
    }
    expect(isIdle(report)).toBe(true)
    expect(isIdle({ ...report, frames: 1 })).toBe(false)
  })
})

describe('the filters of the audit', () => {
  it('are read from the address, and what is empty or no time is not asked for', () => {
    const query = new URLSearchParams(
      'tab=audit&room=@anna&actor=&action=room.stop&from=2026-01-02T03:04&to=never',
    )
    expect(filterOf(query, (text) => `id of ${text}`)).toEqual({
      room: 'id of @anna',
      action: 'room.stop',
      from: new Date('2026-01-02T03:04').getTime(),
    })
  })
})
