// How high a line of the feed is: one line of text where there is room, two on a small screen. Always the same for all.

import { signal } from '@preact/signals'

const WIDE = 28
const NARROW = 46

const narrow = matchMedia('(max-width: 640px)')

export const rowHeight = signal(narrow.matches ? NARROW : WIDE)

narrow.addEventListener('change', ({ matches }) => {
  rowHeight.value = matches ? NARROW : WIDE
})
