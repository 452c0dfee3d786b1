// What changes the rows of assets and of their uploads: statements for the caller's transaction, so that they are
// committed with their facts and audit.

import type { AssetErrorCode, AssetType, Visibility } from '../domain/asset.ts'
import { searchable } from './asset-search.ts'
import type { SqlValue, Statement } from './database.ts'

export interface NewAssetRow {
  readonly id: string
  readonly type: AssetType
  readonly key: string
  readonly displayName: string
  readonly mimeType: string
  readonly owner: string
  readonly visibility: Visibility
  readonly at: number
}

/**
 * A row in `uploading`. The key's tombstone gives way, and so does an upload that failed before it ever had
 * content; `reuse` keeps that one's id and its birthday.
 */
export const begin = (row: NewAssetRow, reuse: boolean): readonly Statement[] => {
  const args: readonly SqlValue[] = [
    row.id,
    row.type,
    row.key,
    row.displayName,
    row.mimeType,
    row.owner,
    row.visibility,
    searchable(row.displayName, row.key),
    row.at,
  ]
  if (reuse) {
    return [
      {
        sql: `UPDATE assets SET type = ?2, s3_key = ?3, display_name = ?4, mime_type = ?5, owner = ?6, visibility = ?7,
search = ?8, updated_at = ?9, status = 'uploading', error_code = NULL WHERE id = ?1 AND removed_at IS NULL AND version = 0`,
        args,
      },
    ]
  }
  return [
    {
      sql: `DELETE FROM assets WHERE s3_key = ? AND (removed_at IS NOT NULL OR (status = 'failed' AND version = 0))`,
      args: [row.key],
    },
    {
      sql: `INSERT INTO assets (id, type, s3_key, display_name, mime_type, owner, visibility, search, created_at, updated_at, status)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, 'uploading')`,
      args,
    },
  ]
}

export interface NewUploadRow {
  readonly id: string
  readonly assetId: string
  readonly key: string
  readonly owner: string
  readonly actor: string
  readonly way: 'stream' | 'parts'
  /** The asset has content, which stays until the new one is stored. */
  readonly replaces: boolean
  readonly boot: string
  readonly sizeBytes: number | null
  readonly sha256: string | null
  readonly at: number
}

export const beginUpload = (row: NewUploadRow): Statement => ({
  sql: `INSERT INTO asset_uploads (id, asset_id, s3_key, owner, actor, way, state, replaces, boot, size_bytes, sha256, started_at)
VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?)`,
  args: [
    row.id,
    row.assetId,
    row.key,
    row.owner,
    row.actor,
    row.way,
    row.replaces ? 1 : 0,
    row.boot,
    row.sizeBytes,
    row.sha256,
    row.at,
  ],
})

/** What the store calls an upload in parts, so that it can be cleared after a crash. */
export const noteStoreUpload = (uploadId: string, storeUpload: string): Statement => ({
  sql: 'UPDATE asset_uploads SET store_upload = ? WHERE id = ?',
  args: [storeUpload, uploadId],
})

/** Everything is known of the content, and the store may show it from now on. */
export const seal = (uploadId: string, sizeBytes: number, sha256: string): Statement => ({
  sql: `UPDATE asset_uploads SET size_bytes = ?1, sha256 = ?2, received_bytes = ?1, sealed = 1 WHERE id = ?3 AND state = 'running'`,
  args: [sizeBytes, sha256, uploadId],
})

export interface Content {
  readonly sizeBytes: number
  readonly sha256: string
  readonly etag: string
  readonly attempts: number
}

export interface Completion {
  readonly uploadId: string
  readonly assetId: string
  readonly content: Content
  readonly type: AssetType
  readonly mimeType: string
  /** Null: as it is. */
  readonly displayName: string | null
  readonly visibility: Visibility | null
  readonly key: string
  readonly actor: string
  readonly at: number
}

/** Guard on the first: an upload ends once. Content that was there before is the same version again. */
export const complete = (done: Completion): readonly Statement[] => [
  {
    sql: `UPDATE asset_uploads SET state = 'done', size_bytes = ?1, received_bytes = ?1, attempts = ?2, ended_at = ?3
WHERE id = ?4 AND state = 'running'`,
    args: [done.content.sizeBytes, done.content.attempts, done.at, done.uploadId],
  },
  {
    sql: `UPDATE assets SET type = ?1, mime_type = ?2, size_bytes = ?3, version = version + (version = 0 OR sha256 IS NOT ?4),
sha256 = ?4, etag = ?5, status = 'ready', error_code = NULL, stored_at = ?6, checked_at = ?6, updated_at = ?6,
doubted_at = NULL, doubts = 0, display_name = coalesce(?7, display_name), visibility = coalesce(?8, visibility),
search = coalesce(?9, search) WHERE id = ?10 AND removed_at IS NULL RETURNING *`,
    args: [
      done.type,
      done.mimeType,
      done.content.sizeBytes,
      done.content.sha256,
      done.content.etag,
      done.at,
      done.displayName,
      done.visibility,
      done.displayName === null ? null : searchable(done.displayName, done.key),
      done.assetId,
    ],
  },
  {
    sql: `INSERT INTO asset_versions (asset_id, version, s3_key, size_bytes, sha256, etag, stored_at, stored_by)
SELECT id, version, s3_key, size_bytes, sha256, etag, stored_at, ?2 FROM assets WHERE id = ?1
ON CONFLICT (asset_id, version) DO UPDATE SET etag = excluded.etag, stored_at = excluded.stored_at`,
    args: [done.assetId, done.actor],
  },
]

