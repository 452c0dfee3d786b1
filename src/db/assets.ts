// The rows of assets, read one by its id or key. Pages are in `asset-pages.ts`, writes in `asset-writes.ts`; a tombstone
// is nobody's business but theirs.

import * as Effect from 'effect/Effect'
import {
  roomOfKey,
  type Asset,
  type AssetErrorCode,
  type AssetStatus,
  type AssetType,
} from '../domain/asset.ts'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row } from './database.ts'
import { int, intOrNull, text, textOrNull } from './row.ts'

export const assetOf = (row: Row): Asset => ({
  id: text(row['id']),
  type: text(row['type']) as AssetType,
  key: text(row['s3_key']),
  displayName: text(row['display_name']),
  mimeType: text(row['mime_type']),
  sizeBytes: int(row['version']) === 0 ? null : int(row['size_bytes']),
  sha256: textOrNull(row['sha256']),
  etag: textOrNull(row['etag']),
  status: text(row['status']) as AssetStatus,
  errorCode: textOrNull(row['error_code']) as AssetErrorCode | null,
  owner: text(row['owner']),
  visibility: row['visibility'] === 'public' ? 'public' : 'private',
  version: int(row['version']),
  storedAt: intOrNull(row['stored_at']),
  checkedAt: intOrNull(row['checked_at']),
  createdAt: int(row['created_at']),
  updatedAt: int(row['updated_at']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

const one = (where: string, arg: string): Query<Asset | null> =>
  Effect.map(
    Database.use((database) =>
      database.read(`SELECT * FROM assets WHERE ${where} AND removed_at IS NULL`, [arg]),
    ),
    ([row]) => (row === undefined ? null : assetOf(row)),
  )

export const find = (id: string): Query<Asset | null> => one('id = ?', id)
/** The room on whose own ground a key lies: the one that it was merged into, when it was. */
export const groundOf = (key: string): Query<string | null> =>
  Effect.gen(function* () {
    const room = roomOfKey(key)
    if (room === null) return null
    const database = yield* Database
    const [row] = yield* database.read('SELECT coalesce(merged_into, id) AS id FROM rooms WHERE id = ?', [
      room,
    ])
    return row === undefined ? room : text(row['id'])
  })

export const findByKey = (key: string): Query<Asset | null> => one('s3_key = ?', key)
