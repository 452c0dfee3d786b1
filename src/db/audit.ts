// The audit's pages, and whether its chain still holds. Rows are written with their effect (`commit.ts`).

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import { auditEntryOf, GENESIS, nextHash } from './audit-chain.ts'
import { Database, type AuditEntry, type Row } from './database.ts'
import { int, text } from './row.ts'

export interface AuditRow extends AuditEntry {
  readonly seq: number
  readonly hash: string
}

export interface AuditFilter {
  readonly roomId?: string
  readonly actor?: string
  readonly action?: string
  readonly outcome?: AuditEntry['outcome']
  /** Milliseconds UTC, inclusive and exclusive. */
  readonly from?: number
  readonly to?: number
  /** The last number of the page before this one. */
  readonly before?: number
  readonly limit: number
}

const rowOf = (row: Row): AuditRow => ({
  seq: int(row['seq']),
  hash: text(row['hash']),
  ...auditEntryOf(row),
})

/** Newest first. */
export const list = (filter: AuditFilter): Effect.Effect<readonly AuditRow[], DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT * FROM audit WHERE (?1 IS NULL OR seq < ?1) AND (?2 IS NULL OR room_id = ?2)
AND (?3 IS NULL OR actor = ?3) AND (?4 IS NULL OR action = ?4) AND (?5 IS NULL OR outcome = ?5)
AND (?6 IS NULL OR at >= ?6) AND (?7 IS NULL OR at < ?7) ORDER BY seq DESC LIMIT ?8`,
        [
          filter.before ?? null,
          filter.roomId ?? null,
          filter.actor ?? null,
          filter.action ?? null,
          filter.outcome ?? null,
          filter.from ?? null,
          filter.to ?? null,
          filter.limit,
        ],
      ),
    ),
    (rows) => rows.map(rowOf),
  )

export interface ChainReport {
  readonly rows: number
  /** The first row whose content, place or predecessor is not what was written; null when the chain holds. */
  readonly brokenAt: number | null
  /** Hash of the last row: kept elsewhere, it also shows rows that were cut off the end. */
  readonly lastHash: string
}

const SLICE = 2_000

/** Walks the whole chain, a slice of the reader at a time. */
export const verify: Effect.Effect<ChainReport, DbError, Database> = Effect.gen(function* () {
  const database = yield* Database
  let hash = GENESIS
  let count = 0
  for (let after = 0; ;) {
    const rows = yield* database.read('SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?', [
      after,
      SLICE,
    ])
    for (const row of rows) {
      const expected = nextHash(hash, auditEntryOf(row))
      if (row['prev_hash'] !== hash || row['hash'] !== expected) {
        return { rows: count, brokenAt: int(row['seq']), lastHash: hash }
      }
      hash = expected
      count += 1
      after = int(row['seq'])
    }
    if (rows.length < SLICE) return { rows: count, brokenAt: null, lastHash: hash }
  }
})
