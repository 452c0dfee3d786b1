// Uploads in parts, which the client puts into the store itself: the row is there first, and follows. What arrived is
// read back before it is ready, because nobody here has seen its bytes.

import { randomUUID } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import * as uploads from '../db/asset-uploads.ts'
import * as rows from '../db/asset-writes.ts'
import { assetOf, find, findByKey, groundOf } from '../db/assets.ts'
import { nameOfKey, OPERATOR, type Asset, type AssetCaller, type AssetErrorCode } from '../domain/asset.ts'
import { formatOf, TYPE_RULES } from '../domain/asset-types.ts'
import { CommandRefused } from '../domain/errors.ts'
import {
  BodyBroken,
  type PartAddress,
  type PartsUpload,
  type SentPart,
  type UploadRequest,
} from './assets.ts'
import { commit, factOf, inTurn, refuse, type AssetDesk, type AssetRequest } from './desk.ts'
import { drain, inspected, type Sealed } from './inspection.ts'
import { quotaGuard, quotaRefusal } from './quota.ts'
import { bodyFailure, putFailure, refusalOf } from './refusals.ts'
import type { Bytes, PartsStore } from './store.ts'
import type { Flow } from './upload-body.ts'
import { auditOfUpload, planOf } from './upload-plan.ts'

/** S3 takes up to 10,000 parts and none below 5 MiB but the last; larger parts keep the list short. */
export const RESUMABLE_PART_BYTES = 16 * 1_048_576
export const ADDRESS_MS = 15 * 60_000
const PATIENCE_MS = 24 * 3_600_000

const unsupported = (): CommandRefused =>
  new CommandRefused({ code: 'conflict', message: 'Assets are in a folder: upload the file as one.' })

const storeOf = (desk: AssetDesk, request: AssetRequest): Flow<PartsStore> =>
  desk.store.parts === null ? refuse(desk, request, unsupported()) : Effect.succeed(desk.store.parts)

const gone = (): CommandRefused =>
  new CommandRefused({ code: 'asset_unknown', message: 'There is no such upload for this token.' })

/** The caller's own upload in parts that has not ended. */
const own = Effect.fnUntraced(function* (desk: AssetDesk, request: AssetRequest, uploadId: string) {
  const upload = yield* uploads.find(uploadId)
  const { owner } = request.caller
  const isOwn = upload !== null && (owner === OPERATOR || owner === upload.owner)
  const isRunning = upload?.state === 'running' && upload.way === 'parts' && upload.storeUpload !== null
  if (!isOwn || !isRunning) return yield* refuse(desk, request, gone())
  return { ...upload, storeUpload: upload.storeUpload ?? '' }
})

const end = Effect.fnUntraced(function* (
  desk: AssetDesk,
  request: AssetRequest,
  upload: uploads.UploadRow,
  code: AssetErrorCode,
) {
  const at = yield* Clock.currentTimeMillis
  const { id, assetId, key, owner, receivedBytes } = upload
  yield* commit(desk, request, {
    statements: rows.fail({ uploadId: id, assetId, code, receivedBytes, attempts: 1, at }),
    facts: [factOf('asset.failed', owner, at, { assetId, uploadId: id, key, code })],
    outcome: 'failed',
    code,
  })
})

export const begin = (
  desk: AssetDesk,
  request: UploadRequest & { readonly sizeBytes: number },
): Flow<PartsUpload> => Effect.flatMap(groundOf(request.key), (ground) => begun(desk, request, ground))

const begun = (
  desk: AssetDesk,
  request: UploadRequest & { readonly sizeBytes: number },
  ground: string | null,
): Flow<PartsUpload> => {
  const plan = planOf(desk, request, ground)
  const audit = { ...auditOfUpload(request), action: 'asset.upload_begin' }
  if (plan instanceof CommandRefused) return refuse(desk, audit, plan)
  const { key, sizeBytes, sha256, caller } = request
  const { type, format, owner } = plan
  const made = Effect.gen(function* () {
    const store = yield* storeOf(desk, audit)
    const row = yield* findByKey(key)
    if (row?.status === 'uploading') {
      const message = 'Another upload of this key is under way.'
      return yield* refuse(desk, audit, new CommandRefused({ code: 'upload_in_progress', message }))
    }
    if (row !== null && row.version > 0) return yield* refuse(desk, audit, refusalOf('key_conflict'))
    const there = yield* Effect.result(desk.store.head(key))
    if (Result.isSuccess(there)) return yield* refuse(desk, audit, refusalOf('key_conflict'))
    const begun = yield* Effect.result(store.create(key, format.mimeType))
    if (Result.isFailure(begun)) return yield* refuse(desk, audit, refusalOf(putFailure(begun.failure)))
    const at = yield* Clock.currentTimeMillis
    const isOwn = row !== null && row.owner === owner
    const assetId = isOwn ? row.id : randomUUID()
    const id = randomUUID()
    const displayName = request.displayName ?? nameOfKey(key)
    const visibility = request.visibility ?? 'private'
    const asset = { id: assetId, type, key, displayName, mimeType: format.mimeType, owner, visibility, at }
    const upload = { id, assetId, key, owner, actor: caller.actor, way: 'parts', replaces: false } as const
    const addition = { owner, uploadId: id, count: 1, bytes: sizeBytes }
    const guard = quotaGuard(desk, addition)
    const { applied } = yield* commit(
      desk,
      { ...audit, target: assetId },
      {
        statements: [
          ...(guard === null ? [] : [guard]),
          rows.beginUpload({ ...upload, boot: desk.boot, sizeBytes, sha256, at }),
          ...rows.begin(asset, isOwn),
          rows.noteStoreUpload(id, begun.success),
        ],
        facts: [factOf('asset.uploading', owner, at, { assetId, uploadId: id, key, type })],
      },
    )
    if (!applied) {
      yield* Effect.ignore(desk.store.abandon(key, begun.success))
      return yield* refuse(desk, audit, yield* quotaRefusal(desk, addition))
    }
    const parts = Math.max(1, Math.ceil(sizeBytes / RESUMABLE_PART_BYTES))
    return { id, assetId, partBytes: RESUMABLE_PART_BYTES, parts } satisfies PartsUpload
  })
  return inTurn(desk, audit, key, made)
}

