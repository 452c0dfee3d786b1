// Imports: keys that are known from elsewhere become rows. The body is written down as it arrives and answered as a
// job; then each key is looked at with one HEAD and indexed. Nothing is listed, nothing is read, nothing overwritten.

import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Queue from 'effect/Queue'
import * as imports from '../db/asset-imports.ts'
import type { ImportKeyRow, ImportRow } from '../db/asset-imports.ts'
import { Database } from '../db/database.ts'
import { OPERATOR, type AssetCaller, type AssetType, type Visibility } from '../domain/asset.ts'
import type { ImportKey, ImportOutcome } from '../domain/asset-import.ts'
import { CommandRefused, type DbError } from '../domain/errors.ts'
import { BodyBroken } from './assets.ts'
import { indexKeys } from './import-keys.ts'
import { entries, type ImportFormat } from './import-lines.ts'
import { paceOf } from './looks.ts'
import { ObjectStore, type Bytes } from './store.ts'

export interface ImportRequest {
  readonly format: ImportFormat
  /** Of a CSV without a header, in lower case; null: as S3 inventories begin. */
  readonly columns: readonly string[] | null
  /** For keys of which nothing is said. */
  readonly type: AssetType | null
  readonly visibility: Visibility
  /** `operator` or a room's id. */
  readonly owner: string
  readonly dryRun: boolean
}

export interface ImportOptions {
  readonly boot: string
  /** Of S3, to know its inventories; null for a folder. */
  readonly bucket: string | null
  readonly prefix: string
  readonly perSecond?: number
  /** How long a store that says nothing is left alone. */
  readonly againMs?: number
}

const BATCH = 500
const AGAIN_MS = 5_000
const PER_SECOND = { s3: 50, folder: 2_000 } as const

type Answer<A> = Effect.Effect<A, CommandRefused | DbError>

export class Importer extends Context.Service<
  Importer,
  {
    /** Answers when all of the body is on disk; the looks come after. */
    readonly start: (request: ImportRequest, body: Bytes, caller: AssetCaller) => Answer<ImportRow>
    readonly find: (no: number) => Effect.Effect<ImportRow | null, DbError>
    readonly counts: (no: number) => Effect.Effect<Readonly<Record<string, number>>, DbError>
    readonly keys: (page: {
      readonly no: number
      readonly outcome: ImportOutcome | null
      readonly after: number
      readonly limit: number
    }) => Effect.Effect<readonly ImportKeyRow[], DbError>
  }
>()('roomkeeper/assets/Importer') {}

const refusalOf = (error: unknown): CommandRefused => {
  if (error instanceof CommandRefused) return error
  const isBroken = error instanceof BodyBroken
  if (isBroken && error.code === 'too_large') {
    return new CommandRefused({ code: 'asset_too_large', message: 'The list is too large.' })
  }
  return new CommandRefused({ code: 'upload_interrupted', message: 'The list broke off.' })
}

/** The body, counted as it passes. */
async function* counted(body: Bytes, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    count(piece.byteLength)
    yield piece
  }
}

