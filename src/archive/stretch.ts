// A stretch of a session's time that numbers are asked for, and the pieces of the session cut to it.

import * as Effect from 'effect/Effect'
import { between } from '../db/event-times.ts'
import { int, type Piece, type Pieces } from './pieces.ts'

/** Milliseconds UTC: from inclusive, to exclusive. */
export interface Stretch {
  readonly fromAt: number
  readonly toAt: number
}

export const EVER: Stretch = { fromAt: 0, toAt: Number.MAX_SAFE_INTEGER }

const cutPiece = Effect.fnUntraced(function* (piece: Piece, { fromAt, toAt }: Stretch) {
  const first = piece.after + 1n
  const whole = { low: first, high: first + BigInt(int(piece.row['last_seq'])) }
  const { low, high } = yield* between(whole, { fromAt, toAt })
  // What comes late comes after the last counted sequence, so the cut is made in that too.
  const row = { ...piece.row, last_seq: Number(high - low) }
  return { ...piece, after: low - 1n, endedAt: Math.min(piece.endedAt, toAt), row } satisfies Piece
})

/** The same pieces, each with only the events that arrived in the stretch. */
export const cutTo = Effect.fnUntraced(function* (pieces: Pieces, stretch: Stretch) {
  return {
    ...pieces,
    list: yield* Effect.forEach(pieces.list, (piece) => cutPiece(piece, stretch)),
  } satisfies Pieces
})
