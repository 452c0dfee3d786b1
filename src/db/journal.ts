// The journal's pages: facts in order, by their number. Writing is part of each transaction (`database.ts`).

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { FactName, JournalEntry } from '../domain/facts.ts'
import { Database, type Row, type Statement } from './database.ts'
import { int, intOrNull, json, text, textOrNull } from './row.ts'

export interface JournalPage {
  /** Entries with a higher number than this. */
  readonly after: number
  readonly limit: number
  /** Facts of this room and no other; every fact when absent or null. */
  readonly roomId?: string | null
}

export const entryOf = (row: Row): JournalEntry => ({
  seq: int(row['seq']),
  at: int(row['at']),
  name: text(row['name']) as FactName,
  roomId: textOrNull(row['room_id']),
  sessionId: textOrNull(row['session_id']),
  body: (json(row['body']) ?? {}) as JournalEntry['body'],
})

export const page = ({
  after,
  limit,
  roomId,
}: JournalPage): Effect.Effect<readonly JournalEntry[], DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      roomId === undefined || roomId === null
        ? database.read('SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?', [after, limit])
        : database.read('SELECT * FROM journal WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?', [
            roomId,
            after,
            limit,
          ]),
    ),
    (rows) => rows.map(entryOf),
  )

/** The facts of one room, newest first, with lower numbers than `before`. */
export const recent = (
  roomId: string,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Effect.Effect<readonly JournalEntry[], DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      database.read('SELECT * FROM journal WHERE room_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?', [
        roomId,
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      ]),
    ),
    (rows) => rows.map(entryOf),
  )

/** The number of the newest entry there ever was, whether it is still kept or not; 0 before the first. */
export const newest: Effect.Effect<number, DbError, Database> = Effect.map(
  Database.use((database) => database.read(`SELECT seq FROM sqlite_sequence WHERE name = 'journal'`)),
  ([row]) => int(row?.['seq']),
)

/** The number of the oldest entry that is still kept, or null when there is none. */
export const oldest: Effect.Effect<number | null, DbError, Database> = Effect.map(
  Database.use((database) => database.read('SELECT min(seq) AS seq FROM journal')),
  ([row]) => intOrNull(row?.['seq']),
)

/** Retention, a piece at a time: drops at most `limit` of the oldest entries from before `before` (ms UTC). */
export const removeBefore = (before: number, limit: number): Statement => ({
  sql: `DELETE FROM journal WHERE seq IN (SELECT seq FROM journal ORDER BY seq LIMIT ?2) AND at < ?1`,
  args: [before, limit],
})
