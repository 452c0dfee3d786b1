// Entry of the writer thread in tests of the recorder: the product's ingest and decoder over a disk with moods.

import { workerData } from 'node:worker_threads'
import { makeIngest } from '../../src/archive/ingest/ingest.ts'
import { openConnection, type Connection, type Run } from '../../src/db/client.ts'
import { Failure } from '../../src/db/failure.ts'
import { serveWriter, type WriterData } from '../../src/db/writer-thread.ts'
import * as decoder from '../../src/tiktok/decode.ts'
import { KINDS, Mood, type Moods } from './archive-moods.ts'

const moods = (workerData as WriterData).ingest as Moods | null
const numbers = new Int32Array(moods?.shared ?? new SharedArrayBuffer(64))
const at = (mood: number): number => Atomics.load(numbers, mood)

/** Counts down and says true while it does. */
const strikes = (mood: number): boolean => {
  const left = at(mood)
  if (left <= 0) return false
  Atomics.store(numbers, mood, left - 1)
  Atomics.add(numbers, Mood.fired, 1)
  return true
}

const before = (): void => {
  const slowMs = at(Mood.slowMs)
  if (slowMs > 0) {
    Atomics.add(numbers, Mood.fired, 1)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowMs)
  }
  const kind = KINDS[at(Mood.kind)] ?? 'io'
  if (strikes(Mood.fails)) throw new Failure(kind, `SQLITE_${kind.toUpperCase()}`, 'failed')
}

const after = <A>(value: A): A => {
  Atomics.add(numbers, Mood.commits, 1)
  if (strikes(Mood.lies)) throw new Failure('io', 'SQLITE_IOERR_FSYNC', 'unknown')
  return value
}

const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  // The signal is on its way; nothing more may be written meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  throw new Error('killed')
}

/** The first statement of an archive transaction. */
const ARCHIVE = /^UPDATE session_gaps SET to_at = .* AND to_at IS NULL AND EXISTS/

/** Watches archive transactions: dies before the statement it is told to, counts the rows they change. */
const watched = (run: Run): Run => {
  let number = 0
  return async (statement) => {
    if (ARCHIVE.test(statement.sql)) number = 1
    else if (number > 0) number += 1
    if (number > 0 && number === at(Mood.killAtStatement)) die()
    const result = await run(statement)
    const isOwn = number > 0 && !/INTO (journal|meta)/.test(statement.sql)
    if (isOwn) Atomics.add(numbers, Mood.archiveRows, result.rowsAffected + result.rows.length)
    return result
  }
}

const moody = (connection: Connection): Connection => ({
  ...connection,
  batch: async (statements) => {
    before()
    return after(await connection.batch(statements))
  },
  transact: async (work) => {
    before()
    return after(await connection.transact((run) => work(watched(run))))
  },
})

const pragmas = (): readonly string[] => {
  const pages = at(Mood.maxPages)
  return pages === 0 ? [] : [`max_page_count = ${pages}`]
}

await serveWriter({
  ingest: (say) => makeIngest(decoder, say),
  open: async (options) => moody(await openConnection({ ...options, pragmas })),
})
