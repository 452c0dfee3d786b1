// What can be done to an asset once it is there: its name and visibility changed, its bytes read, the whole removed.

import { createHash } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { find } from '../db/assets.ts'
import * as rows from '../db/asset-writes.ts'
import { NAME_MAX_LENGTH, ownsAsset, type Asset, type AssetCaller, type Visibility } from '../domain/asset.ts'
import { CommandRefused } from '../domain/errors.ts'
import { commit, factOf, inTurn, refuse, type AssetDesk, type AssetRequest } from './desk.ts'
import { eraseNow } from './recovery.ts'
import { readRefusal } from './refusals.ts'
import type { ByteRange, Bytes } from './store.ts'
import type { Flow } from './upload-body.ts'

/** The caller's own. What is not is refused like what is not there, and noted as such. */
const own = Effect.fnUntraced(function* (desk: AssetDesk, request: AssetRequest, id: string) {
  const asset = yield* find(id)
  if (asset !== null && ownsAsset(request.caller.owner, asset)) return asset
  return yield* refuse(desk, request, gone())
})

const gone = (): CommandRefused =>
  new CommandRefused({ code: 'asset_unknown', message: 'There is no such asset for this token.' })

/** What is wrong with a name, or null. */
export const nameProblem = (name: string): string | null =>
  name.trim() === '' || name.length > NAME_MAX_LENGTH || /\p{Cc}/u.test(name) || !name.isWellFormed()
    ? `1 to ${NAME_MAX_LENGTH} characters without control characters`
    : null

export const change = (
  desk: AssetDesk,
  id: string,
  given: { readonly displayName?: string; readonly visibility?: Visibility },
  caller: AssetCaller,
): Flow<Asset> =>
  Effect.gen(function* () {
    const request = { caller, action: 'asset.change', target: id }
    const asset = yield* own(desk, request, id)
    const { displayName = asset.displayName, visibility = asset.visibility } = given
    const problem = nameProblem(displayName)
    if (problem !== null) {
      const message = `Expected ${problem}.`
      return yield* refuse(
        desk,
        request,
        new CommandRefused({ code: 'invalid', message, field: '/display_name' }),
      )
    }
    const at = yield* Clock.currentTimeMillis
    const { key } = asset
    const { applied } = yield* commit(desk, request, {
      statements: [rows.change({ id, key, displayName, visibility, at })],
      facts: [factOf('asset.changed', asset.owner, at, { assetId: id, key, displayName, visibility })],
    })
    const changed = applied ? yield* find(id) : null
    return changed ?? (yield* gone())
  })

export const remove = (desk: AssetDesk, id: string, caller: AssetCaller): Flow<void> =>
  Effect.gen(function* () {
    const request = { caller, action: 'asset.remove', target: id }
    const { key, owner, type } = yield* own(desk, request, id)
    const erased = Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      const { applied } = yield* commit(desk, request, {
        statements: [rows.remove(id, at)],
        facts: [factOf('asset.removed', owner, at, { assetId: id, key, type })],
      })
      if (!applied) return yield* gone()
      yield* eraseNow(desk, id, key)
    })
    return yield* inTurn(desk, request, key, erased)
  })

/** The bytes as they are, and their hash to the row when all of them have gone by. */
async function* learned(body: Bytes, sizeBytes: number | null, learn: (sha256: string) => Promise<unknown>) {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of body) {
    hash.update(piece)
    size += piece.byteLength
    yield piece
  }
  // Whoever reads has had everything: a database that cannot write it now learns it from the next one.
  if (size === sizeBytes) await learn(hash.digest('hex')).catch(() => undefined)
}

export const read = (desk: AssetDesk, asset: Asset, range: ByteRange | null): Flow<Bytes> =>
  Effect.gen(function* () {
    const { body } = yield* Effect.mapError(
      desk.store.get(asset.key, { range, etag: asset.etag }),
      readRefusal,
    )
    if (range !== null || asset.sha256 !== null) return body
    const { id, version, etag, sizeBytes } = asset
    return learned(body, sizeBytes, (sha256) =>
      Effect.runPromise(desk.database.write({ statements: rows.learn({ id, version, etag, sha256 }) })),
    )
  })
