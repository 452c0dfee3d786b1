// Entry of the writer thread in tests of the database layer. Its disk has moods that a test sets in shared
// memory: a limit of pages (a real SQLITE_FULL), and a commit that is done and then reported as failed.

import { workerData } from 'node:worker_threads'
import { openConnection, type Connection } from '../../src/db/client.ts'
import { Failure } from '../../src/db/failure.ts'
import { serveWriter, type WriterData } from '../../src/db/writer-thread.ts'
import { plainIngest } from './db-ingest.ts'
import { Mood, type Moods } from './db-moods.ts'

const moods = (workerData as WriterData).ingest as Moods | null
const numbers = new Int32Array(moods?.shared ?? new SharedArrayBuffer(64))

/** Counts down and says true while it does. */
const strikes = (mood: number): boolean => {
  const left = Atomics.load(numbers, mood)
  if (left > 0) Atomics.store(numbers, mood, left - 1)
  if (left > 0) Atomics.add(numbers, Mood.fired, 1)
  return left > 0
}

/** What fsync's EIO looks like from here: the commit is there, and nobody can know. */
const lie = <A>(value: A): A => {
  if (strikes(Mood.liesAfterCommit)) throw new Failure('io', 'SQLITE_IOERR_FSYNC', 'unknown')
  return value
}
const refuse = (): void => {
  if (strikes(Mood.failsBeforeCommit)) throw new Failure('io', 'SQLITE_IOERR_WRITE', 'unknown')
}

const moody = (connection: Connection): Connection => ({
  ...connection,
  query: async (sql, args) => {
    if (strikes(Mood.failsQueries)) throw new Failure('io', 'SQLITE_IOERR_READ')
    return connection.query(sql, args)
  },
  batch: async (statements) => {
    refuse()
    return lie(await connection.batch(statements))
  },
  transact: async (work) => {
    refuse()
    return lie(await connection.transact(work))
  },
})

await serveWriter({
  ingest: plainIngest,
  open: async (options) =>
    moody(
      await openConnection({
        ...options,
        pragmas: () => {
          const pages = Atomics.load(numbers, Mood.maxPages)
          return pages === 0 ? [] : [`max_page_count = ${pages}`]
        },
      }),
    ),
})
