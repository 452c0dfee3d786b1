// An upload, from its request to its row: what may begin, what is written before the first byte and after the last.
// What happens to the bytes is in `upload-body.ts`.

import { randomUUID } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { isToErase } from '../db/asset-uploads.ts'
import * as rows from '../db/asset-writes.ts'
import { assetOf, findByKey, groundOf } from '../db/assets.ts'
import { nameOfKey, ownsAsset, type Asset } from '../domain/asset.ts'
import { CommandRefused } from '../domain/errors.ts'
import type { Uploaded, UploadRequest } from './assets.ts'
import { commit, factOf, inTurn, refuse, type AssetDesk } from './desk.ts'
import { quotaGuard, quotaRefusal } from './quota.ts'
import { settleKey } from './recovery.ts'
import { refusalOf } from './refusals.ts'
import type { Bytes } from './store.ts'
import { compare, store, type Attempt, type Ending, type Flow } from './upload-body.ts'
import { auditOfUpload, planOf, type Plan } from './upload-plan.ts'

/** Writes the row in `uploading`, or beside content that stays until the new one is stored, and the upload's own. */
const begin = Effect.fnUntraced(function* (desk: AssetDesk, plan: Plan, row: Asset | null, attempt: Attempt) {
  const { request, type, format, owner } = plan
  const at = yield* Clock.currentTimeMillis
  const isNew = attempt.before === null
  const asset = {
    id: attempt.assetId,
    type,
    key: request.key,
    displayName: request.displayName ?? nameOfKey(request.key),
    mimeType: format.mimeType,
    owner,
    visibility: request.visibility ?? 'private',
    at,
  }
  const upload = rows.beginUpload({
    id: attempt.uploadId,
    assetId: attempt.assetId,
    key: request.key,
    owner: attempt.before?.owner ?? owner,
    actor: request.caller.actor,
    way: 'stream',
    replaces: !isNew,
    boot: desk.boot,
    sizeBytes: request.sizeBytes,
    sha256: request.sha256,
    at,
  })
  const body = { assetId: attempt.assetId, uploadId: attempt.uploadId, key: request.key, type }
  const addition = {
    owner: attempt.before?.owner ?? owner,
    uploadId: attempt.uploadId,
    count: isNew ? 1 : 0,
    bytes: Math.max(0, (request.sizeBytes ?? 0) - (attempt.before?.sizeBytes ?? 0)),
  }
  const guard = quotaGuard(desk, addition)
  const { applied } = yield* desk.database.write({
    statements: [
      ...(guard === null ? [] : [guard]),
      ...(isNew ? rows.begin(asset, row?.id === attempt.assetId) : []),
      upload,
    ],
    ...(guard !== null && { guard: 0 }),
    facts: [factOf('asset.uploading', owner, at, body)],
  })
  if (!applied) {
    return yield* refuse(
      desk,
      { ...plan.audit, target: row?.id ?? null },
      yield* quotaRefusal(desk, addition),
    )
  }
})

const finish = Effect.fnUntraced(function* (desk: AssetDesk, plan: Plan, attempt: Attempt, ending: Ending) {
  const { request, type, format } = plan
  const { uploadId, assetId, before, running } = attempt
  const audit = { ...plan.audit, target: assetId }
  const at = yield* Clock.currentTimeMillis
  if ('same' in ending && before !== null) {
    const statements = [rows.unchanged(uploadId, running.receivedBytes, at)]
    yield* commit(desk, audit, { statements, outcome: 'noop' })
    return { asset: before, uploadId, effect: 'noop' } satisfies Uploaded
  }
  if ('stored' in ending) {
    const { stored, sealed } = ending
    const statements = rows.complete({
      uploadId,
      assetId,
      content: { ...sealed, etag: stored.etag, attempts: stored.attempts },
      type: before === null ? type : (request.type ?? before.type),
      mimeType: format.mimeType,
      displayName: request.displayName,
      visibility: request.visibility,
      key: request.key,
      actor: request.caller.actor,
      at,
    })
    const isFound = before !== null && before.sha256 === sealed.sha256
    const name = before === null ? 'asset.uploaded' : isFound ? 'asset.found' : 'asset.replaced'
    const body = {
      assetId,
      uploadId,
      key: request.key,
      type,
      sizeBytes: sealed.sizeBytes,
      sha256: sealed.sha256,
    }
    const facts = [factOf(name, before?.owner ?? plan.owner, at, body)]
    const { results } = yield* commit(desk, audit, { statements, facts })
    const row = results[1]?.rows[0]
    const asset = row === undefined ? yield* findByKey(request.key) : assetOf(row)
    if (asset !== null) {
      return { asset, uploadId, effect: before === null ? 'created' : 'replaced' } satisfies Uploaded
    }
  }
  const code = 'code' in ending ? ending.code : 'interrupted'
  const failed = { uploadId, assetId, code, receivedBytes: running.receivedBytes, attempts: 0, at }
  const body = { assetId, uploadId, key: request.key, type, code }
  const written = commit(desk, audit, {
    statements: rows.fail({ ...failed, attempts: 'attempts' in ending ? ending.attempts : 0 }),
    facts: [factOf('asset.failed', before?.owner ?? plan.owner, at, body)],
    outcome: 'failed',
    code,
  })
  // What cannot be written now is found and written by the recovery.
  if ('fault' in ending) return yield* Effect.andThen(Effect.ignore(written), Effect.fail(ending.fault))
  yield* written
  return yield* refusalOf(code)
})

const carryOut = (desk: AssetDesk, plan: Plan, body: Bytes): Flow<Uploaded> =>
  Effect.gen(function* () {
    const { request, audit } = plan
    yield* settleKey(desk, request.key)
    const row = yield* findByKey(request.key)
    const target = { ...audit, target: row?.id ?? null }
    if (row?.status === 'uploading') {
      const message = 'Another upload of this key is under way.'
      return yield* refuse(desk, target, new CommandRefused({ code: 'upload_in_progress', message }))
    }
    const isEmpty = row !== null && row.version === 0
    const isForeign = row !== null && !ownsAsset(request.caller.owner, row)
    if (isForeign && !isEmpty) {
      // Whether it would be the same content is not said: that is the other owner's to know.
      return yield* refuse(desk, { ...target, target: null }, refusalOf('key_conflict'))
    }
    if (row?.status === 'ready' && !request.replace) return yield* compare(desk, plan, row, body)
    const before = row === null || isEmpty ? null : row
    const attempt: Attempt = {
      uploadId: randomUUID(),
      assetId: row === null || isForeign ? randomUUID() : row.id,
      before,
      running: { receivedBytes: 0 },
    }
    // The object of a removed asset may not be gone yet; nobody else's is under this key then.
    const ifAbsent = before === null && !(yield* isToErase(request.key)) && !request.replace
    desk.running.set(attempt.uploadId, attempt.running)
    return yield* begin(desk, plan, row, attempt).pipe(
      Effect.andThen(store(desk, plan, attempt, ifAbsent, body)),
      Effect.flatMap((ending) => finish(desk, plan, attempt, ending)),
      Effect.ensuring(Effect.sync(() => desk.running.delete(attempt.uploadId))),
    )
  })

export const upload = (desk: AssetDesk, request: UploadRequest, body: Bytes): Flow<Uploaded> => {
  return Effect.flatMap(groundOf(request.key), (ground) => {
    const plan = planOf(desk, request, ground)
    if (plan instanceof CommandRefused) return refuse(desk, auditOfUpload(request), plan)
    return inTurn(desk, plan.audit, request.key, carryOut(desk, plan, body))
  })
}
