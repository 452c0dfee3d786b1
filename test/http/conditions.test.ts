import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/http/conditions.ts'

const content = (sizeBytes: number) => ({ etag: '"tag"', modifiedAt: 1_700_000_000_500, sizeBytes })
const none = { ifNoneMatch: undefined, ifModifiedSince: undefined, ifRange: undefined, range: undefined }

describe('conditions of a read', () => {
  it('a range that is answered lies inside the content, whatever is asked', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.oneof(
          fc.string({ maxLength: 20 }),
          fc.stringMatching(/^bytes=[0-9]{0,5}-[0-9]{0,5}(,[0-9]-[0-9])?$/),
        ),
        (size, range) => {
          const decision = decide({ ...none, range }, content(size))
          if (decision.status !== 206) return
          const { first, last } = decision.range
          expect(first).toBeGreaterThanOrEqual(0)
          expect(last).toBeGreaterThanOrEqual(first)
          expect(last).toBeLessThan(size)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('a tag is compared, not searched for', () => {
    for (const [ifNoneMatch, status] of [
      ['"ta"', 200],
      ['"tag2"', 200],
      ['tag', 200],
      ['"a","tag"', 304],
      ['W/"tag"', 304],
      ['*', 304],
    ] as const) {
      expect(decide({ ...none, ifNoneMatch }, content(10)).status, ifNoneMatch).toBe(status)
    }
  })

  it('nothing of nothing is not a range', () => {
    expect(decide({ ...none, range: 'bytes=0-0' }, content(0)).status).toBe(416)
    expect(decide({ ...none, range: 'bytes=-1' }, content(0)).status).toBe(416)
    expect(decide(none, content(0)).status).toBe(200)
  })
})
