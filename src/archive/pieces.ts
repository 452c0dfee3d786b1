// What a session is made of when it is read: its own rows, and those of the fragments merged into it, in order.
// Rows never move, so a piece is a range of event ids. It does not read events.

import * as Effect from 'effect/Effect'
import { CommandRefused } from '../domain/errors.ts'
import { SEQ_BITS, SEQ_MAX, sessionId } from '../domain/session.ts'
import { Database, type Row } from '../db/database.ts'

/** One session row's own stretch of events: ids above `after`, up to and including `last`. */
export interface Piece {
  readonly no: number
  readonly openedAt: number
  /** When it ended, or the last frame of a session that is still open. */
  readonly endedAt: number
  readonly after: bigint
  readonly last: bigint
  readonly row: Row
}

export interface Pieces {
  readonly no: number
  readonly roomId: string
  readonly handle: string
  /** All pieces are archived: what is read now reads the same tomorrow, but for late rows. */
  readonly archived: boolean
  readonly pruned: boolean
  /** The asked session first by number, its fragments among the others in order. Never empty. */
  readonly list: readonly Piece[]
}

const SELECT = `SELECT * FROM sessions WHERE no = ?1
UNION ALL SELECT * FROM sessions WHERE merged_into = ?1 AND merge_kind = 'fragment' ORDER BY no LIMIT 1000`

/** A column that holds an integer: what the reader gives as text beyond 2^53 is not expected here. */
export const int = (value: Row[string] | undefined): number => Number(value ?? 0)
export const intOrNull = (value: Row[string] | undefined): number | null =>
  value === null || value === undefined ? null : Number(value)
export const text = (value: Row[string] | undefined): string => (typeof value === 'string' ? value : '')

/** The highest event id a session of this number can have; the lowest is that of the number before, plus one. */
export const lastEventId = (no: number): bigint => (BigInt(no) << SEQ_BITS) + BigInt(SEQ_MAX)

const piece = (row: Row): Piece => {
  const no = int(row['no'])
  return {
    no,
    openedAt: int(row['opened_at']),
    endedAt: intOrNull(row['ended_at']) ?? int(row['last_at']),
    after: (BigInt(no) << SEQ_BITS) - 1n,
    last: lastEventId(no),
    row,
  }
}

/** The pieces of a session; refused as `session_unknown` when there is no such row. */
export const piecesOf = Effect.fnUntraced(function* (no: number) {
  const database = yield* Database
  const rows = yield* database.read(SELECT, [no])
  const own = rows.find((row) => int(row['no']) === no)
  if (own === undefined) {
    return yield* new CommandRefused({
      code: 'session_unknown',
      message: `There is no session ${sessionId(no)}.`,
    })
  }
  const pieces: Pieces = {
    no,
    roomId: text(own['room_id']),
    handle: text(own['handle']),
    archived: rows.every((row) => row['archived_at'] !== null),
    pruned: rows.some((row) => row['pruned_at'] !== null),
    list: rows.map(piece),
  }
  return pieces
})
