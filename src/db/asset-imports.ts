// Imports and their keys: what was asked to be indexed, in the order it came, and what became of each. All of it
// is on disk before anything is looked at, so that an import outlives the process.

import * as Effect from 'effect/Effect'
import type { AssetType, Visibility } from '../domain/asset.ts'
import type { ImportKey, ImportOutcome } from '../domain/asset-import.ts'
import type { DbError } from '../domain/errors.ts'
import { searchable } from './asset-search.ts'
import { Database, type Row, type Statement } from './database.ts'
import { bool, int, intOrNull, text, textOrNull } from './row.ts'

export interface ImportRow {
  readonly no: number
  readonly state: 'receiving' | 'running' | 'done' | 'failed'
  readonly actor: string
  readonly owner: string
  readonly visibility: Visibility
  readonly type: AssetType | null
  readonly dryRun: boolean
  readonly boot: string
  readonly receivedBytes: number
  readonly keys: number
  readonly looked: number
  readonly errorCode: string | null
  readonly startedAt: number
  readonly endedAt: number | null
}

const importOf = (row: Row): ImportRow => ({
  no: int(row['no']),
  state: text(row['state']) as ImportRow['state'],
  actor: text(row['actor']),
  owner: text(row['owner']),
  visibility: row['visibility'] === 'public' ? 'public' : 'private',
  type: textOrNull(row['type']) as AssetType | null,
  dryRun: bool(row['dry_run']),
  boot: text(row['boot']),
  receivedBytes: int(row['received_bytes']),
  keys: int(row['keys']),
  looked: int(row['looked']),
  errorCode: textOrNull(row['error_code']),
  startedAt: int(row['started_at']),
  endedAt: intOrNull(row['ended_at']),
})

/** A key of an import; `n` counts from 1. */
export interface ImportKeyRow {
  readonly n: number
  readonly key: string
  readonly type: AssetType | null
  readonly displayName: string | null
  readonly visibility: Visibility | null
  readonly outcome: ImportOutcome | null
  readonly tries: number
}

