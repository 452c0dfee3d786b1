// A binary heap of things that are due at a time, earliest first; each can be moved or taken out.
// One heap and one timer serve all rooms, so that a room that is only watched holds no timer and no fiber.

export interface Due {
  /** Monotonic milliseconds. */
  dueAt: number
  /** Where it is in the heap, or -1; kept by the heap alone. */
  slot: number
}

export interface DueHeap<T extends Due> {
  readonly first: () => T | undefined
  /** Puts it in, or moves it when it is in. */
  readonly put: (item: T, dueAt: number) => void
  readonly take: (item: T) => void
}

export const makeDueHeap = <T extends Due>(): DueHeap<T> => {
  const items: T[] = []

  const set = (item: T, slot: number): void => {
    items[slot] = item
    item.slot = slot
  }

  /** Finds the place for an item that may stand too low or too high at `slot`. */
  const settle = (item: T, from: number): void => {
    let slot = from
    for (let up = (slot - 1) >> 1; slot > 0; up = (slot - 1) >> 1) {
      const parent = items[up]!
      if (parent.dueAt <= item.dueAt) break
      set(parent, slot)
      slot = up
    }
    for (let child = 2 * slot + 1; child < items.length; child = 2 * slot + 1) {
      const right = items[child + 1]
      if (right !== undefined && right.dueAt < items[child]!.dueAt) child += 1
      const least = items[child]!
      if (item.dueAt <= least.dueAt) break
      set(least, slot)
      slot = child
    }
    set(item, slot)
  }

  return {
    first: () => items[0],
    put: (item, dueAt) => {
      item.dueAt = dueAt
      if (item.slot < 0) {
        items.push(item)
        settle(item, items.length - 1)
      } else settle(item, item.slot)
    },
    take: (item) => {
      const { slot } = item
      if (slot < 0) return
      item.slot = -1
      const last = items.pop()!
      if (last !== item) settle(last, slot)
    },
  }
}
