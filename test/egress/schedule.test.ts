import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterCommand,
  afterEnd,
  ATTEMPTS_A_MINUTE,
  backoffMs,
  began,
  type Begun,
} from '../../src/egress/schedule.ts'

const PACE = { backoffBaseMs: 1_000, backoffCapMs: 30_000 }
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the wait after a failure', () => {
  it('doubles from the base up to the cap, a fifth more or less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), chance, (failure, by) => {
        const whole = Math.min(30_000, 1_000 * 2 ** (failure - 1))
        const ms = backoffMs(PACE, failure, by)
        expect(ms).toBeGreaterThanOrEqual(0.8 * whole)
        expect(ms).toBeLessThanOrEqual(1.2 * whole)
      }),
    )
    expect([1, 2, 3, 4, 5, 6, 7].map((failure) => backoffMs(PACE, failure, 0.5))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ])
  })

  it('is none, once, when LiveKit has reached its time limit', () => {
    const end = { code: 'limit_reached', chance: 0.5, nowMs: 3_600_000 } as const
    expect(afterEnd(PACE, [0], { ...end, failure: 1 })).toBe(0)
    expect(afterEnd(PACE, [0], { ...end, failure: 2 })).toBe(2_000)
    expect(afterEnd(PACE, [3_599_900], { ...end, failure: 1 })).toBe(700)
  })

  it('never lets two attempts begin sooner after each other than four fifths of the base', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 1, max: 9 }),
        chance,
        (ago, failure, by) => {
          const nowMs = 1_000_000
          const wait = afterEnd(PACE, [nowMs - ago], { code: 'limit_reached', failure, chance: by, nowMs })
          expect(ago + wait).toBeGreaterThanOrEqual(800)
        },
      ),
    )
  })
})

describe('the pace', () => {
  it('lets no more than eight attempts begin in any minute, whoever asks', () => {
    const step = fc.record({ restMs: fc.integer({ min: 0, max: 20_000 }), byHand: fc.boolean(), by: chance })
    fc.assert(
      fc.property(fc.array(step, { minLength: 9, maxLength: 60 }), (steps) => {
        let [nowMs, begun]: [number, Begun] = [0, []]
        const all: number[] = []
        for (const { restMs, byHand, by } of steps) {
          nowMs += restMs
          nowMs += byHand
            ? afterCommand(PACE, begun, nowMs)
            : afterEnd(PACE, begun, { code: 'egress_failed', failure: 1, chance: by, nowMs })
          begun = began(begun, nowMs)
          all.push(nowMs)
        }
        for (const [index, at] of all.entries()) {
          expect(all.slice(index).filter((later) => later < at + 60_000).length).toBeLessThanOrEqual(
            ATTEMPTS_A_MINUTE,
          )
        }
      }),
    )
  })

  it('lets a person wait less than a second when the base is long', () => {
    const slow = { backoffBaseMs: 60_000, backoffCapMs: 600_000 }
    expect(afterCommand(slow, [1_000], 1_000)).toBe(800)
    expect(afterCommand(PACE, [], 5)).toBe(0)
    expect(afterCommand(PACE, [0], 900)).toBe(0)
  })
})
