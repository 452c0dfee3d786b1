// What was left half done: uploads whose end was never written, by a crash or a database that failed, and objects of
// removed assets. The object itself says what became of an upload: its size and hash were on disk before it could show.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { endedBefore, running, runningOf, toErase, type UploadRow } from '../db/asset-uploads.ts'
import * as rows from '../db/asset-writes.ts'
import * as assets from '../db/assets.ts'
import type { Database } from '../db/database.ts'
import type { AssetErrorCode } from '../domain/asset.ts'
import type { CommandRefused, DbError } from '../domain/errors.ts'
import { commit, factOf, inTurn, type AssetDesk } from './desk.ts'
import { isForgotten } from './resumable.ts'
import { isThere } from './upload-body.ts'

type Recovery<A> = Effect.Effect<A, DbError, Database>

const SYSTEM = { actor: 'system', ip: null, owner: 'operator' } as const
/** How long a store that does not answer is waited for before an upload counts as failed. */
const PATIENCE_MS = 120_000
/** How long the rows of uploads that ended are kept. */
const KEPT_MS = 90 * 86_400_000
/** In one round. */
const ROUND = 500

const giveUp = Effect.fnUntraced(function* (desk: AssetDesk, upload: UploadRow, code: AssetErrorCode) {
  const at = yield* Clock.currentTimeMillis
  const { id, assetId, key, owner, receivedBytes, attempts } = upload
  yield* commit(
    desk,
    { caller: SYSTEM, action: 'asset.recover', target: assetId, detail: key },
    {
      statements: rows.fail({ uploadId: id, assetId, code, receivedBytes, attempts, at }),
      facts: [factOf('asset.failed', owner, at, { assetId, uploadId: id, key, code })],
      outcome: 'failed',
      code,
    },
  )
})

const settle = (desk: AssetDesk, upload: UploadRow): Recovery<void> =>
  Effect.gen(function* () {
    const { id, assetId, key, storeKey, owner, actor, storeUpload, sealed, sizeBytes, sha256 } = upload
    if (storeUpload !== null) yield* Effect.ignore(desk.store.abandon(storeKey, storeUpload))
    if (storeKey !== key) yield* Effect.ignore(desk.store.remove(storeKey))
    const content = sealed && sizeBytes !== null && sha256 !== null ? { sizeBytes, sha256 } : null
    const there = content === null ? 'gone' : yield* isThere(desk, key, content)
    const asset = yield* assets.find(assetId)
    const waitedMs = (yield* Clock.currentTimeMillis) - upload.startedAt
    if (there === 'unknown' && waitedMs < PATIENCE_MS) return
    if (content === null || typeof there === 'string' || asset === null) {
      return yield* giveUp(desk, upload, upload.boot === desk.boot ? 'interrupted' : 'process_crash')
    }
    const at = yield* Clock.currentTimeMillis
    const { type, mimeType } = asset
    yield* commit(
      desk,
      { caller: SYSTEM, action: 'asset.recover', target: assetId, detail: key },
      {
        statements: rows.complete({
          uploadId: id,
          assetId,
          content: { ...content, etag: there.etag, attempts: upload.attempts },
          type,
          mimeType,
          displayName: null,
          visibility: null,
          key,
          actor,
          at,
        }),
        facts: [
          factOf(upload.replaces ? 'asset.replaced' : 'asset.uploaded', owner, at, {
            assetId,
            uploadId: id,
            key,
            type,
            ...content,
          }),
        ],
      },
    )
  })

/** Ends what an earlier try left under this key. The caller has the key's turn. */
export const settleKey = (desk: AssetDesk, key: string): Recovery<void> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    for (const upload of yield* runningOf(key)) {
      if ((upload.way === 'stream' || isForgotten(upload, now)) && !desk.running.has(upload.id))
        yield* settle(desk, upload)
    }
  })

const erase = (desk: AssetDesk, id: string, key: string): Recovery<void> =>
  Effect.gen(function* () {
    // The key may have been used again since: then the tombstone is gone, and the object is not its.
    const due = yield* toErase(ROUND)
    if (!due.some((one) => one.id === id)) return
    const failed = yield* Effect.match(desk.store.remove(key), {
      onSuccess: () => false,
      onFailure: () => true,
    })
    if (failed) return
    yield* desk.database.write({ statements: [rows.objectRemoved(id, yield* Clock.currentTimeMillis)] })
  })

/** Removes the object of a removed asset; the caller has the key's turn. What fails is tried again by the recovery. */
export const eraseNow = erase

/** Nobody asks how an upload of last season went. */
const forget = Effect.fnUntraced(function* (desk: AssetDesk) {
  const before = (yield* Clock.currentTimeMillis) - KEPT_MS
  const old = yield* endedBefore(before)
  if (old) yield* desk.database.write({ statements: [rows.forgetUploads(before, ROUND)] })
})

/** One round over everything that is left. What the store cannot say now is asked again in the next one. */
export const recover = (desk: AssetDesk): Effect.Effect<void, CommandRefused | DbError, Database> =>
  Effect.gen(function* () {
    for (const { key } of yield* running(ROUND)) {
      const turn = { caller: SYSTEM, action: 'asset.recover', target: null, detail: key }
      yield* inTurn(desk, turn, key, settleKey(desk, key))
    }
    for (const { id, key } of yield* toErase(ROUND)) {
      const turn = { caller: SYSTEM, action: 'asset.recover', target: id, detail: key }
      yield* inTurn(desk, turn, key, erase(desk, id, key))
    }
    yield* forget(desk)
  })