const keyOf = (row: Row): ImportKeyRow => ({
  n: int(row['n']),
  key: text(row['s3_key']),
  type: textOrNull(row['type']) as AssetType | null,
  displayName: textOrNull(row['display_name']),
  visibility: textOrNull(row['visibility']) as Visibility | null,
  outcome: textOrNull(row['outcome']) as ImportOutcome | null,
  tries: int(row['tries']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

const rows = (sql: string, ...args: readonly (string | number | null)[]): Query<readonly Row[]> =>
  Database.use((database) => database.read(sql, args))

export const find = (no: number): Query<ImportRow | null> =>
  Effect.map(rows('SELECT * FROM asset_imports WHERE no = ?', no), ([row]) =>
    row === undefined ? null : importOf(row),
  )

/** The newest first; `before` is the number of the last of the page before. */
export const list = (before: number | null, limit: number): Query<readonly ImportRow[]> =>
  Effect.map(
    rows(
      'SELECT * FROM asset_imports WHERE no < ? ORDER BY no DESC LIMIT ?',
      before ?? Number.MAX_SAFE_INTEGER,
      limit,
    ),
    (found) => found.map(importOf),
  )

/** What is not over yet, oldest first. */
export const listOpen: Query<readonly ImportRow[]> = Effect.map(
  rows(`SELECT * FROM asset_imports WHERE state IN ('receiving', 'running') ORDER BY no LIMIT 100`),
  (found) => found.map(importOf),
)

/** Keys that are still to be looked at, in order. */
export const listDue = (no: number, limit: number): Query<readonly ImportKeyRow[]> =>
  Effect.map(
    rows(
      'SELECT * FROM asset_import_keys WHERE import_no = ? AND outcome IS NULL ORDER BY n LIMIT ?',
      no,
      limit,
    ),
    (found) => found.map(keyOf),
  )

/** A page of the report. */
export const listKeys = (page: {
  readonly no: number
  readonly outcome: ImportOutcome | null
  readonly after: number
  readonly limit: number
}): Query<readonly ImportKeyRow[]> =>
  Effect.map(
    rows(
      `SELECT * FROM asset_import_keys WHERE import_no = ?1 AND n > ?2 AND ${page.outcome === null ? '?3 IS NULL' : 'outcome = ?3'}
ORDER BY n LIMIT ?4`,
      page.no,
      page.after,
      page.outcome,
      page.limit,
    ),
    (found) => found.map(keyOf),
  )

/** How many keys came to what. */
export const countOutcomes = (no: number): Query<Readonly<Record<string, number>>> =>
  Effect.map(
    rows(
      `SELECT outcome, count(*) AS n FROM asset_import_keys WHERE import_no = ? AND outcome IS NOT NULL GROUP BY outcome`,
      no,
    ),
    (found) => Object.fromEntries(found.map((row) => [text(row['outcome']), int(row['n'])])),
  )

/** What is under these keys now. A tombstone counts while its object is not removed yet. */
export const listTaken = (keys: readonly string[]): Query<ReadonlyMap<string, Taken>> =>
  Effect.map(
    rows(
      `SELECT s3_key, status, size_bytes, etag, removed_at FROM assets
WHERE s3_key IN (SELECT value FROM json_each(?))
AND NOT (status = 'failed' AND version = 0) AND (removed_at IS NULL OR object_removed_at IS NULL)`,
      JSON.stringify(keys),
    ),
    (found) =>
      new Map(
        found.map((row) => [
          text(row['s3_key']),
          {
            isSettled: row['removed_at'] === null && row['status'] !== 'uploading',
            sizeBytes: int(row['size_bytes']),
            etag: textOrNull(row['etag']),
          },
        ]),
      ),
  )

export interface Taken {
  /** False while an upload or a removal is under way. */
  readonly isSettled: boolean
  readonly sizeBytes: number
  readonly etag: string | null
}

export const begin = (
  row: Omit<ImportRow, 'no' | 'state' | 'receivedBytes' | 'keys' | 'looked' | 'errorCode' | 'endedAt'>,
): Statement => ({
  sql: `INSERT INTO asset_imports (state, actor, owner, visibility, type, dry_run, boot, started_at)
VALUES ('receiving', ?, ?, ?, ?, ?, ?, ?) RETURNING no`,
  args: [row.actor, row.owner, row.visibility, row.type, row.dryRun ? 1 : 0, row.boot, row.startedAt],
})

/** Writes entries down after the `from` that are there already. */
export const receive = (
  no: number,
  from: number,
  entries: readonly ImportKey[],
  receivedBytes: number,
): readonly Statement[] => [
  {
    sql: `INSERT INTO asset_import_keys (import_no, n, s3_key, type, display_name, visibility, outcome)
SELECT ?1, ?2 + key + 1, value ->> 'key', value ->> 'type', value ->> 'displayName', value ->> 'visibility', value ->> 'outcome'
FROM json_each(?3) WHERE true ON CONFLICT DO NOTHING`,
    args: [no, from, JSON.stringify(entries)],
  },
  {
    sql: 'UPDATE asset_imports SET keys = ?, received_bytes = ? WHERE no = ?',
    args: [from + entries.length, receivedBytes, no],
  },
]

export const run = (no: number): Statement => ({
  sql: `UPDATE asset_imports SET state = 'running' WHERE no = ? AND state = 'receiving'`,
  args: [no],
})

/** What an import may write for one key that is there. */
export interface Indexed {
  readonly id: string
  readonly key: string
  readonly type: AssetType
  readonly displayName: string
  readonly mimeType: string
  readonly sizeBytes: number
  readonly etag: string
  readonly storedAt: number
  readonly owner: string
  readonly visibility: Visibility
  readonly actor: string
  readonly at: number
}

/** A row that is ready, unless somebody else's is under the key by now. */
export const index = (row: Indexed): readonly Statement[] => [
  {
    sql: `DELETE FROM assets WHERE s3_key = ? AND ((removed_at IS NOT NULL AND object_removed_at IS NOT NULL)
OR (status = 'failed' AND version = 0))`,
    args: [row.key],
  },
  {
    sql: `INSERT INTO assets (id, type, s3_key, display_name, mime_type, size_bytes, etag, status, owner, visibility, version,
stored_at, checked_at, search, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'ready', ?8, ?9, 1, ?10, ?11, ?12, ?11, ?11) ON CONFLICT DO NOTHING`,
    args: [
      row.id,
      row.type,
      row.key,
      row.displayName,
      row.mimeType,
      row.sizeBytes,
      row.etag,
      row.owner,
      row.visibility,
      row.storedAt,
      row.at,
      searchable(row.displayName, row.key),
    ],
  },
  {
    sql: `INSERT INTO asset_versions (asset_id, version, s3_key, size_bytes, sha256, etag, stored_at, stored_by)
SELECT id, version, s3_key, size_bytes, sha256, etag, stored_at, ?2 FROM assets WHERE id = ?1 ON CONFLICT DO NOTHING`,
    args: [row.id, row.actor],
  },
]

/** What became of a key. With an id: `indexed` only when the row with that id is there. */
export const settle = (no: number, n: number, outcome: ImportOutcome, id: string | null): Statement => ({
  sql: `UPDATE asset_import_keys SET tries = tries + 1,
outcome = CASE WHEN ?3 IS NULL OR EXISTS (SELECT 1 FROM assets WHERE id = ?3) THEN ?4 ELSE 'conflict' END
WHERE import_no = ?1 AND n = ?2 AND outcome IS NULL`,
  args: [no, n, id, outcome],
})

export const postpone = (no: number, ns: readonly number[]): Statement => ({
  sql: `UPDATE asset_import_keys SET tries = tries + 1
WHERE import_no = ? AND n IN (SELECT value FROM json_each(?)) AND outcome IS NULL`,
  args: [no, JSON.stringify(ns)],
})

/** So many more were looked at, whatever came of it. */
export const progress = (no: number, looked: number): Statement => ({
  sql: 'UPDATE asset_imports SET looked = looked + ? WHERE no = ?',
  args: [looked, no],
})

/** Imports whose keys are remembered. */
const KEPT = 50

/** Guard on the first. */
export const end = (
  no: number,
  state: 'done' | 'failed',
  code: string | null,
  at: number,
): readonly Statement[] => [
  {
    sql: `UPDATE asset_imports SET state = ?, error_code = ?, ended_at = ? WHERE no = ? AND state IN ('receiving', 'running')`,
    args: [state, code, at, no],
  },
  ...(state === 'failed' ? [{ sql: 'DELETE FROM asset_import_keys WHERE import_no = ?', args: [no] }] : []),
  {
    sql: `DELETE FROM asset_import_keys WHERE import_no <= ? AND import_no NOT IN
(SELECT no FROM asset_imports WHERE state IN ('receiving', 'running'))`,
    args: [no - KEPT],
  },
]
