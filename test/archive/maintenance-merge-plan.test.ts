import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planMerges, type Candidate } from '../../src/archive/maintenance/merge-plan.ts'

const candidate = fc.record({
  roomNo: fc.integer({ min: 1, max: 2 }),
  broadcastId: fc.constantFrom('0', '', '71', '72', '73'),
  openedAt: fc.integer({ min: 0, max: 1_000 }),
  lengthMs: fc.integer({ min: 0, max: 500 }),
  events: fc.integer({ min: 0, max: 50 }),
})
const candidates = fc.array(candidate, { maxLength: 12 }).map((list) =>
  list.map(({ lengthMs, ...rest }, index): Candidate => ({
    no: index + 1,
    ...rest,
    endedAt: rest.openedAt + lengthMs,
  })),
)

const check = (property: (list: readonly Candidate[]) => void): void =>
  fc.assert(fc.property(candidates, property), { numRuns: 2_000 })

const byNo = (a: { readonly no: number }, b: { readonly no: number }) => a.no - b.no

describe('a plan of merges', () => {
  it('leaves exactly one session of each broadcast standing, and every session of none', () => {
    check((list) => {
      const merged = new Set(planMerges(list).map(({ no }) => no))
      const standing = list.filter(({ no }) => !merged.has(no))
      for (const [broadcastId, group] of Map.groupBy(standing, (one) => one.broadcastId)) {
        if (broadcastId !== '' && broadcastId !== '0') expect(group).toHaveLength(1)
      }
      expect(list.filter(({ broadcastId }) => broadcastId === '' || broadcastId === '0')).toEqual(
        standing.filter(({ broadcastId }) => broadcastId === '' || broadcastId === '0'),
      )
    })
  })

  it('merges each session once, into one that stands, of the same broadcast', () => {
    check((list) => {
      const plan = planMerges(list)
      const nos = plan.map(({ no }) => no)
      expect(new Set(nos).size).toBe(nos.length)
      const of = new Map(list.map((one) => [one.no, one]))
      for (const { no, into } of plan) {
        expect(nos).not.toContain(into)
        expect(of.get(no)?.broadcastId).toBe(of.get(into)?.broadcastId)
      }
    })
  })

  it('hides only what another room recorded for at least half of its time', () => {
    check((list) => {
      const of = new Map(list.map((one) => [one.no, one]))
      for (const { no, into, kind } of planMerges(list)) {
        if (kind === 'duplicate') expect(of.get(no)?.roomNo).not.toBe(of.get(into)?.roomNo)
        const alone = list.every(
          (other) =>
            other.no === no ||
            other.openedAt >= (of.get(no)?.endedAt ?? 0) ||
            other.endedAt <= (of.get(no)?.openedAt ?? 0),
        )
        if (alone) expect(kind).toBe('fragment')
      }
    })
  })

  it('is the same in whatever order the sessions are found', () => {
    check((list) => {
      expect([...planMerges(list.toReversed())].sort(byNo)).toEqual([...planMerges(list)].sort(byNo))
    })
  })
})
