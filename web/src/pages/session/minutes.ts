// Minute by minute, from two sources that are both true as far as they go: what the server counted when it was last
// asked, and what came over the stream since the page was opened. Neither ever counts too much, so where both know a
// minute the larger number is the truer one.

import { isLater } from './feed.ts'
import type { LiveEvent, Minute } from './shapes.ts'

export const MINUTE_MS = 60_000
/** Minutes counted here at most: a day. The server knows the earlier ones. */
const COUNTED_MAX = 1_440
/** Streaks that may still grow. */
const STREAKS_MAX = 5_000

interface Counting {
  chats: number
  giftValue: number
  likes: number
  joins: number
  viewersMax: number | null
  viewersSum: number
  viewersSeen: number
}

const nothing = (): Counting => ({
  chats: 0,
  giftValue: 0,
  likes: 0,
  joins: 0,
  viewersMax: null,
  viewersSum: 0,
  viewersSeen: 0,
})

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS

export class LiveMinutes {
  readonly #minutes = new Map<number, Counting>()
  readonly #streaks = new Map<string, number>()
  #last: string | null = null
  viewers: number | null = null

  /** Oldest first; what was counted already is not counted again. */
  add(events: readonly LiveEvent[]): void {
    for (const event of events) {
      if (this.#last !== null && !isLater(event.id, this.#last)) continue
      this.#last = event.id
      if (!event.late) this.#count(event)
    }
    for (const oldest of this.#minutes.keys()) {
      if (this.#minutes.size <= COUNTED_MAX) break
      this.#minutes.delete(oldest)
    }
    for (const oldest of this.#streaks.keys()) {
      if (this.#streaks.size <= STREAKS_MAX) break
      this.#streaks.delete(oldest)
    }
  }

  #count(event: LiveEvent): void {
    const key = minuteOf(event.at)
    const minute = this.#minutes.get(key) ?? nothing()
    this.#minutes.set(key, minute)
    switch (event.kind) {
      case 'chat':
        minute.chats += 1
        break
      case 'like':
        minute.likes += event.amount ?? 0
        break
      case 'join':
        minute.joins += 1
        break
      case 'gift':
        minute.giftValue += this.#grown(event)
        break
      case 'viewers':
        if (event.total === null) break
        this.viewers = event.total
        minute.viewersMax = Math.max(minute.viewersMax ?? 0, event.total)
        minute.viewersSum += event.total
        minute.viewersSeen += 1
        break
      default:
    }
  }

  /** Diamonds that this message adds to its streak, which counts once, at its highest. */
  #grown(event: LiveEvent): number {
    const count = event.amount ?? 0
    const price = event.value ?? 0
    if (event.groupId === null) return count * price
    const streak = `${event.userId} ${event.giftId} ${event.groupId}`
    const before = this.#streaks.get(streak) ?? 0
    if (count <= before) return 0
    this.#streaks.delete(streak)
    this.#streaks.set(streak, count)
    return (count - before) * price
  }

  points(): readonly Minute[] {
    return [...this.#minutes].map(([at, { viewersSum, viewersSeen, ...minute }]) => ({
      at,
      ...minute,
      viewersAvg: viewersSeen === 0 ? null : viewersSum / viewersSeen,
    }))
  }
}

const larger = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b)

/** Both sources as one, in order. */
export const joined = (counted: readonly Minute[], live: readonly Minute[]): readonly Minute[] => {
  const minutes = new Map(counted.map((minute) => [minute.at, minute]))
  for (const minute of live) {
    const known = minutes.get(minute.at)
    minutes.set(
      minute.at,
      known === undefined
        ? minute
        : {
            at: minute.at,
            chats: Math.max(known.chats, minute.chats),
            giftValue: Math.max(known.giftValue, minute.giftValue),
            likes: Math.max(known.likes, minute.likes),
            joins: Math.max(known.joins, minute.joins),
            viewersAvg: known.viewersAvg ?? minute.viewersAvg,
            viewersMax: larger(known.viewersMax, minute.viewersMax),
          },
    )
  }
  return [...minutes.values()].sort((a, b) => a.at - b.at)
}

/** Every minute from the first to the last: one in which nothing came counts nothing, and has no viewers. */
export const unbroken = (minutes: readonly Minute[], most = 14_400): readonly Minute[] => {
  const first = minutes[0]
  const last = minutes.at(-1)
  if (first === undefined || last === undefined || (last.at - first.at) / MINUTE_MS >= most) return minutes
  const known = new Map(minutes.map((minute) => [minute.at, minute]))
  return Array.from({ length: (last.at - first.at) / MINUTE_MS + 1 }, (_, index) => {
    const at = first.at + index * MINUTE_MS
    return (
      known.get(at) ?? { at, chats: 0, giftValue: 0, likes: 0, joins: 0, viewersAvg: null, viewersMax: null }
    )
  })
}
