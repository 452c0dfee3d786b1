// Which rows of a long list are to be drawn, and whether it follows its end. Pure: the list measures and scrolls.

export interface View {
  readonly scrollTop: number
  readonly height: number
}

export interface Slice {
  readonly from: number
  readonly to: number
}

/** Rows that are in view, and `over` more on both sides so that scrolling finds them drawn. */
export const sliceOf = ({ scrollTop, height }: View, rowHeight: number, count: number, over = 8): Slice => {
  const from = Math.min(Math.max(0, count - 1), Math.max(0, Math.floor(scrollTop / rowHeight) - over))
  const to = Math.min(count, Math.ceil((Math.max(0, scrollTop) + height) / rowHeight) + over)
  return { from, to: Math.max(from, to) }
}

/**
 * Whether the list still follows its end after it was scrolled. A batch may be taller than any threshold, so being
 * far from the end proves nothing: only scrolling up lets go, and reaching the end takes hold again.
 */
export const followsEnd = (
  wasFollowing: boolean,
  before: number,
  { scrollTop, height }: View,
  total: number,
): boolean => {
  if (scrollTop < before - 1) return scrollTop + height >= total - 2
  return wasFollowing || scrollTop + height >= total - 2
}
