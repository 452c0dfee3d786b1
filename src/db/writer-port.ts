// What crosses the border of the writer thread besides transactions, and how ingest joins its group commits.
// The thread's loop (`db/writer-loop.ts`) owns order, time and the connection; ingest owns what rows say.

import type { Result, Statement } from './database.ts'
import type { DbError } from '../domain/errors.ts'

/** Rows that go into one transaction together. */
export interface IngestBatch {
  readonly statements: readonly Statement[]
  /** Durable: the answers, in the order of the statements. */
  readonly committed: (results: readonly Result[]) => void
  /** Not durable, or not known to be: the loop reopens what must be reopened and runs the same batch again. */
  readonly failed: (error: DbError) => void
}

/** The part of the writer thread that turns frames into rows. */
export interface Ingest {
  /** A message that was posted as `{ type: 'ingest', message }`, in order with the transactions around it. */
  readonly accept: (message: unknown) => void
  /** Everything waiting, at most the loop's limit of rows, or null. Called again until null before each transaction. */
  readonly take: () => IngestBatch | null
}

/** How ingest speaks back to the main thread: posted as `{ type: 'ingest', message }`. */
export type Say = (message: unknown, transfer?: readonly ArrayBuffer[]) => void
