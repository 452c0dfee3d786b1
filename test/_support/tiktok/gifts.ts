// A few gifts with their prices and the viewer who speaks when nobody is named.

import { person } from './ids.ts'
import type { GiftKind, Person } from './messages.ts'

export const GIFT_KINDS: readonly GiftKind[] = [
  { id: '5655', name: 'Rose', diamonds: 1, combo: true },
  { id: '5269', name: 'TikTok', diamonds: 1, combo: true },
  { id: '5879', name: 'Doughnut', diamonds: 30, combo: true },
  { id: '5660', name: 'Hand Hearts', diamonds: 100, combo: false },
  { id: '6369', name: 'Lion', diamonds: 29_999, combo: false },
]

export const GIFTS = {
  someone: person(1) satisfies Person,
  /** The gift with this id; an id nobody knows is a gift of one diamond. */
  find: (id: string): GiftKind =>
    GIFT_KINDS.find((kind) => kind.id === id) ?? { id, name: `Gift ${id}`, diamonds: 1, combo: true },
}

/** What the gifts of a broadcast are worth: each streak once, at its highest count. */
export class GiftLedger {
  readonly #streaks = new Map<string, number>()

  note(userId: string, kind: GiftKind, group: string, repeat: number): void {
    const key = `${userId}/${kind.id}/${group}`
    this.#streaks.set(key, Math.max(this.#streaks.get(key) ?? 0, repeat * kind.diamonds))
  }

  get diamonds(): number {
    return [...this.#streaks.values()].reduce((sum, value) => sum + value, 0)
  }
}
