import { expect, it } from 'vitest'
import { listOf, withFirst, withMore, type Held } from '../../../web/src/pages/sessions/held.ts'

interface One {
  readonly id: string
}

/** From the newest to the oldest, without what is left out. */
const page = (
  newest: number,
  oldest: number,
  next: string | null = 'c',
  without: readonly number[] = [],
) => ({
  items: Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index)
    .filter((no) => !without.includes(no))
    .map((no): One => ({ id: `s${no}` })),
  next,
})
const numbers = (held: Held<One>) => listOf(held).map(({ id }) => Number(id.slice(1)))
const down = (newest: number, oldest: number) =>
  page(newest, oldest).items.map(({ id }) => Number(id.slice(1)))

it('a session that opens pushes none off the list', () => {
  const first = page(100, 91)
  let held = withFirst<One>(null, first)
  held = withMore(held, first, page(90, 81, 'further'))
  held = withFirst(held, page(101, 92))
  expect(numbers(held)).toEqual(down(101, 81))
  held = withFirst(held, page(104, 95))
  expect(numbers(held)).toEqual(down(104, 81))
  expect(held.next).toBe('further')
})

it('nor does one that opens while more is asked for', () => {
  const first = page(100, 91)
  let held = withFirst(withFirst<One>(null, first), page(103, 94))
  held = withMore(held, first, page(90, 81, null))
  expect(numbers(held)).toEqual(down(103, 81))
  expect(held.next).toBeNull()
})

it('one that no longer fits is gone, and what moves up is there once', () => {
  const first = page(100, 91)
  const held = withFirst(
    withMore(withFirst<One>(null, first), first, page(90, 81)),
    page(100, 89, 'c', [95, 91]),
  )
  expect(numbers(held)).toEqual([100, 99, 98, 97, 96, 94, 93, 92, ...down(90, 81)])
})

it('it begins anew when more opened than fit on a page, or when one page is all there is', () => {
  const first = page(100, 91)
  const held = withMore(withFirst<One>(null, first), first, page(90, 81, 'further'))
  const missed = withFirst(held, page(120, 111))
  expect([numbers(missed), missed.next]).toEqual([down(120, 111), undefined])
  const all = withFirst(held, page(100, 95, null))
  expect([numbers(all), all.next]).toEqual([down(100, 95), undefined])
})
