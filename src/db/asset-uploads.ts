// The uploads' rows, read: how one went, and which are under way. They are written by `asset-writes.ts`.

import * as Effect from 'effect/Effect'
import { stagingKey } from '../domain/asset.ts'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row } from './database.ts'
import { bool, int, intOrNull, text, textOrNull } from './row.ts'

export interface UploadRow {
  readonly id: string
  readonly assetId: string
  readonly key: string
  readonly owner: string
  readonly actor: string
  readonly way: 'stream' | 'parts'
  readonly state: 'running' | 'done' | 'failed'
  /** The asset had content when this began. */
  readonly replaces: boolean
  /** Where its bytes are put: parts that replace something are put together beside it. */
  readonly storeKey: string
  /** The start of the process that began it. */
  readonly boot: string
  /** As declared, or as it is once `sealed`. */
  readonly sizeBytes: number | null
  readonly sha256: string | null
  readonly sealed: boolean
  readonly receivedBytes: number
  readonly attempts: number
  readonly storeUpload: string | null
  readonly errorCode: string | null
  readonly startedAt: number
  readonly endedAt: number | null
}

const rowOf = (row: Row): UploadRow => ({
  id: text(row['id']),
  assetId: text(row['asset_id']),
  key: text(row['s3_key']),
  owner: text(row['owner']),
  actor: text(row['actor']),
  way: row['way'] === 'parts' ? 'parts' : 'stream',
  state: text(row['state']) as UploadRow['state'],
  replaces: bool(row['replaces']),
  storeKey:
    row['way'] === 'parts' && bool(row['replaces']) ? stagingKey(text(row['id'])) : text(row['s3_key']),
  boot: text(row['boot']),
  sizeBytes: intOrNull(row['size_bytes']),
  sha256: textOrNull(row['sha256']),
  sealed: bool(row['sealed']),
  receivedBytes: int(row['received_bytes']),
  attempts: int(row['attempts']),
  storeUpload: textOrNull(row['store_upload']),
  errorCode: textOrNull(row['error_code']),
  startedAt: int(row['started_at']),
  endedAt: intOrNull(row['ended_at']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

export const find = (id: string): Query<UploadRow | null> =>
  Effect.map(
    Database.use((database) => database.read('SELECT * FROM asset_uploads WHERE id = ?', [id])),
    ([row]) => (row === undefined ? null : rowOf(row)),
  )

/** Those that have not ended, oldest first. */
export const running = (limit: number): Query<readonly UploadRow[]> =>
  Effect.map(
    Database.use((database) =>
      database.read(`SELECT * FROM asset_uploads WHERE state = 'running' ORDER BY started_at LIMIT ?`, [
        limit,
      ]),
    ),
    (rows) => rows.map(rowOf),
  )

/** Those of one key that have not ended. */
export const runningOf = (key: string): Query<readonly UploadRow[]> =>
  Effect.map(
    Database.use((database) =>
      database.read(`SELECT * FROM asset_uploads WHERE state = 'running' AND s3_key = ?`, [key]),
    ),
    (rows) => rows.map(rowOf),
  )

/** Objects of removed assets that are still to be removed, oldest first. */
export const toErase = (limit: number): Query<readonly { readonly id: string; readonly key: string }[]> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT id, s3_key FROM assets WHERE removed_at IS NOT NULL AND object_removed_at IS NULL ORDER BY removed_at LIMIT ?`,
        [limit],
      ),
    ),
    (rows) => rows.map((row) => ({ id: text(row['id']), key: text(row['s3_key']) })),
  )

/** True when a removed asset's object may still be under this key. */
export const isToErase = (key: string): Query<boolean> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        'SELECT 1 AS there FROM assets WHERE s3_key = ? AND removed_at IS NOT NULL AND object_removed_at IS NULL',
        [key],
      ),
    ),
    (rows) => rows.length > 0,
  )

/** True when there are uploads that ended before this. */
export const endedBefore = (before: number): Query<boolean> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT 1 AS there FROM asset_uploads WHERE state <> 'running' AND ended_at < ? LIMIT 1`,
        [before],
      ),
    ),
    (rows) => rows.length > 0,
  )
