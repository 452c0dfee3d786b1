// What an export will hold, decided before anything is read of it: which stretches of events, how many, and
// under which name. A plan is plain data that crosses to the export's thread. It does not read events.

import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import type { EventKind } from '../../domain/event.ts'
import { sessionId } from '../../domain/session.ts'
import { int, intOrNull, lastEventId, piecesOf, text, type Piece, type Pieces } from '../pieces.ts'
import { infoOf, type ExportFormat } from './formats.ts'

export interface ExportOptions {
  readonly format: ExportFormat
  /** Only these kinds; all when absent or empty. Chat and reports take no kinds. */
  readonly kinds?: readonly EventKind[]
}

/** Events with ids above `after`, up to and including `last`. */
export interface Stretch {
  readonly no: number
  readonly openedAt: number
  readonly endedAt: number
  readonly after: bigint
  readonly last: bigint
}

export interface ExportPlan {
  readonly format: ExportFormat
  readonly kinds: readonly EventKind[]
  readonly no: number
  readonly handle: string
  readonly broadcastId: string
  /** The first opening and the last end of its pieces, milliseconds UTC. */
  readonly openedAt: number
  readonly endedAt: number
  readonly stretches: readonly Stretch[]
  /** Events the file is made of (header rows not counted): `X-Total-Rows`. */
  readonly totalRows: number
  readonly contentType: string
  /** Letters, digits, `_`, `.` and `-` only. */
  readonly fileName: string
  /** False: the session is still open, and the file holds what was durable when it was asked for. */
  readonly archived: boolean
  /** True: its events were removed by retention, so the file lacks them. */
  readonly pruned: boolean
}

/** The last event that exists now, so that the file ends where it began to be asked for. */
const bounded = Effect.fnUntraced(function* (piece: Piece) {
  const database = yield* Database
  const [row] = yield* database.read(
    'SELECT CAST(max(id) AS TEXT) AS last FROM events WHERE id > ?1 AND id <= ?2',
    [piece.after, piece.last],
  )
  const last = row?.['last']
  return { ...piece, last: typeof last === 'string' ? BigInt(last) : piece.after }
})

const COUNT = 'SELECT count(*) AS n FROM events WHERE id > ?1 AND id <= ?2'

/** The session row has the count; only late rows beyond its last sequence, kinds, and pruned sessions are counted. */
const countRows = Effect.fnUntraced(function* (piece: Piece, kinds: readonly EventKind[]) {
  const database = yield* Database
  const counted = lastEventId(piece.no - 1) + 1n + BigInt(int(piece.row['last_seq']))
  const whole = kinds.length > 0 || piece.row['pruned_at'] !== null
  const after = whole || counted > piece.last ? piece.after : counted
  const where =
    kinds.length === 0 ? '' : ` AND kind IN (${kinds.map((_, index) => `?${index + 3}`).join(', ')})`
  const [row] = yield* database.read(COUNT + where, [after, piece.last, ...kinds])
  return int(row?.['n']) + (after === counted ? int(piece.row['event_count']) : 0)
})

/** The session row counts chats as well. What is pruned is counted, which is quick. */
const countChats = (piece: Piece) =>
  piece.row['pruned_at'] === null ? Effect.succeed(int(piece.row['chats'])) : countRows(piece, ['chat'])

const fileName = (pieces: Pieces, openedAt: number, format: ExportFormat): string => {
  const day = new Date(openedAt).toISOString().replace(/[-:]|\.\d+/g, '')
  return `${pieces.handle.replace(/[^a-z0-9_.]/g, '_')}-${day}-${sessionId(pieces.no)}.${format}`
}

/**
 * A session, with the fragments merged into it, in the order of event ids. An archived session gives the same
 * bytes each time; late rows that arrive between two exports are at the end of their piece.
 */
export const planExport = Effect.fn('planExport')(function* (no: number, options: ExportOptions) {
  const { content, contentType } = infoOf(options.format)
  const kinds = content === 'events' ? [...new Set(options.kinds ?? [])] : []
  const pieces = yield* piecesOf(no)
  const list = yield* Effect.forEach(pieces.list, bounded)
  const counts = yield* Effect.forEach(list, (piece) =>
    content === 'chat' ? countChats(piece) : countRows(piece, kinds),
  )
  const openedAt = Math.min(...list.map((piece) => piece.openedAt))
  const plan: ExportPlan = {
    format: options.format,
    kinds,
    no,
    handle: pieces.handle,
    broadcastId: text(list.find((piece) => piece.no === no)?.row['broadcast_id']),
    openedAt,
    endedAt: Math.max(...list.map((piece) => intOrNull(piece.row['ended_at']) ?? int(piece.row['last_at']))),
    stretches: list.map(({ no: own, openedAt: from, endedAt, after, last }) => ({
      no: own,
      openedAt: from,
      endedAt,
      after,
      last,
    })),
    totalRows: counts.reduce((sum, count) => sum + count, 0),
    contentType,
    fileName: fileName(pieces, openedAt, options.format),
    archived: pieces.archived,
    pruned: pieces.pruned,
  }
  return plan
})