export const addresses = (
  desk: AssetDesk,
  uploadId: string,
  numbers: readonly number[],
  caller: AssetCaller,
): Flow<readonly PartAddress[]> =>
  Effect.gen(function* () {
    const request = { caller, action: 'asset.upload_parts', target: uploadId }
    const store = yield* storeOf(desk, request)
    const { key, storeUpload } = yield* own(desk, request, uploadId)
    const expiresAt = (yield* Clock.currentTimeMillis) + ADDRESS_MS
    const made = yield* Effect.forEach(numbers, (number) =>
      Effect.map(store.address(key, storeUpload, number, ADDRESS_MS), (url) => ({ number, url, expiresAt })),
    ).pipe(Effect.mapError((error) => refusalOf(putFailure(error))))
    yield* commit(desk, request, { statements: [] })
    return made
  })

/** All of a part; it is held, so that it can be sent again, and is never larger than parts are. */
const partOf = async (body: Bytes): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of body) {
    size += piece.byteLength
    if (size > RESUMABLE_PART_BYTES) throw new BodyBroken('too_large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** No row for each part: they are many, and what they become is written when they are joined. */
export const put = (
  desk: AssetDesk,
  uploadId: string,
  number: number,
  body: Bytes,
  caller: AssetCaller,
): Flow<SentPart> =>
  Effect.gen(function* () {
    const request = { caller, action: 'asset.upload_part', target: uploadId }
    const store = yield* storeOf(desk, request)
    const { key, storeUpload } = yield* own(desk, request, uploadId)
    const bytes = yield* Effect.tryPromise({
      try: () => partOf(body),
      catch: (error) => refusalOf(bodyFailure(error) ?? 'client_aborted'),
    })
    const sent = yield* Effect.result(store.put(key, storeUpload, number, bytes))
    if (Result.isFailure(sent)) return yield* refusalOf(putFailure(sent.failure))
    return { number, etag: sent.success }
  })

/** Reads back what arrived and judges it like bytes that came through here. */
const judge = (desk: AssetDesk, upload: uploads.UploadRow, asset: Asset) =>
  Effect.gen(function* () {
    const format = formatOf(asset.type, asset.key)
    const { body, etag } = yield* desk.store.get(asset.key)
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
      const { key, assetId, storeUpload, owner } = upload
      const asset = yield* find(assetId)
      if (asset === null) return yield* refuse(desk, request, gone())
      const joined = yield* Effect.result(store.complete(key, storeUpload, parts))
      // An earlier try may have joined them, and its answer been lost: then the object itself is there.
      const isJoined = Result.isSuccess(joined)
      if (!isJoined && joined.failure.code !== 'not_found' && joined.failure.code !== 'exists') {
        return yield* refuse(desk, request, refusalOf(putFailure(joined.failure)))
      }
      const judged = yield* Effect.result(judge(desk, upload, asset))
      if (Result.isFailure(judged)) return yield* refuse(desk, request, refusalOf('store_unavailable'))
      const { sealed, etag, code } = judged.success
      if (sealed === null || code !== null) {
        if (code === null || code === 'store_unavailable') {
          return yield* refuse(desk, request, refusalOf('store_unavailable'))
        }
        // What was not joined just now may be somebody else's object, which is left alone.
        if (isJoined) yield* Effect.ignore(desk.store.remove(key))
        else yield* Effect.ignore(desk.store.abandon(key, storeUpload))
        const why = isJoined ? code : 'key_conflict'
        yield* end(desk, request, upload, why)
        return yield* refusalOf(why)
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
        facts: [factOf('asset.uploaded', owner, at, { assetId, uploadId, key, type, ...sealed })],
      })
      const row = results[1]?.rows[0]
      return row === undefined ? asset : assetOf(row)
    })
    return yield* inTurn(desk, request, known.key, finished)
  })

export const abort = (desk: AssetDesk, uploadId: string, caller: AssetCaller): Flow<void> =>
  Effect.gen(function* () {
    const request = { caller, action: 'asset.upload_abort', target: uploadId }
    const upload = yield* own(desk, request, uploadId)
    yield* Effect.ignore(desk.store.abandon(upload.key, upload.storeUpload))
    yield* inTurn(desk, request, upload.key, end(desk, request, upload, 'interrupted'))
  })

/** True when nobody will finish it any more. */
export const isForgotten = (upload: uploads.UploadRow, now: number): boolean =>
  upload.way === 'parts' && now - upload.startedAt > PATIENCE_MS
