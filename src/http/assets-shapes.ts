// Assets as they are answered: snake_case, as their columns are called.

import * as Schema from 'effect/Schema'
import type { UploadProgress } from '../assets/assets.ts'
import {
  AssetStatus,
  AssetType,
  OPERATOR,
  Visibility,
  type Asset,
  type AssetCaller,
} from '../domain/asset.ts'
import type { Caller } from '../actors/rooms.ts'
import type { Identity } from './request.ts'

export const AssetShape = Schema.Struct({
  id: Schema.String,
  type: AssetType,
  s3_key: Schema.String,
  display_name: Schema.String,
  mime_type: Schema.String,
  size_bytes: Schema.NullOr(Schema.Int).annotate({ description: 'null until something was stored' }),
  sha256: Schema.NullOr(Schema.String).annotate({ description: 'hex; null when its bytes were never read' }),
  etag: Schema.NullOr(Schema.String).annotate({ description: "the store's own word for this content" }),
  status: AssetStatus,
  error_code: Schema.NullOr(Schema.String),
  owner: Schema.String.annotate({ description: '`operator` or the id of a room' }),
  visibility: Visibility,
  version: Schema.Int,
  stored_at: Schema.NullOr(Schema.Int),
  checked_at: Schema.NullOr(Schema.Int),
  created_at: Schema.Int,
  updated_at: Schema.Int,
}).annotate({ identifier: 'Asset' })

export const AssetPage = Schema.Struct({
  items: Schema.Array(AssetShape),
  next: Schema.NullOr(Schema.String),
})

export const UploadShape = Schema.Struct({
  id: Schema.String,
  asset_id: Schema.NullOr(Schema.String),
  s3_key: Schema.String,
  state: Schema.Literals(['running', 'done', 'failed']),
  received_bytes: Schema.Int,
  size_bytes: Schema.NullOr(Schema.Int).annotate({ description: 'as declared, or as it turned out' }),
  error_code: Schema.NullOr(Schema.String),
  started_at: Schema.Int,
  ended_at: Schema.NullOr(Schema.Int),
}).annotate({ identifier: 'Upload' })

export const assetJson = (asset: Asset): typeof AssetShape.Type => ({
  id: asset.id,
  type: asset.type,
  s3_key: asset.key,
  display_name: asset.displayName,
  mime_type: asset.mimeType,
  size_bytes: asset.sizeBytes,
  sha256: asset.sha256,
  etag: asset.etag,
  status: asset.status,
  error_code: asset.errorCode,
  owner: asset.owner,
  visibility: asset.visibility,
  version: asset.version,
  stored_at: asset.storedAt,
  checked_at: asset.checkedAt,
  created_at: asset.createdAt,
  updated_at: asset.updatedAt,
})

export const uploadJson = (upload: UploadProgress): typeof UploadShape.Type => ({
  id: upload.id,
  asset_id: upload.assetId,
  s3_key: upload.key,
  state: upload.state,
  received_bytes: upload.receivedBytes,
  size_bytes: upload.sizeBytes,
  error_code: upload.errorCode,
  started_at: upload.startedAt,
  ended_at: upload.endedAt,
})

/** What an identity is to assets: `operator`, its room, or nobody. */
export const ownerOf = (identity: Identity | null): string | null =>
  identity === null ? null : identity.scope === 'operator' ? OPERATOR : identity.roomId

export const assetCaller = (identity: Identity, { actor, ip }: Caller): AssetCaller => ({
  actor,
  ip,
  owner: ownerOf(identity),
})
