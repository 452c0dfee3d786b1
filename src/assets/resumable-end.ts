// How uploads in parts end well: joined, read back, because nobody here has seen their bytes, and then ready. What
// replaces something is put together beside it and takes its place when it is known to be right.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import type * as uploads from '../db/asset-uploads.ts'
import * as rows from '../db/asset-writes.ts'
import { assetOf, find } from '../db/assets.ts'
import type { Asset, AssetCaller, AssetErrorCode } from '../domain/asset.ts'
import { formatOf, TYPE_RULES } from '../domain/asset-types.ts'
import type { SentPart } from './assets.ts'
import { commit, factOf, inTurn, refuse, type AssetDesk } from './desk.ts'
import { drain, inspected, type Sealed } from './inspection.ts'
import { bodyFailure, putFailure, refusalOf } from './refusals.ts'
import { end, gone, own, storeOf } from './resumable.ts'
import type { Flow } from './upload-body.ts'

/** Reads back what arrived and judges it like bytes that came through here. */
const judge = (desk: AssetDesk, upload: uploads.UploadRow, asset: Asset) =>
  Effect.gen(function* () {
    const format = formatOf(asset.type, asset.key)
    const { body, etag } = yield* desk.store.get(upload.storeKey)
    let sealed: Sealed | null = null
    let code: AssetErrorCode | null = null
    const inspection = {
      format: format ?? { mimeType: asset.mimeType, begins: () => false },
      maxBytes: Math.min(desk.uploadMaxBytes, TYPE_RULES[asset.type].maxBytes),
      sizeBytes: upload.sizeBytes,
      sha256: upload.sha256,
      received: () => {},
      seal: (found: Sealed) => {
        sealed = found
        return Promise.resolve()
      },
    }
    yield* Effect.promise(() =>
      drain(inspected(body, inspection)).catch((error: unknown) => {
        code = bodyFailure(error) ?? 'store_unavailable'
      }),
    )
    return { etag, sealed: sealed as Sealed | null, code: code as AssetErrorCode | null }
  })

export const finish = (
  desk: AssetDesk,
  uploadId: string,
  parts: readonly SentPart[],
  caller: AssetCaller,
): Flow<Asset> =>
  Effect.gen(function* () {
    const request = { caller, action: 'asset.upload_complete', target: uploadId }
    const store = yield* storeOf(desk, request)
    const known = yield* own(desk, request, uploadId)
    const finished = Effect.gen(function* () {
      const upload = yield* own(desk, request, uploadId)
      const { key, storeKey, assetId, storeUpload, owner, replaces } = upload
      const asset = yield* find(assetId)
      if (asset === null) return yield* refuse(desk, request, gone())
      const joined = yield* Effect.result(store.complete(storeKey, storeUpload, parts))
      // An earlier try may have joined them, and its answer been lost: then the object itself is there.
      const isJoined = Result.isSuccess(joined)
      if (!isJoined && joined.failure.code !== 'not_found' && joined.failure.code !== 'exists') {
        return yield* refuse(desk, request, refusalOf(putFailure(joined.failure)))
      }
      const judged = yield* Effect.result(judge(desk, upload, asset))
      if (Result.isFailure(judged)) return yield* refuse(desk, request, refusalOf('store_unavailable'))
      const { sealed, code } = judged.success
      if (sealed === null || code !== null) {
        if (code === null || code === 'store_unavailable') {
          return yield* refuse(desk, request, refusalOf('store_unavailable'))
        }
        // What was not joined just now may be somebody else's object, which is left alone.
        const isOurs = isJoined || replaces
        if (isOurs) yield* Effect.ignore(desk.store.remove(storeKey))
        else yield* Effect.ignore(desk.store.abandon(storeKey, storeUpload))
        const why = isOurs ? code : 'key_conflict'
        yield* end(desk, request, upload, why)
        return yield* refusalOf(why)
      }
      let { etag } = judged.success
      if (replaces) {
        // Written down first: after a crash the object under the key says whether it was taken over.
        const { sizeBytes, sha256 } = sealed
        yield* desk.database.write({ statements: [rows.seal(uploadId, sizeBytes, sha256)] })
        const copied = yield* Effect.result(store.copy(storeKey, key))
        if (Result.isFailure(copied)) {
          return yield* refuse(desk, request, refusalOf(putFailure(copied.failure)))
        }
        etag = copied.success
      }
      const at = yield* Clock.currentTimeMillis
      const { type, mimeType } = asset
      const none = { displayName: null, visibility: null }
      const content = { ...sealed, etag, attempts: 1 }
      const { results } = yield* commit(desk, request, {
        statements: rows.complete({
          uploadId,
          assetId,
          content,
          type,
          mimeType,
          ...none,
          key,
          actor: caller.actor,
          at,
        }),
        facts: [
          factOf(replaces ? 'asset.replaced' : 'asset.uploaded', owner, at, {
            assetId,
            uploadId,
            key,
            type,
            ...sealed,
          }),
        ],
      })
      if (replaces) yield* Effect.ignore(desk.store.remove(storeKey))
      const row = results[1]?.rows[0]
      return row === undefined ? asset : assetOf(row)
    })
    return yield* inTurn(desk, request, known.key, finished)
  })
