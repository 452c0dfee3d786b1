import { describe, expect, it } from 'vitest'
import { dragged, grasp, inSpan, pressed, released } from '../../../web/src/pages/session/brush.ts'
import { momentAt, placeOf, ticks, wholeOf } from '../../../web/src/pages/session/time-axis.ts'

const whole = { from: 0, to: 100_000 }
const plain = { shift: false, large: false }

describe('brushing', () => {
  it('draws a stretch in either direction and stays on the tape', () => {
    const drag = grasp(60_000, null, 500)
    expect(dragged(drag, 40_000, whole)).toEqual({ from: 40_000, to: 60_000 })
    expect(released(drag, 999_999, whole)).toEqual({ from: 60_000, to: 100_000 })
  })

  it('moves and resizes what is chosen by where it is taken', () => {
    const chosen = { from: 20_000, to: 40_000 }
    expect(grasp(20_400, chosen, 500).grip).toBe('from')
    expect(grasp(39_800, chosen, 500).grip).toBe('to')
    const move = grasp(30_000, chosen, 500)
    expect(dragged(move, 95_000, whole)).toEqual({ from: 80_000, to: 100_000 })
    expect(dragged(grasp(20_000, chosen, 500), 50_000, whole)).toEqual({ from: 40_000, to: 50_000 })
  })

  it('lets go with a click beside it, and keeps it with a click on it', () => {
    const chosen = { from: 20_000, to: 40_000 }
    expect(released(grasp(60_000, chosen, 500), 60_200, whole)).toBeNull()
    expect(released(grasp(30_000, chosen, 500), 30_000, whole)).toEqual(chosen)
  })

  it('is done with the keyboard alone', () => {
    const first = pressed('ArrowRight', plain, null, whole)
    expect(first).toEqual({ from: 0, to: 10_000 })
    const moved = pressed('ArrowRight', plain, first ?? null, whole)
    expect(moved).toEqual({ from: 1_000, to: 11_000 })
    const grown = pressed('ArrowRight', { shift: true, large: true }, moved ?? null, whole)
    expect(grown).toEqual({ from: 1_000, to: 21_000 })
    expect(pressed('PageDown', plain, grown ?? null, whole)).toEqual({ from: 21_000, to: 41_000 })
    expect(pressed('End', plain, grown ?? null, whole)).toEqual({ from: 80_000, to: 100_000 })
    expect(pressed('ArrowLeft', { shift: true, large: true }, { from: 5_000, to: 6_000 }, whole)).toEqual({
      from: 5_000,
      to: 6_000,
    })
    expect(pressed('Escape', plain, grown ?? null, whole)).toBeNull()
    expect(pressed('Escape', plain, null, whole)).toBeUndefined()
    expect(pressed('a', plain, null, whole)).toBeUndefined()
  })

  it('keeps every minute that it touches', () => {
    const points = [0, 60_000, 120_000].map((at) => ({ at }))
    expect(inSpan(points, { from: 59_999, to: 60_001 }, 60_000)).toHaveLength(2)
    expect(inSpan(points, null, 60_000)).toBe(points)
  })
})

describe('the time axis', () => {
  it('puts moments where they are, and back', () => {
    expect(placeOf(25_000, whole)).toBe(0.25)
    expect(placeOf(-5, whole)).toBe(0)
    expect(momentAt(0.25, whole)).toBe(25_000)
    expect(wholeOf(5, null, 6)).toEqual({ from: 5, to: 60_005 })
    expect(wholeOf(5, 20_000, 0)).toEqual({ from: 5, to: 20_001 })
  })

  it('marks round moments of the viewer’s clock, never too many', () => {
    const hour = { from: Date.UTC(2026, 0, 1, 10, 7), to: Date.UTC(2026, 0, 1, 11, 12) }
    const half = 5.5 * 3_600_000
    const found = ticks(hour, 8, half).map(({ at }) => new Date(at + half).toISOString().slice(11, 16))
    expect(found).toEqual(['15:40', '15:50', '16:00', '16:10', '16:20', '16:30', '16:40'])
    for (const days of [0.001, 0.3, 2, 40, 900]) {
      const span = { from: 0, to: days * 86_400_000 }
      expect(ticks(span, 8, 0).length).toBeLessThanOrEqual(9)
    }
  })
})
