import { describe, expect, it } from 'vitest'
import { habitsOf, hoursIn, jittered, rarity, unknownDelayMs, withHour } from '../../src/actors/schedule.ts'
import { backoffMs, makeVotes } from '../../src/actors/votes.ts'

const at = (hour: number): number => Date.UTC(2026, 4, 7, hour, 30)
const counts = (hours: Readonly<Record<number, number>>) =>
  Array.from({ length: 24 }, (_, hour) => hours[hour] ?? 0)

describe('how often a room is looked at', () => {
  it('is every interval at its hours and up to five times rarer far from them, around midnight too', () => {
    const habits = habitsOf(counts({ 23: 8, 0: 3 }))
    const rarities = [22, 23, 0, 1, 2, 3, 5, 12, 18, 21].map((hour) => rarity(habits, at(hour)))
    expect(rarities).toEqual([1, 1, 1, 1, 2, 3, 5, 5, 5, 2])
  })

  it('is every interval for a room without a past: it is never starved', () => {
    for (let hour = 0; hour < 24; hour += 1) expect(rarity(0, at(hour))).toBe(1)
  })

  it('does not take a rare hour for a habit', () => {
    expect(hoursIn(habitsOf(counts({ 20: 30, 4: 1 })))).toEqual([20])
    expect(hoursIn(habitsOf(counts({ 20: 1, 4: 1 })))).toEqual([4, 20])
    expect(hoursIn(habitsOf(counts({})))).toEqual([])
  })

  it('learns an hour when a session is opened in it', () => {
    expect(hoursIn(withHour(0, at(19)))).toEqual([19])
  })

  it('is spread by fifteen per cent to either side', () => {
    expect(jittered(1_000, 0)).toBe(850)
    expect(jittered(1_000, 0.5)).toBe(1_000)
    expect(jittered(1_000, 0.9999)).toBeLessThan(1_150)
  })

  it('is soon after an unknown answer, and less soon with each of them, up to a minute', () => {
    expect([1, 2, 3, 4, 7, 50].map(unknownDelayMs)).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000])
  })
})

describe('the votes for "offline"', () => {
  it('need two, far enough apart, and a sign of life between them makes them void', () => {
    const votes = makeVotes(5_000)
    expect(votes.offline(1_000)).toBe(false)
    expect(votes.waitMs(2_000)).toBe(4_000)
    expect(votes.offline(5_999)).toBe(false)
    expect(votes.offline(6_000)).toBe(true)
    votes.clear()
    expect(votes.waitMs(7_000)).toBeNull()
    expect(votes.offline(20_000)).toBe(false)
  })
})

describe('a backoff', () => {
  it('is anywhere up to its cap, which doubles to the limit', () => {
    const caps = [1, 2, 3, 7, 40].map((tries) => backoffMs(tries, 1_000, 60_000, 1))
    expect(caps).toEqual([1_000, 2_000, 4_000, 60_000, 60_000])
    expect(backoffMs(5, 1_000, 60_000, 0)).toBe(0)
  })
})