/** Entries in batches, so that a commit is worth its price. */
async function* batches(source: AsyncIterable<ImportKey>): AsyncGenerator<readonly ImportKey[]> {
  let batch: ImportKey[] = []
  for await (const entry of source) {
    batch.push(entry)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

const make = Effect.fnUntraced(function* (options: ImportOptions) {
  const database = yield* Database
  const store = yield* ObjectStore
  const wake = yield* Queue.sliding<void>(1)
  const on = <A, E>(effect: Effect.Effect<A, E, Database>): Effect.Effect<A, E> =>
    Effect.provideService(effect, Database, database)
  const pace = paceOf(options.perSecond ?? PER_SECOND[store.kind])

  const close = Effect.fnUntraced(function* (row: ImportRow, state: 'done' | 'failed', code: string | null) {
    const at = yield* Clock.currentTimeMillis
    const counts = yield* imports.countOutcomes(row.no)
    const roomId = row.owner === OPERATOR ? null : row.owner
    const body = { import: row.no, dryRun: row.dryRun, outcome: state, code, keys: row.keys, ...counts }
    yield* database.write({
      statements: imports.end(row.no, state, code, at),
      guard: 0,
      facts: [{ name: 'asset.imported', at, roomId, sessionId: null, body }],
      audit: {
        at,
        actor: row.actor,
        ip: null,
        action: 'asset.import',
        roomId,
        target: String(row.no),
        outcome: state,
        code: code ?? (row.dryRun ? 'dry_run' : null),
        detail: JSON.stringify(counts),
      },
    })
  })

  const receive = Effect.fnUntraced(function* (row: ImportRow, request: ImportRequest, body: Bytes) {
    const rules = { owner: request.owner, type: request.type, bucket: options.bucket, prefix: options.prefix }
    let bytes = 0
    const arriving = counted(body, (more) => {
      bytes += more
    })
    const source = batches(entries(arriving, request.format, rules, request.columns))
    let keys = 0
    for (;;) {
      const step = yield* Effect.tryPromise({ try: () => source.next(), catch: refusalOf })
      if (step.done === true) return keys
      yield* database.write({ statements: imports.receive(row.no, keys, step.value, bytes) })
      keys += step.value.length
    }
  })

  const start = Effect.fnUntraced(function* (request: ImportRequest, body: Bytes, caller: AssetCaller) {
    const { owner, visibility, type, dryRun } = request
    const startedAt = yield* Clock.currentTimeMillis
    const begun = { actor: caller.actor, owner, visibility, type, dryRun, boot: options.boot, startedAt }
    const { results } = yield* database.write({ statements: [imports.begin(begun)] })
    const no = Number(results[0]?.rows[0]?.['no'])
    const row = {
      ...begun,
      no,
      state: 'receiving',
      receivedBytes: 0,
      keys: 0,
      looked: 0,
      errorCode: null,
      endedAt: null,
    } as const
    const fail = (code: string) => Effect.ignore(close(row, 'failed', code))
    yield* receive(row, request, body).pipe(
      Effect.tapError((error) => fail(error instanceof CommandRefused ? error.code : 'storage_unavailable')),
      Effect.onInterrupt(() => fail('interrupted')),
    )
    yield* database.write({ statements: [imports.run(no)] })
    yield* Queue.offer(wake, undefined)
    return (yield* imports.find(no)) ?? row
  })

  /** One page of whatever is open; true when there may be more. */
  const turn = Effect.gen(function* () {
    const open = yield* imports.listOpen
    for (const row of open) {
      if (row.state === 'receiving' && row.boot !== options.boot) yield* close(row, 'failed', 'process_crash')
    }
    const next = open.find(({ state }) => state === 'running')
    if (next === undefined) return yield* Queue.take(wake)
    const waits = yield* indexKeys({ store, pace }, next)
    if (waits === 'over') yield* close(next, 'done', null)
    else if (waits === 'silent') yield* Effect.sleep(options.againMs ?? AGAIN_MS)
  }).pipe(
    on,
    Effect.catch((error) =>
      Effect.andThen(
        Effect.logWarning('an import of assets stopped for a while', error),
        Effect.sleep(AGAIN_MS),
      ),
    ),
  )

  const service = Importer.of({
    start: (request, body, caller) => on(start(request, body, caller)),
    find: (no) => on(imports.find(no)),
    counts: (no) => on(imports.countOutcomes(no)),
    keys: (page) => on(imports.listKeys(page)),
  })
  return { service, turn }
})

/** The service and its loop, which goes on with what an earlier start left, until the scope closes. */
export const importerLive = (options: ImportOptions): Layer.Layer<Importer, never, Database | ObjectStore> =>
  Layer.effect(
    Importer,
    Effect.gen(function* () {
      const { service, turn } = yield* make(options)
      yield* Effect.forkScoped(Effect.forever(turn))
      return service
    }),
  )
