// Assets as commands and reads see them: the rows that decide, and the bytes behind them. What a row may be is in
// `domain/asset.ts`; where the bytes lie is `assets/store.ts`.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { AssetFilter, AssetsPage } from '../db/asset-pages.ts'
import type { Asset, AssetCaller, AssetType, Visibility } from '../domain/asset.ts'
import type { CommandRefused, DbError } from '../domain/errors.ts'
import type { ByteRange, Bytes } from './store.ts'

export interface UploadRequest {
  readonly key: string
  /** Null: the one type that takes the key's extension, if there is just one. */
  readonly type: AssetType | null
  /** Null: the key's last segment. */
  readonly displayName: string | null
  /** Null: private. An asset that is there keeps its own. */
  readonly visibility: Visibility | null
  /** Of the file, as declared; null when nobody said. */
  readonly sizeBytes: number | null
  /** Hex, as declared; null when nobody said. */
  readonly sha256: string | null
  /** Other content under a key that is there is a new version instead of a conflict. */
  readonly replace: boolean
  readonly caller: AssetCaller
}

export interface Uploaded {
  readonly asset: Asset
  /** The job's id; null when the body was only compared. */
  readonly uploadId: string | null
  /** `noop`: the same content was there. */
  readonly effect: 'created' | 'replaced' | 'noop'
}

/** An upload as it is going or as it ended. */
export interface UploadProgress {
  readonly id: string
  readonly assetId: string | null
  readonly key: string
  readonly owner: string
  readonly state: 'running' | 'done' | 'failed'
  readonly receivedBytes: number
  /** As declared, or as it turned out; null while nobody knows. */
  readonly sizeBytes: number | null
  readonly errorCode: string | null
  readonly startedAt: number
  readonly endedAt: number | null
}

/** An upload whose parts the client puts into the store itself. */
export interface PartsUpload {
  readonly id: string
  readonly assetId: string
  /** Of each part but the last, which has the rest. */
  readonly partBytes: number
  readonly parts: number
}

/** Where one part may be put, until then. */
export interface PartAddress {
  readonly number: number
  readonly url: string
  readonly expiresAt: number
}

/** A part as the store took it: its etag without quotes. */
export interface SentPart {
  readonly number: number
  readonly etag: string
}

/** Why the body of an upload broke off on the client's side. Thrown by the body that is given to `upload`. */
export class BodyBroken extends Error {
  readonly code: 'client_aborted' | 'client_stalled' | 'size_mismatch' | 'too_large'
  constructor(code: BodyBroken['code']) {
    super(code)
    this.name = 'BodyBroken'
    this.code = code
  }
}

type Answer<A> = Effect.Effect<A, CommandRefused | DbError>

export class Assets extends Context.Service<
  Assets,
  {
    /** Reads the body to its end or lets it be; the row follows, whatever happens. Uploads of one key take turns. */
    readonly upload: (request: UploadRequest, body: Bytes) => Answer<Uploaded>
    /** Refuses with `conflict` when the store takes files as one only. */
    readonly beginParts: (request: UploadRequest & { readonly sizeBytes: number }) => Answer<PartsUpload>
    readonly partAddresses: (
      uploadId: string,
      numbers: readonly number[],
      caller: AssetCaller,
    ) => Answer<readonly PartAddress[]>
    /** Takes a part in, which must be small enough to be held, and puts it into the store. */
    readonly putPart: (uploadId: string, number: number, body: Bytes, caller: AssetCaller) => Answer<SentPart>
    /** Joins the parts and reads them back; what is not what was said is removed again. */
    readonly completeParts: (
      uploadId: string,
      parts: readonly SentPart[],
      caller: AssetCaller,
    ) => Answer<Asset>
    readonly abortParts: (uploadId: string, caller: AssetCaller) => Answer<void>
    readonly progress: (uploadId: string) => Effect.Effect<UploadProgress | null, DbError>
    /** Null also for what was removed. Whether the caller may know of it is the caller's question. */
    readonly find: (id: string) => Effect.Effect<Asset | null, DbError>
    readonly findByKey: (key: string) => Effect.Effect<Asset | null, DbError>
    /** At most `limit`; fewer do not mean that there is nothing more: `next` does. */
    readonly list: (filter: AssetFilter) => Effect.Effect<AssetsPage, DbError>
    /** The bytes of a ready asset, or some of them; refuses with `asset_missing` when they are not there. */
    readonly read: (asset: Asset, range: ByteRange | null) => Answer<Bytes>
    readonly change: (
      id: string,
      change: { readonly displayName?: string; readonly visibility?: Visibility },
      caller: AssetCaller,
    ) => Answer<Asset>
    /** The row is tombstoned, then the object goes. Refuses with `asset_unknown` what is not the caller's, as above. */
    readonly remove: (id: string, caller: AssetCaller) => Answer<void>
  }
>()('roomkeeper/assets/Assets') {}
