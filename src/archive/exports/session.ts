// A session as a stream of bytes: pages of events by id, pulled one at a time by whoever reads the stream.
// It does not know HTTP or files; formats are beside it.

import * as Effect from 'effect/Effect'
import { Database, type Row } from '../../db/database.ts'
import type { DbError } from '../../domain/errors.ts'
import type { EventKind } from '../../domain/event.ts'
import { sessionId } from '../../domain/session.ts'
import { int, lastEventId, piecesOf, type Piece, type Pieces } from '../pieces.ts'
import { csv } from './csv.ts'
import type { Format } from './format.ts'
import { ndjson } from './ndjson.ts'

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const formats: Readonly<Record<ExportFormat, Format>> = { ndjson, csv }

export interface ExportOptions {
  readonly format: ExportFormat
  /** Only these kinds; all when absent or empty. */
  readonly kinds?: readonly EventKind[]
}

/** What was asked for, ready to be read. Nothing runs until the stream is pulled. */
export interface SessionExport {
  /** Events in the stream (header rows not counted): `X-Total-Rows`. */
  readonly totalRows: number
  readonly contentType: string
  /** Letters, digits, `_`, `.` and `-` only. */
  readonly fileName: string
  /** False: the session is still open, and the stream holds what was durable when it was asked for. */
  readonly archived: boolean
  /** True: its events were removed by retention, so the stream lacks them. */
  readonly pruned: boolean
  /** One page of events a chunk, in the order of event ids. Ending early, by `return`, asks for no further page. */
  readonly stream: AsyncIterable<Uint8Array>
}

const filter = (kinds: readonly EventKind[]) =>
  kinds.length === 0 ? '1' : `kind IN (${kinds.map((_, index) => `?${index + 4}`).join(', ')})`

/** At most a page of rows is looked at, asked for or not, so that a rare kind costs no long query. */
const pageSql = (format: Format, kinds: readonly EventKind[]) =>
  `WITH looked AS MATERIALIZED (SELECT * FROM events WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3),
page AS (SELECT * FROM looked WHERE ${filter(kinds)})
SELECT (SELECT CAST(max(id) AS TEXT) FROM looked) AS last, (SELECT ${format.body} FROM page) AS body`

/** The last event that exists now, so that the stream ends where it began to be asked for. */
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

const fileName = (pieces: Pieces, format: Format): string => {
  const openedAt = Math.min(...pieces.list.map((piece) => piece.openedAt))
  const day = new Date(openedAt).toISOString().replace(/[-:]|\.\d+/g, '')
  return `${pieces.handle.replace(/[^a-z0-9_.]/g, '_')}-${day}-${sessionId(pieces.no)}${format.extension}`
}

/**
 * A session, with the fragments merged into it, in the order of event ids. An archived session gives the same
 * bytes each time; late rows that arrive between two exports are at the end of their piece.
 */
export const exportSession = Effect.fn('exportSession')(function* (no: number, options: ExportOptions) {
  const context = yield* Effect.context<Database>()
  const database = yield* Database
  const format = formats[options.format]
  const kinds = [...new Set(options.kinds ?? [])]
  const pieces = yield* piecesOf(no)
  const list = yield* Effect.forEach(pieces.list, bounded)
  const counts = yield* Effect.forEach(list, (piece) => countRows(piece, kinds))
  const sql = pageSql(format, kinds)
  const run = Effect.runPromiseWith(context)

  /** The reader refuses answers beyond its limit: a page of enormous texts is asked for again in smaller ones. */
  const read = (after: bigint, last: bigint, rows: number): Effect.Effect<readonly Row[], DbError> =>
    database
      .read(sql, [after, last, rows, ...kinds])
      .pipe(
        Effect.catch((error) =>
          error.kind === 'sql' && rows > 1 ? read(after, last, Math.ceil(rows / 8)) : Effect.fail(error),
        ),
      )

  const stream = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    const encoder = new TextEncoder()
    if (format.head !== '') yield encoder.encode(format.head)
    for (const piece of list) {
      let after = piece.after
      while (after < piece.last) {
        const [row] = await run(read(after, piece.last, format.pageRows))
        const last = row?.['last']
        if (typeof last !== 'string') break
        const page = format.page(row?.['body'] ?? null)
        if (page !== '') yield encoder.encode(page)
        after = BigInt(last)
      }
    }
  }

  const answer: SessionExport = {
    totalRows: counts.reduce((sum, count) => sum + count, 0),
    contentType: format.contentType,
    fileName: fileName(pieces, format),
    archived: pieces.archived,
    pruned: pieces.pruned,
    stream: { [Symbol.asyncIterator]: stream },
  }
  return answer
})
