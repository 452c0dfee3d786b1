// What repairs, merges, prunes and boots did, newest first. Rows are written in the transaction of what they
// tell about (`archive/maintenance/log.ts`).

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row, type Statement } from './database.ts'
import { bool, int, json, text } from './row.ts'

export interface MaintenanceRow {
  readonly id: number
  readonly at: number
  readonly kind: 'repair' | 'merge' | 'prune' | 'boot'
  readonly dryRun: boolean
  readonly actor: string
  readonly result: unknown
}

const rowOf = (row: Row): MaintenanceRow => ({
  id: int(row['id']),
  at: int(row['at']),
  kind: text(row['kind']) as MaintenanceRow['kind'],
  dryRun: bool(row['dry_run']),
  actor: text(row['actor']),
  result: json(row['result']),
})

/** `before` is the last id of the page before this one. */
export const list = (options: {
  readonly kind?: MaintenanceRow['kind']
  readonly before?: number
  readonly limit: number
}): Effect.Effect<readonly MaintenanceRow[], DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT * FROM maintenance_log WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR id < ?2)
ORDER BY id DESC LIMIT ?3`,
        [options.kind ?? null, options.before ?? null, options.limit],
      ),
    ),
    (rows) => rows.map(rowOf),
  )

/** Returns the row's `id`. */
export const insert = (entry: Omit<MaintenanceRow, 'id'>): Statement => ({
  sql: 'INSERT INTO maintenance_log (at, kind, dry_run, actor, result) VALUES (?, ?, ?, ?, ?) RETURNING id',
  args: [entry.at, entry.kind, entry.dryRun ? 1 : 0, entry.actor, JSON.stringify(entry.result)],
})
