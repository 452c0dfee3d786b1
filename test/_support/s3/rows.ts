// Rows of assets as they would be after uploads, written with SQL: many of them, fast.

import { createHash } from 'node:crypto'
import type { Statement } from '../../../src/db/database.ts'

export interface SeededAsset {
  readonly key: string
  readonly bytes: Buffer
  readonly etag: string
  /** Null for what was indexed and never read. */
  readonly sha256?: string | null
  readonly owner?: string
  readonly visibility?: 'public' | 'private'
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

export const assetRow = (
  { key, bytes, etag, sha256, owner, visibility }: SeededAsset,
  at: number,
): Statement => ({
  sql: `INSERT INTO assets (id, type, s3_key, display_name, mime_type, size_bytes, sha256, etag, status, owner,
visibility, version, stored_at, checked_at, search, created_at, updated_at)
VALUES (?1, 'vrm', ?2, ?2, 'model/gltf-binary', ?3, ?4, ?5, 'ready', ?6, ?7, 1, ?8, ?8, lower(?2), ?8, ?8)`,
  args: [
    `id-${key}`,
    key,
    bytes.byteLength,
    sha256 === undefined ? sha256Of(bytes) : sha256,
    etag,
    owner ?? 'operator',
    visibility ?? 'private',
    at,
  ],
})

/** Rows `from` to `to` of a library of any size: keys in order, types and names in turn. */
export const manyAssets = (from: number, to: number, etag: string, at: number): Statement => ({
  sql: `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
INSERT INTO assets (id, type, s3_key, display_name, mime_type, size_bytes, sha256, etag, status, owner,
visibility, version, stored_at, checked_at, search, created_at, updated_at)
SELECT printf('00000000-0000-4000-8000-%012x', i), 'vrm', printf('library/%08d.vrm', i), printf('Model %d', i), 'model/gltf-binary', 4,
NULL, ?3, 'ready', 'operator', CASE i % 2 WHEN 0 THEN 'public' ELSE 'private' END, 1, ?4 + i, ?4, printf('model %d', i),
?4 + i, ?4 + i FROM n`,
  args: [from, to, etag, at],
})

/**
 * A library as it could be: five types of very different numbers, a few owners with some thousands, most of it ready,
 * and kinds that never meet, such as public tracks of music.
 */
export const mixedAssets = (from: number, to: number, at: number): Statement => ({
  sql: `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2),
kind AS (SELECT i, CASE WHEN i % 10 < 7 THEN 'vrm' WHEN i % 10 = 7 THEN 'animation' WHEN i % 10 = 8 THEN 'bgm'
WHEN i % 1000 = 9 THEN 'hdr' ELSE 'scene' END AS type, printf('library/%08d.vrm', i) AS s3_key FROM n)
INSERT INTO assets (id, type, s3_key, display_name, mime_type, size_bytes, etag, status, owner, visibility, version,
stored_at, checked_at, search, created_at, updated_at)
SELECT printf('00000000-0000-4000-8000-%012x', i), type, s3_key, printf('Model %d', i), 'model/gltf-binary', i * 7919 % 100003, 'etag',
CASE WHEN i % 1009 = 0 THEN 'missing' WHEN i % 5003 = 0 THEN 'failed' ELSE 'ready' END,
CASE WHEN i % 50 = 0 THEN 'room-' || (i / 50 % 5) ELSE 'operator' END,
CASE WHEN type = 'bgm' OR i % 2 = 1 THEN 'private' ELSE 'public' END, 1, ?3 + i, ?3,
'model ' || i || char(10) || s3_key || char(10, 1, 1) || 'mo' || char(1, 1) || 'li' || char(1, 1) || 'vr' || char(1, 1) || substr(i || ' ', 1, 2)
|| char(1, 1) || substr(s3_key, 9, 2), ?3 + i, ?3 + i * 7919 % 1000003 FROM kind`,
  args: [from, to, at],
})
