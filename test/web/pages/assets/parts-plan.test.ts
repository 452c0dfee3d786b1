import { describe, expect, it } from 'vitest'
import {
  againMs,
  isSame,
  KEPT_MAX,
  KEPT_MS,
  missingOf,
  PART_BYTES,
  partsOf,
  readKept,
  sentBytes,
  Speed,
  withKept,
  type Kept,
} from '../../../../web/src/pages/assets/parts-plan.ts'

const kept = (more: Partial<Kept> = {}): Kept => ({
  uploadId: 'u1',
  key: 'vrm/hero.vrm',
  name: 'hero.vrm',
  sizeBytes: 20,
  modifiedAt: 7,
  partBytes: 8,
  etags: {},
  startedAt: 1_000,
  ...more,
})

describe('an upload in parts', () => {
  it('has parts without a gap or an overlap, the last of what is left', () => {
    const parts = partsOf(20, 8)
    expect(parts).toEqual([
      { number: 1, start: 0, end: 8 },
      { number: 2, start: 8, end: 16 },
      { number: 3, start: 16, end: 20 },
    ])
    expect(partsOf(16, 8)).toHaveLength(2)
    expect(PART_BYTES).toBeGreaterThanOrEqual(5 * 1_048_576)
    expect(PART_BYTES).toBeLessThanOrEqual(16 * 1_048_576)
  })

  it('goes on with what is missing, and counts what is there and what is on its way', () => {
    const parts = partsOf(20, 8)
    expect(missingOf(parts, { 2: 'e2' }).map(({ number }) => number)).toEqual([1, 3])
    expect(sentBytes(parts, { 2: 'e2' }, new Map([[1, 3]]))).toBe(11)
    // What the browser counts of a body can be more than its part.
    expect(sentBytes(parts, { 2: 'e2' }, new Map([[3, 900]]))).toBe(12)
  })

  it('is known again by its file and key, and not after the server has forgotten it', () => {
    const file = { name: 'hero.vrm', size: 20, lastModified: 7 }
    expect(isSame(kept(), file, 'vrm/hero.vrm', 2_000)).toBe(true)
    expect(isSame(kept(), { ...file, lastModified: 8 }, 'vrm/hero.vrm', 2_000)).toBe(false)
    expect(isSame(kept(), { ...file, size: 21 }, 'vrm/hero.vrm', 2_000)).toBe(false)
    expect(isSame(kept(), file, 'scene/hero.vrm', 2_000)).toBe(false)
    expect(isSame(kept(), file, 'vrm/hero.vrm', 1_000 + KEPT_MS)).toBe(false)
  })

  it('is read back from what the browser kept, and nothing else is', () => {
    const list = [kept(), kept({ uploadId: 'old', startedAt: -KEPT_MS }), { uploadId: 1 }, null]
    expect(readKept(JSON.stringify(list), 2_000)).toEqual([kept()])
    expect(readKept('{"no":"list"}', 2_000)).toEqual([])
    expect(readKept('not json', 2_000)).toEqual([])
    expect(readKept(null, 2_000)).toEqual([])
  })

  it('is remembered once, among a bounded number', () => {
    const many = Array.from({ length: KEPT_MAX }, (_, n) => kept({ uploadId: `u${n}` }))
    const list = withKept(many, kept({ uploadId: 'u3', etags: { 1: 'e' } }))
    expect(list).toHaveLength(KEPT_MAX)
    expect(list[0]).toMatchObject({ uploadId: 'u3', etags: { 1: 'e' } })
    expect(list.filter(({ uploadId }) => uploadId === 'u3')).toHaveLength(1)
    expect(withKept(many, kept({ uploadId: 'new' }))).toHaveLength(KEPT_MAX)
  })
})

describe('the speed of an upload', () => {
  it('is unknown at first, then says what is left, and begins anew when an upload does', () => {
    const speed = new Speed()
    speed.note(0, 0)
    expect(speed.leftMs(0, 1_000)).toBeNull()
    speed.note(500, 1_000)
    expect(speed.perSecond).toBe(500)
    expect(speed.leftMs(500, 1_000)).toBe(1_000)
    speed.note(0, 1_500)
    speed.note(250, 2_500)
    expect(speed.perSecond).toBeCloseTo(425)
  })

  it('waits longer after each failure, never longer than half a minute', () => {
    const waits = [1, 2, 3, 10, 100].map((failures) => againMs(failures, 1))
    expect(waits).toEqual([2_000, 4_000, 8_000, 30_000, 30_000])
    expect(againMs(1, 0)).toBe(1_000)
  })
})
