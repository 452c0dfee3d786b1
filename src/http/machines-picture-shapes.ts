// A picture of a machine as it is answered: boxes, lines and texts with their places, in pixels.

import * as Schema from 'effect/Schema'

/** Which way a machine is read: beside each other on a screen, below each other on a phone. */
export const DIRECTIONS = ['right', 'down'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** All of a machine, or without the state that only says where it goes on after a start: that one leads everywhere. */
export const EXTENTS = ['running', 'whole'] as const
export type Extent = (typeof EXTENTS)[number]

export const PictureState = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  parent: Schema.NullOr(Schema.String),
  isCompound: Schema.Boolean,
  isTransient: Schema.Boolean.annotate({ description: 'left at once' }),
  runs: Schema.Array(Schema.String).annotate({ description: 'actors that run while it is active' }),
  x: Schema.Number,
  y: Schema.Number,
  width: Schema.Number,
  height: Schema.Number,
})

export const PictureLine = Schema.Struct({
  text: Schema.String,
  transitions: Schema.Array(Schema.Int).annotate({ description: 'their numbers in the machine' }),
})

export type PictureLine = typeof PictureLine.Type

const Point = Schema.Tuple([Schema.Number, Schema.Number])

export const PictureEdge = Schema.Struct({
  id: Schema.String,
  from: Schema.String.annotate({ description: 'a state; `any` for every state' }),
  to: Schema.String,
  transitions: Schema.Array(Schema.Int),
  points: Schema.Array(Point),
  path: Schema.String.annotate({ description: 'the same as an SVG path, its corners rounded' }),
  label: Schema.Struct({
    x: Schema.Number,
    y: Schema.Number,
    width: Schema.Number,
    height: Schema.Number,
    lines: Schema.Array(PictureLine),
  }),
})

/** A small round mark: where the machine or a compound state begins, or `any` state. */
export const PictureMark = Schema.Struct({
  id: Schema.String,
  x: Schema.Number,
  y: Schema.Number,
  radius: Schema.Number,
  path: Schema.String.annotate({
    description: 'the way from it to where it leads; empty when there is none',
  }),
})

export const Picture = Schema.Struct({
  machine: Schema.String,
  direction: Schema.Literals(DIRECTIONS),
  extent: Schema.Literals(EXTENTS),
  width: Schema.Number,
  height: Schema.Number,
  states: Schema.Array(PictureState),
  edges: Schema.Array(PictureEdge),
  marks: Schema.Array(PictureMark),
})
export type Picture = typeof Picture.Type
