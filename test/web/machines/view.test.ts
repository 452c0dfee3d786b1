import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { centred, fitted, isSeen, moved, SCALE_MAX, zoomed } from '../../../web/src/pages/machines/view.ts'

const side = fc.integer({ min: 50, max: 4_000 })
const size = fc.record({ width: side, height: side })

describe('what is seen of a picture', () => {
  it('is all of it when it is fitted, whatever the sizes, unless it would be too small to see', () => {
    fc.assert(
      fc.property(size, size, (picture, view) => {
        const fit = fitted(picture, view)
        if (fit.scale <= 0.12) return
        expect(isSeen({ x: 0, y: 0, ...picture }, fit, view)).toBe(true)
      }),
    )
  })

  it('keeps the point under the pointer where it is while it is zoomed', () => {
    const picture = { width: 2_000, height: 2_000 }
    const view = { width: 800, height: 600 }
    const from = { x: 700, y: 700, scale: 0.8 }
    const at = { x: 300, y: 200 }
    const to = zoomed(from, 1.25, at, picture, view)
    expect(to.scale).toBeCloseTo(1)
    expect(to.x + at.x / to.scale).toBeCloseTo(from.x + at.x / from.scale)
    expect(to.y + at.y / to.scale).toBeCloseTo(from.y + at.y / from.scale)
  })

  it('never gets lost, however it is moved and zoomed', () => {
    const step = fc.record({
      dx: fc.integer({ min: -5_000, max: 5_000 }),
      dy: fc.integer({ min: -5_000, max: 5_000 }),
      factor: fc.double({ min: 0.05, max: 20, noNaN: true }),
    })
    fc.assert(
      fc.property(size, size, fc.array(step, { maxLength: 8 }), (picture, view, steps) => {
        let at = fitted(picture, view)
        for (const { dx, dy, factor } of steps) {
          at = moved(zoomed(at, factor, { x: 10, y: 10 }, picture, view), dx, dy, picture, view)
          expect(at.scale).toBeLessThanOrEqual(SCALE_MAX)
          const middleX = at.x + view.width / at.scale / 2
          const middleY = at.y + view.height / at.scale / 2
          expect(middleX).toBeGreaterThanOrEqual(-1e-6)
          expect(middleX).toBeLessThanOrEqual(picture.width + 1e-6)
          expect(middleY).toBeGreaterThanOrEqual(-1e-6)
          expect(middleY).toBeLessThanOrEqual(picture.height + 1e-6)
        }
      }),
    )
  })

  it('brings a box into sight, large enough to read, and wastes no room beyond the edge of the picture', () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(part, part, fc.integer({ min: 300, max: 2_000 }), (right, down, width) => {
        const picture = { width: 3_000, height: 2_500 }
        const view = { width, height: 400 }
        const box = { x: right * 2_880, y: down * 2_466, width: 120, height: 34 }
        const at = centred(box, fitted(picture, view), picture, view)
        expect(at.scale).toBe(0.85)
        expect(isSeen(box, at, view)).toBe(true)
        const edge = 16 / at.scale + 1e-6
        expect(at.x).toBeGreaterThanOrEqual(-edge)
        expect(at.y).toBeGreaterThanOrEqual(-edge)
        expect(at.x + view.width / at.scale).toBeLessThanOrEqual(picture.width + edge)
        expect(at.y + view.height / at.scale).toBeLessThanOrEqual(picture.height + edge)
      }),
    )
  })
})
