import { describe, expect, it } from 'vitest'
import { NO_COUNTERS } from '../../../src/domain/session.ts'
import { joined, LiveMinutes, unbroken } from '../../../web/src/pages/session/minutes.ts'
import { receiptOf, timingsOf } from '../../../web/src/pages/session/receipt.ts'
import { nextMark, sameIn, stateAt, tapeOf } from '../../../web/src/pages/session/tape.ts'
import type { Entry } from '../../../web/src/pages/session/shapes.ts'
import { event } from './events.ts'

const MINUTE = 60_000
const at = 1_700_000_040_000
const minute = (more: object) => ({
  at,
  chats: 0,
  giftValue: 0,
  likes: 0,
  joins: 0,
  viewersAvg: null,
  viewersMax: null,
  ...more,
})

describe('minutes', () => {
  it('count a streak once, at its highest, like the server does', () => {
    const live = new LiveMinutes()
    const gift = { kind: 'gift', giftId: '1', groupId: '8', value: 10, at }
    live.add([1, 3, 2, 5].map((amount, seq) => event(seq, { ...gift, amount })))
    live.add([
      event(9, { ...gift, groupId: null, amount: 1 }),
      event(10, { ...gift, late: true, amount: 90 }),
    ])
    expect(live.points()).toEqual([minute({ giftValue: 60 })])
  })

  it('are the larger of what was counted and what came, never the sum', () => {
    const live = new LiveMinutes()
    live.add([
      event(1, { at }),
      event(2, { at, kind: 'like', amount: 9 }),
      event(3, { at, kind: 'viewers', total: 40 }),
      event(4, { at: at + MINUTE, kind: 'join' }),
    ])
    expect(joined([minute({ chats: 7, likes: 3, viewersAvg: 20, viewersMax: 30 })], live.points())).toEqual([
      minute({ chats: 7, likes: 9, viewersAvg: 20, viewersMax: 40 }),
      minute({ at: at + MINUTE, joins: 1 }),
    ])
    expect(live.viewers).toBe(40)
  })

  it('are unbroken for a chart, unless that were endless', () => {
    const ends = [minute({ chats: 1 }), minute({ at: at + 3 * MINUTE, chats: 2 })]
    expect(unbroken(ends).map(({ chats }) => chats)).toEqual([1, 0, 0, 2])
    expect(unbroken(ends, 2)).toBe(ends)
  })
})

describe('the receipt', () => {
  const counters = { ...NO_COUNTERS, received: 10, events: 7, duplicates: 2, poison: 1 }
  const asked = {
    counters,
    report: null,
    gaps: [
      { fromAt: 5, toAt: null },
      { fromAt: 1, toAt: 3 },
    ],
    pauses: [],
    totalRows: 9,
    isPruned: false,
    isMerged: false,
    now: 15,
  }

  it('adds up: received is stored, duplicates and poison; late and gaps stand beside it', () => {
    expect(receiptOf(asked)).toMatchObject({
      received: 10,
      sum: 10,
      difference: 0,
      late: 2,
      gaps: { count: 2, ms: 12 },
    })
  })

  it('takes what was written when it was archived, except of sessions that were merged', () => {
    const report = { messages: 20, stored: 15, duplicates: 3, poison: 2, frames: 4, bytes: 8 }
    expect(receiptOf({ ...asked, report })).toMatchObject({
      received: 20,
      stored: 15,
      difference: 0,
      frames: 4,
    })
    expect(receiptOf({ ...asked, report, isMerged: true })).toMatchObject({ received: 10, stored: 7 })
  })

  it('says so when it does not add up, and knows nothing of what is late in a pruned session', () => {
    expect(receiptOf({ ...asked, counters: { ...counters, received: 12 }, isPruned: true })).toMatchObject({
      difference: 2,
      late: null,
    })
    expect(timingsOf({ timings: { openedAt: 1, archivedAt: 9, durationMs: 3 } })).toEqual([
      { name: 'openedAt', at: 1 },
      { name: 'archivedAt', at: 9 },
    ])
  })
})

describe('the tape', () => {
  const fact = (when: number, name: string, body: Entry['body'] = {}): Entry => ({
    at: when,
    until: null,
    type: 'fact',
    name,
    sessionId: 's1',
    detail: null,
    body,
  })
  const span = { from: 0, to: 1_000 }
  const change = (when: number, from: string, to: string) => fact(when, 'room.state_changed', { from, to })

  it('joins moments that would stand on one another, and the loudest gives the tone', () => {
    const { marks } = tapeOf(
      [fact(100, 'session.opened'), fact(104, 'connection.lost'), fact(500, 'x')],
      span,
      0.01,
    )
    expect(marks.map(({ tone, entries }) => [tone, entries.length])).toEqual([
      ['bad', 2],
      ['plain', 1],
    ])
  })

  it('draws gaps to scale, one that lasts to the end', () => {
    const gap = (when: number, until: number | null): Entry => ({
      ...fact(when, 'zombie'),
      type: 'gap',
      until,
    })
    const { gaps } = tapeOf([gap(200, 300), gap(900, null), gap(2_000, 3_000)], span, 0.01)
    expect(gaps.map(({ place, width }) => [place, Math.round(width * 100)])).toEqual([
      [0.2, 10],
      [0.9, 10],
    ])
  })

  it('fills the ground with the states from change to change', () => {
    const entries = [change(100, 'connecting', 'live.receiving'), change(700, 'live.receiving', 'draining')]
    expect(tapeOf(entries, span, 0.01).grounds).toEqual([
      { place: 0, width: 0.1, state: 'connecting' },
      { place: 0.1, width: 0.6, state: 'live.receiving' },
      { place: 0.7, width: 1 - 0.7, state: 'draining' },
    ])
    expect(stateAt(entries, 500)).toBe('live.receiving')
    expect(stateAt(entries, 50)).toBeNull()
  })

  it('tells things of the same moment apart, and finds one again in a list that was read anew', () => {
    const entries = [
      fact(1, 'session.merged'),
      { ...fact(1, 'session.merged'), sessionId: 's2' },
      { ...fact(1, 'session.merged'), sessionId: 's2', detail: 'again' },
    ]
    for (const one of entries) expect(sameIn(entries, one)).toBe(one)
    const anew = entries.map((one) => ({ ...one }))
    expect(sameIn(anew, entries[1]!)).toBe(anew[1])
    expect(sameIn(anew, fact(2, 'session.merged'))).toBeUndefined()
  })

  it('is walked with the arrows', () => {
    expect(['ArrowRight', 'ArrowLeft', 'Home', 'End', 'x'].map((key) => nextMark(key, 1, 3))).toEqual([
      2,
      0,
      0,
      2,
      null,
    ])
    expect(nextMark('Home', 0, 0)).toBeNull()
  })
})
