// What the feed holds: the newest lines, a bounded number of them, and which of them are asked for. Pure: it is given
// events, and says what is to be shown. Numbers only grow, so a row keeps its place while others are dropped.

import { lineOf, type Line } from './event-line.ts'
import { groupOf, type Group } from './kinds.ts'
import type { LiveEvent } from './shapes.ts'

export const FEED_MAX = 20_000

/** An event as it is kept: its line, and what it is found by. The rest of it is asked for by its id. */
export interface Row {
  readonly id: string
  readonly at: number
  readonly group: Group
  readonly kind: string
  readonly userId: string | null
  readonly handle: string | null
  readonly late: boolean
  readonly history: boolean
  readonly line: Line
}

export const rowOf = (event: LiveEvent): Row => ({
  id: event.id,
  at: event.at,
  group: groupOf(event.kind),
  kind: event.kind,
  userId: event.userId,
  handle: event.handle === null ? null : event.handle.slice(0, 60),
  late: event.late,
  history: event.history,
  line: lineOf(event),
})

export interface FeedFilter {
  /** None means all. */
  readonly groups: ReadonlySet<Group>
  readonly search: string
  readonly userId: string | null
}

export const NO_FILTER: FeedFilter = { groups: new Set(), search: '', userId: null }

export const isFiltering = ({ groups, search, userId }: FeedFilter): boolean =>
  groups.size > 0 || search.trim() !== '' || userId !== null

const has = (text: string | null, needle: string): boolean =>
  text !== null && text.toLowerCase().includes(needle)

export const matches = (row: Row, filter: FeedFilter): boolean => {
  if (filter.groups.size > 0 && !filter.groups.has(row.group)) return false
  if (filter.userId !== null && row.userId !== filter.userId) return false
  const needle = filter.search.trim().toLowerCase().replace(/^@/, '')
  return needle === '' || has(row.line.text, needle) || has(row.line.name, needle) || has(row.handle, needle)
}

/** Event ids are decimal text of one length a session and beyond; longer is later. */
export const isLater = (a: string, b: string): boolean =>
  a.length === b.length ? a > b : a.length > b.length

/** Dropped in one go, so that it costs little each time. */
const DROP = FEED_MAX / 10

export class Feed {
  #all: Row[] = []
  #shown: Row[] = []
  #filter: FeedFilter = NO_FILTER
  #dropped = 0
  readonly #max: number

  constructor(max = FEED_MAX) {
    this.#max = max
  }

  get rows(): readonly Row[] {
    return this.#shown
  }

  /** Held, shown or not. */
  get size(): number {
    return this.#all.length
  }

  /** How many of the shown rows were dropped at the old end so far. */
  get dropped(): number {
    return this.#dropped
  }

  get newest(): string | null {
    return this.#all.at(-1)?.id ?? null
  }

  get oldest(): string | null {
    return this.#all[0]?.id ?? null
  }

  get isFull(): boolean {
    return this.#all.length >= this.#max - Math.min(DROP, this.#max / 10)
  }

  /** Newer events, oldest first. What is held already is left out: a resumed stream may say a thing twice. */
  append(events: readonly LiveEvent[]): void {
    let newest = this.newest
    for (const event of events) {
      if (newest !== null && !isLater(event.id, newest)) continue
      newest = event.id
      const row = rowOf(event)
      this.#all.push(row)
      if (matches(row, this.#filter)) this.#shown.push(row)
    }
    if (this.#all.length > this.#max) this.#drop()
  }

  /**
   * Older events, newest first; none beyond what may be held, unless `makeRoom` lets the newest go for them. Gives how
   * many shown rows were put in front.
   */
  prepend(events: readonly LiveEvent[], makeRoom = false): number {
    const oldest = this.oldest
    const room = makeRoom ? this.#max : this.#max - this.#all.length
    const rows = events
      .filter(({ id }) => oldest === null || isLater(oldest, id))
      .slice(0, Math.max(0, room))
      .map(rowOf)
      .toReversed()
    const shown = rows.filter((row) => matches(row, this.#filter))
    this.#all = [...rows, ...this.#all].slice(0, this.#max)
    const newest = this.newest
    const kept = this.#shown.filter(({ id }) => newest === null || !isLater(id, newest))
    this.#shown = [...shown, ...kept]
    return shown.length
  }

  filter(filter: FeedFilter): void {
    this.#filter = filter
    this.#dropped = 0
    this.#shown = isFiltering(filter) ? this.#all.filter((row) => matches(row, filter)) : [...this.#all]
  }

  clear(): void {
    this.#all = []
    this.#shown = []
    this.#dropped = 0
  }

  #drop(): void {
    const keep = this.#max - Math.min(DROP, Math.floor(this.#max / 10))
    this.#all.splice(0, this.#all.length - keep)
    const first = this.oldest
    const index = first === null ? 0 : this.#shown.findIndex(({ id }) => !isLater(first, id))
    const gone = index === -1 ? this.#shown.length : index
    this.#shown.splice(0, gone)
    this.#dropped += gone
  }
}
