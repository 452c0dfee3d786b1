// The list as it is held: its first page, which is read again, and those after it, which are kept as they came. Pure.
// The newest stand first, and a session's number only grows.

import type { Page } from '../../api/types.ts'
import { isLater } from '../session/feed.ts'

interface Listed {
  readonly id: string
}

export interface Held<T extends Listed> {
  readonly first: Page<T>
  readonly further: readonly T[]
  /** Where what was kept ends; undefined: nothing was, the first page says what comes after it. */
  readonly next: string | null | undefined
}

/** What stood on the first page and now comes after it. */
const pushedOff = <T extends Listed>(before: readonly T[], now: readonly T[]): readonly T[] => {
  const last = now.at(-1)
  return last === undefined ? [] : before.filter(({ id }) => isLater(last.id, id))
}

const unique = <T extends Listed>(items: readonly T[]): readonly T[] => [
  ...new Map(items.map((item) => [item.id, item])).values(),
]

/** The first page was read again: what others pushed off it stands in front of the further ones. */
export const withFirst = <T extends Listed>(held: Held<T> | null, first: Page<T>): Held<T> => {
  if (held?.first === first) return held
  const anew = { first, further: [], next: undefined }
  if (held === null || held.next === undefined || first.next === null) return anew
  // More came than fit on the page: what lies between it and the further ones was never read.
  const newest = held.first.items[0]
  const last = first.items.at(-1)
  if (newest === undefined || last === undefined || isLater(last.id, newest.id)) return anew
  return { ...held, first, further: unique([...pushedOff(held.first.items, first.items), ...held.further]) }
}

/** A further page, asked for while `asked` was the first one. */
export const withMore = <T extends Listed>(held: Held<T>, asked: Page<T>, page: Page<T>): Held<T> => ({
  first: held.first,
  further: unique([...pushedOff(asked.items, held.first.items), ...held.further, ...page.items]),
  next: page.next,
})

export const listOf = <T extends Listed>({ first, further }: Held<T>): readonly T[] =>
  unique([...first.items, ...further])
