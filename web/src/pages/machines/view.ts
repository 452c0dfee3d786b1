// What part of a picture is seen: pure. `x` and `y` are the picture's point at the upper left of the view, `scale` is
// pixels of the view for one of the picture.

import type { Box } from './types.ts'

export interface View {
  readonly x: number
  readonly y: number
  readonly scale: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const SCALE_MAX = 2.5
const SCALE_LEAST = 0.12
/** So much of the view is left free around what is shown whole. */
const MARGIN = 0.96
/** Pixels of the view that stay free around a picture that is larger than it. */
const EDGE = 16

const between = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)

/** All of the picture, in the middle; a small one is not blown up. */
export const fitted = (picture: Size, view: Size): View => {
  const scale = between(
    Math.min(view.width / picture.width, view.height / picture.height) * MARGIN,
    SCALE_LEAST,
    1.25,
  )
  return {
    scale,
    x: (picture.width - view.width / scale) / 2,
    y: (picture.height - view.height / scale) / 2,
  }
}

/** A picture can be moved until its edge is in the middle of the view, and no further. */
export const clamped = (to: View, picture: Size, view: Size): View => ({
  scale: to.scale,
  x: between(to.x, -view.width / to.scale / 2, picture.width - view.width / to.scale / 2),
  y: between(to.y, -view.height / to.scale / 2, picture.height - view.height / to.scale / 2),
})

/** Larger or smaller by a factor around a point of the view, which stays where it is. */
export const zoomed = (
  from: View,
  factor: number,
  at: { readonly x: number; readonly y: number },
  picture: Size,
  view: Size,
): View => {
  const least = Math.min(fitted(picture, view).scale, SCALE_LEAST * 3)
  const scale = between(from.scale * factor, least, SCALE_MAX)
  return clamped(
    {
      scale,
      x: from.x + at.x / from.scale - at.x / scale,
      y: from.y + at.y / from.scale - at.y / scale,
    },
    picture,
    view,
  )
}

/** Moved by so many pixels of the view. */
export const moved = (from: View, dx: number, dy: number, picture: Size, view: Size): View =>
  clamped({ ...from, x: from.x - dx / from.scale, y: from.y - dy / from.scale }, picture, view)

/** From where so much of a length is seen around a middle: no room is wasted beyond its ends, but for a margin. */
const around = (at: number, length: number, seen: number, margin: number): number =>
  length + 2 * margin <= seen ? (length - seen) / 2 : between(at - seen / 2, -margin, length - seen + margin)

/** With this box as near to the middle as the picture goes, at least so large that it can be read. */
export const centred = (box: Box, from: View, picture: Size, view: Size, readable = 0.85): View => {
  const scale = Math.max(from.scale, readable)
  const margin = EDGE / scale
  return {
    scale,
    x: around(box.x + box.width / 2, picture.width, view.width / scale, margin),
    y: around(box.y + box.height / 2, picture.height, view.height / scale, margin),
  }
}

/** Whether a box is seen whole. */
export const isSeen = (box: Box, from: View, view: Size): boolean =>
  box.x >= from.x &&
  box.y >= from.y &&
  box.x + box.width <= from.x + view.width / from.scale &&
  box.y + box.height <= from.y + view.height / from.scale
