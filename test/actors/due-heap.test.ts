import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeDueHeap, type Due } from '../../src/actors/due-heap.ts'

interface Item extends Due {
  readonly name: number
}

describe('the heap of what is due', () => {
  it('gives the earliest first, however often things are put in, moved and taken out', () => {
    const change = fc.record({ name: fc.nat(20), dueAt: fc.option(fc.nat(100), { nil: null }) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
        const heap = makeDueHeap<Item>()
        const items = Array.from({ length: 21 }, (_, name): Item => ({ name, dueAt: 0, slot: -1 }))
        const inside = new Map<number, number>()
        for (const { name, dueAt } of changes) {
          if (dueAt === null) heap.take(items[name]!)
          else heap.put(items[name]!, dueAt)
          if (dueAt === null) inside.delete(name)
          else inside.set(name, dueAt)
          expect(heap.first()?.dueAt).toBe(inside.size === 0 ? undefined : Math.min(...inside.values()))
        }
        const order: number[] = []
        for (let first = heap.first(); first !== undefined; first = heap.first()) {
          order.push(first.dueAt)
          heap.take(first)
        }
        expect(order).toEqual([...inside.values()].toSorted((a, b) => a - b))
      }),
      { numRuns: 500 },
    )
  })
})
