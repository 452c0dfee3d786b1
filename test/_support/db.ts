// A real database in a temporary folder for tests: the live layer with its threads, closed and removed after.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { Database, type Committed, type Row, type SqlValue, type Transaction } from '../../src/db/database.ts'
import { layer, type DatabaseOptions } from '../../src/db/database-live.ts'
import { WriterPort } from '../../src/db/writer-port.ts'
import type { Insert, Said } from './db-ingest.ts'

export const tempFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'roomkeeper-db-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface TestDatabase {
  readonly database: typeof Database.Service
  readonly port: typeof WriterPort.Service
  readonly path: string
  readonly fatal: Error[]
  /** Everything ingest said, in order. */
  readonly said: Said[]
  readonly ingest: (...inserts: readonly Insert[]) => void
  readonly write: (transaction: Transaction) => Promise<Committed>
  readonly read: (sql: string, args?: readonly SqlValue[]) => Promise<readonly Row[]>
  readonly acked: () => number[]
  /** Stops the threads; the folder stays until `remove`. */
  readonly close: () => Promise<void>
  readonly remove: () => Promise<void>
}

export const testWriter = new URL('./db-writer.ts', import.meta.url)

/** Starts the database layer with the test's own writer thread (or the entry in `options`). */
export const startDatabase = async (
  options: Partial<DatabaseOptions> & { readonly folder?: string } = {},
): Promise<TestDatabase> => {
  const folder = options.folder === undefined ? tempFolder() : { path: options.folder, remove: () => {} }
  const path = join(folder.path, 'roomkeeper.db')
  const fatal: Error[] = []
  const said: Said[] = []
  const runtime = ManagedRuntime.make(
    layer({
      url: `file:${path}`,
      authToken: null,
      onFatal: (error) => void fatal.push(error),
      writerEntry: testWriter,
      ...options,
    }),
  )
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await runtime.dispose()
  }
  try {
    const context = await runtime.context()
    const database = Context.get(context, Database)
    const port = Context.get(context, WriterPort)
    port.listen((message) => void said.push(message as Said))
    return {
      database,
      port,
      path,
      fatal,
      said,
      ingest: (...inserts) => {
        for (const insert of inserts) port.post(insert)
      },
      write: (transaction) => Effect.runPromise(database.write(transaction)),
      read: (sql, args) => Effect.runPromise(database.read(sql, args)),
      acked: () => said.flatMap((one) => ('acked' in one ? one.acked : [])),
      close,
      remove: async () => {
        await close()
        folder.remove()
      },
    }
  } catch (error) {
    await close()
    folder.remove()
    throw error
  }
}

/** Waits for a condition instead of for a time; fails loudly when it never comes. */
export const until = async (what: string, condition: () => boolean, limitMs = 120_000): Promise<void> => {
  const end = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise((done) => setTimeout(done, 5))
  }
}