/** What was stored already: the upload is over, and nothing else changes. */
export const unchanged = (uploadId: string, receivedBytes: number, at: number): Statement => ({
  sql: `UPDATE asset_uploads SET state = 'done', received_bytes = ?1, ended_at = ?2 WHERE id = ?3 AND state = 'running'`,
  args: [receivedBytes, at, uploadId],
})

/** The hash of content that was indexed without being read, once it was; of this content and no other. */
export const learn = (of: {
  readonly id: string
  readonly version: number
  readonly etag: string | null
  readonly sha256: string
}): readonly Statement[] => [
  {
    sql: `UPDATE assets SET sha256 = ?1 WHERE id = ?2 AND version = ?3 AND etag IS ?4 AND sha256 IS NULL AND removed_at IS NULL`,
    args: [of.sha256, of.id, of.version, of.etag],
  },
  {
    sql: 'UPDATE asset_versions SET sha256 = ?1 WHERE asset_id = ?2 AND version = ?3 AND etag IS ?4 AND sha256 IS NULL',
    args: [of.sha256, of.id, of.version, of.etag],
  },
]

/** Guard on the first. A row that never had content fails with its upload; one that has keeps it. */
export const fail = (failed: {
  readonly uploadId: string
  readonly assetId: string
  readonly code: AssetErrorCode
  readonly receivedBytes: number
  readonly attempts: number
  readonly at: number
}): readonly Statement[] => [
  {
    sql: `UPDATE asset_uploads SET state = 'failed', error_code = ?1, received_bytes = max(received_bytes, ?2), attempts = ?3,
ended_at = ?4 WHERE id = ?5 AND state = 'running'`,
    args: [failed.code, failed.receivedBytes, failed.attempts, failed.at, failed.uploadId],
  },
  {
    sql: `UPDATE assets SET status = 'failed', error_code = ?1, updated_at = ?2 WHERE id = ?3 AND status = 'uploading'`,
    args: [failed.code, failed.at, failed.assetId],
  },
]

/** Changes no row when it was removed. */
export const change = (row: {
  readonly id: string
  readonly key: string
  readonly displayName: string
  readonly visibility: Visibility
  readonly at: number
}): Statement => ({
  sql: `UPDATE assets SET display_name = ?1, visibility = ?2, search = ?3, updated_at = ?4 WHERE id = ?5 AND removed_at IS NULL`,
  args: [row.displayName, row.visibility, searchable(row.displayName, row.key), row.at, row.id],
})

/** The tombstone. Guard on it; the object is removed after. */
export const remove = (id: string, at: number): Statement => ({
  sql: `UPDATE assets SET removed_at = ?1, updated_at = ?1, object_removed_at = iif(version = 0, ?1, NULL)
WHERE id = ?2 AND removed_at IS NULL AND status <> 'uploading'`,
  args: [at, id],
})

export const objectRemoved = (id: string, at: number): Statement => ({
  sql: 'UPDATE assets SET object_removed_at = ?1 WHERE id = ?2 AND removed_at IS NOT NULL',
  args: [at, id],
})

/** What was one room's becomes another's, with the uploads of it that run. Keys stay: an asset's address is for ever. */
export const handOver = (from: string, into: string): readonly Statement[] => [
  { sql: 'UPDATE assets SET owner = ?2 WHERE owner = ?1', args: [from, into] },
  { sql: 'UPDATE asset_uploads SET owner = ?2 WHERE owner = ?1', args: [from, into] },
]

/** Retention, a piece at a time: forgets uploads that ended before `before` (ms UTC). */
export const forgetUploads = (before: number, limit: number): Statement => ({
  sql: `DELETE FROM asset_uploads WHERE id IN
(SELECT id FROM asset_uploads WHERE state <> 'running' AND ended_at < ?1 ORDER BY ended_at LIMIT ?2)`,
  args: [before, limit],
})
