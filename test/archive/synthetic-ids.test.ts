// Ids of our own at their limits: what is live is never taken for something that was there.

import { describe, expect, it } from 'vitest'
import { SyntheticIds } from '../../src/archive/ingest/synthetic-ids.ts'

/** A session's ids, one frame a message. */
const speaker = (ids: SyntheticIds) => {
  let place = 0
  return (text: string, isHistory = false): string =>
    ids.next('WebcastControlMessage', Buffer.from(text), isHistory, new Map(), (place += 1))
}

const times = (count: number, call: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => call(index))

describe('a message without an id', () => {
  it('is found again by its replay, and keeps apart from the same message said again', () => {
    const say = speaker(new SyntheticIds(1))
    const [first, second] = times(2, () => say('pause'))
    expect(first).not.toBe(second)
    expect(say('pause', true)).toBe(first)
    expect(say('pause')).not.toBe(second)
  })

  it('has an id of its own however often it was said', () => {
    const say = speaker(new SyntheticIds(1))
    const first = say('pause')
    const ids = new Set([first, ...times(66_000, () => say('pause'))])
    expect(ids.size).toBe(66_001)
    expect([...ids].every((id) => /^-\d{1,19}$/.test(id) && BigInt(id) >= -(2n ** 63n))).toBe(true)
    expect(say('pause', true)).toBe(first)
  })

  it('has an id of its own however many others there were, and the first ones are still counted', () => {
    const say = speaker(new SyntheticIds(1))
    const rounds = times(2, () => '').flatMap(() => times(5_000, (index) => say(`message ${index}`)))
    expect(new Set(rounds).size).toBe(10_000)
    expect(say('message 7', true)).toBe(rounds[7])
  })

  it('has an id of its own after a restart that brought only the newest back', () => {
    const say = speaker(new SyntheticIds(1))
    const before = times(3, (index) => say(`message ${index}`))
    const again = new SyntheticIds(1, false)
    again.restore(before[2]!)
    const sayAgain = speaker(again)
    const known = new Set(before)
    // A replay says the old one again; that it was said once is not what it proves.
    expect(sayAgain('message 0', true)).toBe(before[0])
    for (const index of [0, 1, 2]) expect(known.has(sayAgain(`message ${index}`))).toBe(false)
    expect(sayAgain('message 2', true)).toBe(before[2])
  })

  it('keeps apart from what was counted when ids that were made of a place come back', () => {
    const forgetful = speaker(new SyntheticIds(1, false))
    const placed = times(3, () => forgetful('pause'))
    expect(new Set(placed).size).toBe(3)
    const next = new SyntheticIds(1)
    for (const id of placed) next.restore(id)
    const say = speaker(next)
    expect(new Set([...placed, ...times(3, () => say('pause'))]).size).toBe(6)
  })
})
