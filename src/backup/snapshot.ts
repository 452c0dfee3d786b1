// A copy of the database as it is at one moment, while a server writes it. It reads through one snapshot, page by
// page and not faster than it may, and it never writes, locks or checkpoints: the writer goes on as before, and its
// log grows by what is written meanwhile. By SQLite's own backup, in Node. It must not be called in the server's
// process: two SQLites in one process drop each other's locks on a file.

import { backup, DatabaseSync } from 'node:sqlite'
import { BackupFailure } from './failure.ts'

export interface SnapshotOptions {
  readonly from: string
  readonly to: string
  /** Null: as fast as the disk is. */
  readonly bytesPerSecond: number | null
  readonly onProgress?: (done: number, total: number) => void
}

/** What both the source and its copy must say. */
export type Marks = Readonly<Record<string, string | number | null>>

const STEP_PAGES = 256
const OPEN_WITHIN_MS = 5_000

/** Cheap on any size: the ends of the trees that grow, and what was told of them. */
const MARKS = `SELECT (SELECT count(*) FROM sqlite_schema) AS tables, (SELECT max(seq) FROM journal) AS facts,
(SELECT max(seq) FROM audit) AS audit, (SELECT max(id) FROM events) AS events, (SELECT count(*) FROM rooms) AS rooms,
(SELECT count(*) FROM sessions) AS sessions, (SELECT sum(event_count) FROM sessions) AS counted,
(SELECT max(version) FROM schema_migrations) AS version`

export const marksOf = (database: DatabaseSync): Marks => ({ ...database.prepare(MARKS).get() }) as Marks

const sleepSync = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

export const takeSnapshot = async (options: SnapshotOptions): Promise<Marks> => {
  const { from, to, bytesPerSecond, onProgress } = options
  let source: DatabaseSync
  try {
    source = new DatabaseSync(from, { readOnly: true, timeout: OPEN_WITHIN_MS })
  } catch {
    throw new BackupFailure(`There is no database at ${from} that can be read.`)
  }
  try {
    // With this one transaction open every page is read as it is now; without it a write would begin the copy anew.
    source.exec('BEGIN')
    const marks = marksOf(source)
    const pageBytes = Number(source.prepare('PRAGMA page_size').get()?.['page_size'] ?? 4_096)
    const startedAt = performance.now()
    await backup(source, to, {
      rate: STEP_PAGES,
      progress: ({ totalPages, remainingPages }) => {
        const doneBytes = (totalPages - remainingPages) * pageBytes
        onProgress?.(doneBytes, totalPages * pageBytes)
        if (bytesPerSecond === null) return
        const dueMs = (doneBytes / bytesPerSecond) * 1_000 - (performance.now() - startedAt)
        if (dueMs > 0) sleepSync(dueMs)
      },
    })
    source.exec('COMMIT')
    return marks
  } catch (error) {
    const said = error instanceof Error ? error.message : 'unknown error'
    throw new BackupFailure(`The database cannot be copied: ${said}.`, true)
  } finally {
    source.close()
  }
}
