// The service of assets over a database and a store, and the round that finishes what was left half done.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as uploads from '../db/asset-uploads.ts'
import * as pages from '../db/asset-pages.ts'
import * as rows from '../db/assets.ts'
import { Database } from '../db/database.ts'
import { Assets, type UploadProgress } from './assets.ts'
import * as changes from './changes.ts'
import { makeDesk, type AssetDesk, type AssetsOptions } from './desk.ts'
import { recover } from './recovery.ts'
import * as resumable from './resumable.ts'
import { finish } from './resumable-end.ts'
import { ObjectStore } from './store.ts'
import { upload } from './upload.ts'

const RECOVERY_EVERY = '60 seconds'
const FIRST_ROUND_LIMIT = '5 seconds'

const progressOf = (desk: AssetDesk, row: uploads.UploadRow | null): UploadProgress | null => {
  if (row === null) return null
  const { id, assetId, key, owner, state, sizeBytes, errorCode, startedAt, endedAt } = row
  const receivedBytes = desk.running.get(id)?.receivedBytes ?? row.receivedBytes
  return { id, assetId, key, owner, state, receivedBytes, sizeBytes, errorCode, startedAt, endedAt }
}

export const assetsLive = (options: AssetsOptions): Layer.Layer<Assets, never, Database | ObjectStore> =>
  Layer.effect(
    Assets,
    Effect.gen(function* () {
      const database = yield* Database
      const desk = makeDesk(yield* ObjectStore, database, options)
      const on = <A, E>(effect: Effect.Effect<A, E, Database>): Effect.Effect<A, E> =>
        Effect.provideService(effect, Database, database)
      const round = on(recover(desk)).pipe(
        Effect.catch((error) =>
          Effect.logWarning('uploads left half done were not settled', { kind: error.constructor.name }),
        ),
      )
      // What was left by the process before this one is settled before anybody asks, if the store answers in time.
      yield* Effect.timeoutOption(round, FIRST_ROUND_LIMIT)
      yield* Effect.forkScoped(round.pipe(Effect.delay(RECOVERY_EVERY), Effect.forever))
      return Assets.of({
        upload: (request, body) => on(upload(desk, request, body)),
        beginParts: (request) => on(resumable.begin(desk, request)),
        partAddresses: (id, numbers, caller) => on(resumable.addresses(desk, id, numbers, caller)),
        putPart: (id, number, body, caller) => on(resumable.put(desk, id, number, body, caller)),
        completeParts: (id, parts, caller) => on(finish(desk, id, parts, caller)),
        abortParts: (id, caller) => on(resumable.abort(desk, id, caller)),
        progress: (id) => on(Effect.map(uploads.find(id), (row) => progressOf(desk, row))),
        find: (id) => on(rows.find(id)),
        findByKey: (key) => on(rows.findByKey(key)),
        list: (filter) => on(pages.list(filter)),
        read: (asset, range) => on(changes.read(desk, asset, range)),
        change: (id, given, caller) => on(changes.change(desk, id, given, caller)),
        remove: (id, caller) => on(changes.remove(desk, id, caller)),
      })
    }),
  )
