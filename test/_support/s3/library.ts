// A library of assets for tests of what looks after it: a real database, S3 without sockets, and the sweeper that
// begins only when it is asked.

import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Logger from 'effect/Logger'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { s3Store } from '../../../src/assets/s3-store.ts'
import { ObjectStore } from '../../../src/assets/store.ts'
import { Importer, importerLive, type ImportOptions, type ImportRequest } from '../../../src/assets/import.ts'
import type { ImportRow } from '../../../src/db/asset-imports.ts'
import { Sweeper, sweeperLive, type SweepOptions, type SweepRequest } from '../../../src/assets/sweep.ts'
import { Database, type Row } from '../../../src/db/database.ts'
import type { SweepRow } from '../../../src/db/asset-sweeps.ts'
import { startDatabase, type TestDatabase } from '../db.ts'
import { assetRow, sha256Of, type SeededAsset } from './rows.ts'
import { S3StandIn } from './handler.ts'

export const ACCESS_KEY = 'CANARYACCESSKEY00001'
export const SECRET_KEY = 'CANARYsecretaccesskey0123456789'

export const standInStore = (s3: S3StandIn, prefix = ''): Layer.Layer<ObjectStore> =>
  s3Store({
    bucket: 'assets',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9',
    prefix,
    requestHandler: s3.requestHandler as unknown as NonNullable<S3ClientConfig['requestHandler']>,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
  })

const CALLER = { actor: 'operator', ip: null, owner: 'operator' } as const
const PLAIN: SweepRequest = { dryRun: false, confirmMissing: false, placeSentinel: false }
const LIMIT_MS = 60_000

export interface Sweeping {
  readonly sweeper: Sweeper['Service']
  /** Begins one and waits for its end. */
  readonly sweep: (request?: Partial<SweepRequest>) => Promise<SweepRow>
  readonly dispose: () => Promise<void>
}

export const startSweeper = async (
  db: TestDatabase,
  store: Layer.Layer<ObjectStore>,
  options: Partial<SweepOptions> = {},
): Promise<Sweeping> => {
  const layer = sweeperLive({
    intervalMs: 3_600_000,
    boot: 'boot-1',
    perSecond: 100_000,
    afterStartMs: 3_600_000,
    confirmAfterMs: 20,
    ...options,
  }).pipe(
    Layer.provide(store),
    Layer.provide(Layer.succeed(Database, db.database)),
    Layer.provideMerge(Logger.layer([])),
  )
  const runtime = ManagedRuntime.make(layer)
  const sweeper = Context.get(await runtime.context(), Sweeper)
  return {
    sweeper,
    sweep: async (request = {}) => {
      const { sweep } = await Effect.runPromise(sweeper.start({ ...PLAIN, ...request }, CALLER))
      return ended(sweeper, sweep.no)
    },
    dispose: () => runtime.dispose(),
  }
}

/** Waits until the sweep has ended. */
export const ended = async (sweeper: Sweeper['Service'], no: number): Promise<SweepRow> => {
  for (const startedAt = performance.now(); performance.now() - startedAt < LIMIT_MS;) {
    const row = await Effect.runPromise(sweeper.find(no))
    if (row !== null && row.endedAt !== null) return row
    await new Promise((done) => setTimeout(done, 5))
  }
  throw new Error(`sweep ${no} never ended`)
}

export interface Importing {
  readonly importer: Importer['Service']
  /** Gives a list and waits until every key was looked at. */
  readonly list: (text: string, request?: Partial<ImportRequest>) => Promise<ImportRow>
  readonly dispose: () => Promise<void>
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.byteLength; at += 1_000)
    yield await Promise.resolve(bytes.subarray(at, at + 1_000))
}

export const startImporter = async (
  db: TestDatabase,
  store: Layer.Layer<ObjectStore>,
  options: Partial<ImportOptions> = {},
): Promise<Importing> => {
  const layer = importerLive({
    boot: 'boot-1',
    bucket: 'assets',
    prefix: '',
    perSecond: 100_000,
    againMs: 5,
    ...options,
  }).pipe(
    Layer.provide(store),
    Layer.provide(Layer.succeed(Database, db.database)),
    Layer.provideMerge(Logger.layer([])),
  )
  const runtime = ManagedRuntime.make(layer)
  const importer = Context.get(await runtime.context(), Importer)
  const plain = {
    format: 'json',
    columns: null,
    type: null,
    visibility: 'private',
    owner: 'operator',
    dryRun: false,
  } as const
  return {
    importer,
    list: async (text, request = {}) => {
      const { no } = await Effect.runPromise(importer.start({ ...plain, ...request }, bytesOf(text), CALLER))
      return imported(importer, no)
    },
    dispose: () => runtime.dispose(),
  }
}

/** Waits until the import has ended. */
export const imported = async (importer: Importer['Service'], no: number): Promise<ImportRow> => {
  for (const startedAt = performance.now(); performance.now() - startedAt < LIMIT_MS;) {
    const row = await Effect.runPromise(importer.find(no))
    if (row !== null && row.endedAt !== null) return row
    await new Promise((done) => setTimeout(done, 5))
  }
  throw new Error(`import ${no} never ended`)
}

export class Library {
  readonly s3 = new S3StandIn()
  readonly db: TestDatabase
  #sweeping: Sweeping | null = null

  constructor(db: TestDatabase) {
    this.db = db
  }

  static async start(): Promise<Library> {
    return new Library(await startDatabase())
  }

  async sweeping(options: Partial<SweepOptions> = {}): Promise<Sweeping> {
    return (this.#sweeping ??= await startSweeper(this.db, standInStore(this.s3), options))
  }

  /** Objects with their rows, as uploads would have left them. */
  async add(keys: readonly string[], more: Partial<SeededAsset> = {}): Promise<void> {
    const at = Date.now() - 86_400_000
    const statements = keys.map((key) => {
      const bytes = Buffer.from(`content of ${key}`)
      const { etag } = this.s3.bucket.put(key, bytes)
      return assetRow({ key, bytes, etag, sha256: sha256Of(bytes), ...more }, at)
    })
    for (let from = 0; from < statements.length; from += 200) {
      await this.db.write({ statements: statements.slice(from, from + 200) })
    }
  }

  async row(key: string): Promise<Row> {
    const [row] = await this.db.read('SELECT * FROM assets WHERE s3_key = ?', [key])
    if (row === undefined) throw new Error(`no row for ${key}`)
    return row
  }

  /** `status/error_code` of a row. */
  async state(key: string): Promise<string> {
    const { status, error_code: code } = await this.row(key)
    return code === null ? String(status) : `${String(status)}/${String(code)}`
  }

  /** All rows but for the columns that say when they were looked at. */
  rows(): Promise<readonly Row[]> {
    return this.db.read(
      'SELECT id, status, error_code, etag, doubts, doubted_at, updated_at, version FROM assets ORDER BY s3_key',
    )
  }

  async facts(name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const rows = await this.db.read('SELECT body FROM journal WHERE name = ? ORDER BY seq', [name])
    return rows.map(({ body }) => JSON.parse(String(body)) as Readonly<Record<string, unknown>>)
  }

  async close(): Promise<void> {
    await this.#sweeping?.dispose()
    await this.db.remove()
  }
}
