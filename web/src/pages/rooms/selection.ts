// What is pointed at, selected and about to be asked in the list of rooms. It outlives the page: going to a room and
// back leaves it as it was.

import { computed, signal } from '@preact/signals'
import type { Section } from './order.ts'

/** The row that has the focus or is pointed at. */
export const active = signal<string | null>(null)
export const selected = signal<ReadonlySet<string>>(new Set())
/** What is shown, in its order; the list keeps it. */
export const sections = signal<readonly Section[]>([])
export const order = computed<readonly string[]>(() => sections.value.flatMap(({ ids }) => ids))
/** Rooms somebody wants to remove, until it was confirmed or the list was left. */
export const removing = signal<readonly string[]>([])

let anchor: string | null = null

export const askRemoval = (ids: readonly string[]): void => {
  removing.value = ids
}

/** With `through` everything between the last one and this one follows. */
export const toggle = (id: string, through = false): void => {
  const next = new Set(selected.value)
  const isOn = !next.has(id)
  const from = anchor === null ? -1 : order.value.indexOf(anchor)
  const to = order.value.indexOf(id)
  const range =
    through && from !== -1 && to !== -1 ? order.value.slice(Math.min(from, to), Math.max(from, to) + 1) : [id]
  for (const one of range) {
    if (isOn) next.add(one)
    else next.delete(one)
  }
  anchor = id
  selected.value = next
}

export const select = (ids: readonly string[]): void => {
  selected.value = new Set(ids)
}

/** Rooms that are gone cannot stay selected. */
export const keepSelected = (isThere: (id: string) => boolean): void => {
  const kept = [...selected.value].filter(isThere)
  if (kept.length !== selected.value.size) selected.value = new Set(kept)
}
