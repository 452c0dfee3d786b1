import { describe, expect, it } from 'vitest'
import { Feed, NO_FILTER, isLater } from '../../../web/src/pages/session/feed.ts'
import { kindsOf, groupOf, GROUP_NAMES } from '../../../web/src/pages/session/kinds.ts'
import { EVENT_KINDS } from '../../../src/domain/event.ts'
import { event, events } from './events.ts'

const seqs = (feed: Feed) => feed.rows.map(({ id }) => Number(id) - 2 ** 26)

describe('the feed', () => {
  it('holds the newest, a bounded number of them, whatever comes', () => {
    const feed = new Feed(100)
    for (let seq = 1; seq <= 10_000; seq += 7) feed.append(events(seq, seq + 6))
    expect(feed.size).toBeLessThanOrEqual(100)
    expect(feed.size).toBeGreaterThanOrEqual(90)
    expect(seqs(feed).at(-1)).toBe(10_003)
    expect(seqs(feed)).toEqual(Array.from({ length: feed.size }, (_, index) => 10_004 - feed.size + index))
  })

  it('shows nothing twice when a resumed stream says it again', () => {
    const feed = new Feed()
    feed.append(events(1, 5))
    feed.append(events(3, 7))
    expect(seqs(feed)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('takes older events in front, and no more than it may hold', () => {
    const feed = new Feed(10)
    feed.append(events(6, 10))
    expect(feed.prepend(events(1, 6).toReversed())).toBe(5)
    expect(seqs(feed)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(feed.prepend([event(0)])).toBe(0)
    expect(feed.size).toBe(10)
  })

  it('filters what it has and what comes, by group, person and words, and takes the filter off again', () => {
    const feed = new Feed()
    feed.append([event(1), event(2, { kind: 'gift', giftId: '5', amount: 2, value: 3 })])
    feed.filter({ ...NO_FILTER, groups: new Set(['gifts']) })
    feed.append([event(3), event(4, { kind: 'envelope' })])
    expect(seqs(feed)).toEqual([2, 4])
    feed.filter({ ...NO_FILTER, search: ' @ANN ' })
    expect(seqs(feed)).toEqual([1, 2, 3, 4])
    feed.filter({ ...NO_FILTER, search: 'WORDS 3' })
    expect(seqs(feed)).toEqual([3])
    feed.filter({ ...NO_FILTER, userId: '8' })
    feed.append([event(5, { userId: '8' })])
    expect(seqs(feed)).toEqual([5])
    feed.filter(NO_FILTER)
    expect(seqs(feed)).toEqual([1, 2, 3, 4, 5])
  })

  it('counts the shown rows that it drops, so that a list can keep its place', () => {
    const feed = new Feed(20)
    feed.filter({ ...NO_FILTER, groups: new Set(['gifts']) })
    const mixed = (from: number, to: number) =>
      events(from, to).map((one, index) => (index % 2 === 0 ? { ...one, kind: 'gift' } : one))
    feed.append(mixed(1, 20))
    expect([feed.dropped, feed.rows.length]).toEqual([0, 10])
    feed.append(mixed(21, 24))
    expect(feed.size).toBe(18)
    expect(feed.rows.length + feed.dropped).toBe(12)
    expect(seqs(feed)[0]).toBe(7)
  })

  it('orders ids as numbers though they are text', () => {
    expect(isLater('100', '99')).toBe(true)
    expect(isLater('99', '100')).toBe(false)
    expect(isLater('12345678901234567891', '12345678901234567890')).toBe(true)
  })
})

describe('groups of kinds', () => {
  it('have every kind the server knows in exactly one, and ask for nothing when all are wanted', () => {
    const asked = kindsOf(new Set(GROUP_NAMES.filter((name) => name !== 'other')))?.split(',') ?? []
    expect([...asked, 'other'].toSorted()).toEqual([...EVENT_KINDS].toSorted())
    expect(kindsOf(new Set())).toBeUndefined()
    expect(kindsOf(new Set(GROUP_NAMES))).toBeUndefined()
    expect(groupOf('hologram')).toBe('other')
  })
})
