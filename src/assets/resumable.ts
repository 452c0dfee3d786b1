// Uploads in parts, which the client puts into the store itself: how they begin and go on. How they end well is in
// `resumable-end.ts`.

import { randomUUID } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import * as uploads from '../db/asset-uploads.ts'
import * as rows from '../db/asset-writes.ts'
import { findByKey, groundOf } from '../db/assets.ts'
import {
  nameOfKey,
  OPERATOR,
  ownsAsset,
  stagingKey,
  type AssetCaller,
  type AssetErrorCode,
} from '../domain/asset.ts'
import { CommandRefused } from '../domain/errors.ts'
import {
  BodyBroken,
  type PartAddress,
  type PartsUpload,
  type SentPart,
  type UploadRequest,
} from './assets.ts'
import { commit, factOf, inTurn, refuse, type AssetDesk, type AssetRequest } from './desk.ts'
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

export const storeOf = (desk: AssetDesk, request: AssetRequest): Flow<PartsStore> =>
  desk.store.parts === null ? refuse(desk, request, unsupported()) : Effect.succeed(desk.store.parts)

export const gone = (): CommandRefused =>
  new CommandRefused({ code: 'asset_unknown', message: 'There is no such upload for this token.' })

/** The caller's own upload in parts that has not ended. */
export const own = Effect.fnUntraced(function* (desk: AssetDesk, request: AssetRequest, uploadId: string) {
  const upload = yield* uploads.find(uploadId)
  const { owner } = request.caller
  const isOwn = upload !== null && (owner === OPERATOR || owner === upload.owner)
  const isRunning = upload?.state === 'running' && upload.way === 'parts' && upload.storeUpload !== null
  if (!isOwn || !isRunning) return yield* refuse(desk, request, gone())
  return { ...upload, storeUpload: upload.storeUpload ?? '' }
})

export const end = Effect.fnUntraced(function* (
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
    const before = row !== null && row.version > 0 ? row : null
    if (before !== null && !(request.replace && ownsAsset(caller.owner, before))) {
      return yield* refuse(desk, audit, refusalOf('key_conflict'))
    }
    if (before === null && Result.isSuccess(yield* Effect.result(desk.store.head(key)))) {
      return yield* refuse(desk, audit, refusalOf('key_conflict'))
    }
    const id = randomUUID()
    const storeKey = before === null ? key : stagingKey(id)
    const begun = yield* Effect.result(store.create(storeKey, format.mimeType))
    if (Result.isFailure(begun)) return yield* refuse(desk, audit, refusalOf(putFailure(begun.failure)))
    const at = yield* Clock.currentTimeMillis
    const isOwn = row !== null && (before !== null || row.owner === owner)
    const assetId = isOwn ? row.id : randomUUID()
    const displayName = request.displayName ?? nameOfKey(key)
    const visibility = request.visibility ?? 'private'
    const asset = { id: assetId, type, key, displayName, mimeType: format.mimeType, owner, visibility, at }
    const upload = {
      id,
      assetId,
      key,
      owner: before?.owner ?? owner,
      actor: caller.actor,
      way: 'parts',
      replaces: before !== null,
    } as const
    const more = Math.max(0, sizeBytes - (before?.sizeBytes ?? 0))
    const addition = { owner: upload.owner, uploadId: id, count: before === null ? 1 : 0, bytes: more }
    const guard = quotaGuard(desk, addition)
    const { applied } = yield* commit(
      desk,
      { ...audit, target: assetId },
      {
        statements: [
          ...(guard === null ? [] : [guard]),
          rows.beginUpload({ ...upload, boot: desk.boot, sizeBytes, sha256, at }),
          ...(before === null ? rows.begin(asset, isOwn) : []),
          rows.noteStoreUpload(id, begun.success),
        ],
        facts: [factOf('asset.uploading', owner, at, { assetId, uploadId: id, key, type })],
      },
    )
    if (!applied) {
      yield* Effect.ignore(desk.store.abandon(storeKey, begun.success))
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
    const { storeKey, storeUpload } = yield* own(desk, request, uploadId)
    const expiresAt = (yield* Clock.currentTimeMillis) + ADDRESS_MS
    const made = yield* Effect.forEach(numbers, (number) =>
      Effect.map(store.address(storeKey, storeUpload, number, ADDRESS_MS), (url) => ({
        number,
        url,
        expiresAt,
      })),
    ).pipe(Effect.mapError((error) => refusalOf(putFailure(error))))
    yield* commit(desk, request, { statements: [] })
    return made
  })

/** All of a part; it is held, so that it can be sent again, and is never larger than parts are. */
const partOf = async (body: Bytes): Promise<Uint8Array> => {
  const part = Buffer.allocUnsafe(RESUMABLE_PART_BYTES)
  let size = 0
  for await (const piece of body) {
    if (size + piece.byteLength > RESUMABLE_PART_BYTES) throw new BodyBroken('too_large')
    part.set(piece, size)
    size += piece.byteLength
  }
  return part.subarray(0, size)
}

/** Each part is a change, so each leaves its row in the audit. */
export const put = (
  desk: AssetDesk,
  uploadId: string,
  number: number,
  body: Bytes,
  caller: AssetCaller,
): Flow<SentPart> =>
  Effect.gen(function* () {
    const detail = JSON.stringify({ number })
    const request = { caller, action: 'asset.upload_part', target: uploadId, detail }
    const store = yield* storeOf(desk, request)
    const { storeKey, storeUpload } = yield* own(desk, request, uploadId)
    const bytes = yield* Effect.tryPromise({
      try: () => partOf(body),
      catch: (error) => refusalOf(bodyFailure(error) ?? 'client_aborted'),
    }).pipe(Effect.catch((refusal) => refuse(desk, request, refusal)))
    const sent = yield* Effect.result(store.put(storeKey, storeUpload, number, bytes))
    if (Result.isFailure(sent)) return yield* refuse(desk, request, refusalOf(putFailure(sent.failure)))
    yield* commit(desk, request, { statements: [] })
    return { number, etag: sent.success }
  })

export const abort = (desk: AssetDesk, uploadId: string, caller: AssetCaller): Flow<void> =>
  Effect.gen(function* () {
    const request = { caller, action: 'asset.upload_abort', target: uploadId }
    const upload = yield* own(desk, request, uploadId)
    yield* Effect.ignore(desk.store.abandon(upload.storeKey, upload.storeUpload))
    // Joined already, and then not finished.
    if (upload.storeKey !== upload.key) yield* Effect.ignore(desk.store.remove(upload.storeKey))
    yield* inTurn(desk, request, upload.key, end(desk, request, upload, 'interrupted'))
  })

/** True when nobody will finish it any more. */
export const isForgotten = (upload: uploads.UploadRow, now: number): boolean =>
  upload.way === 'parts' && now - upload.startedAt > PATIENCE_MS
