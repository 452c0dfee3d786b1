// The product's database in a temporary folder, with its writer and its reader thread, for the benchmarks.

import * as Effect from 'effect/Effect'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../src/db/database.ts'
import { layer } from '../src/db/database-live.ts'
import type { WriterPort } from '../src/db/writer-port.ts'

export interface OwnDatabase {
  readonly folder: string
  readonly runtime: ManagedRuntime.ManagedRuntime<Database | WriterPort, unknown>
  readonly database: Database['Service']
  readonly close: () => Promise<void>
}

export const optionsFor = (folder: string): Parameters<typeof layer>[0] => ({
  url: `file:${join(folder, 'roomkeeper.db')}`,
  authToken: null,
  onFatal: (error) => {
    throw error
  },
})

export const tempFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'roomkeeper-bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** `folder` stays when it is given. */
export const openDatabase = async (folder?: string): Promise<OwnDatabase> => {
  const temp = folder === undefined ? tempFolder() : { path: folder, remove: () => undefined }
  const runtime = ManagedRuntime.make(layer(optionsFor(temp.path)))
  const database = await runtime.runPromise(Effect.service(Database))
  return {
    folder: temp.path,
    runtime,
    database,
    close: async () => {
      await runtime.dispose()
      temp.remove()
    },
  }
}
