// What crosses the border of the writer thread, and how ingest joins its group commits.
// The thread's loop (`db/writer-loop.ts`) owns order, time and the connection; ingest owns what rows say.

import * as Context from 'effect/Context'
import type { JournalEntry } from '../domain/facts.ts'
import type { Committed, Result, Statement, Transaction } from './database.ts'
import type { Fact } from '../domain/facts.ts'
import type { DbFailure, RefusalCode } from './failure.ts'

/** Rows that go into one transaction together. */
export interface IngestBatch {
  readonly statements: readonly Statement[]
  /** Durable: the answers, in the order of the statements. */
  readonly committed: (results: readonly Result[]) => void
  /**
   * A `constraint` or `sql` failure: this batch is rolled back alone and never run again; what is returned
   * (its rows, split) runs in its place. Any other kind is only news: not durable or not known to be, and
   * the loop runs the same batch again until it is, whatever is returned. So the statements must be idempotent.
   */
  readonly failed: (error: DbFailure) => readonly IngestBatch[] | void
}

/** The part of the writer thread that turns frames into rows. */
export interface Ingest {
  /** A message that was posted as `{ type: 'ingest', message }`, in order with the transactions around it. */
  readonly accept: (message: unknown) => void
  /** Everything waiting, a bounded number of rows at a time, or null. Called again until null before each transaction. */
  readonly take: () => IngestBatch | null
}

/** How ingest speaks back to the main thread: posted as `{ type: 'ingest', message }`. */
export type Say = (message: unknown, transfer?: readonly ArrayBuffer[]) => void

/** What the recorder measures about its own queue, for `WriterHealth`. */
export interface QueueGauge {
  readonly queuedBytes: number
  readonly queuedFrames: number
  readonly oldestMs: number
  readonly ackP50Ms: number
  readonly ackP99Ms: number
}

/** The recorder's way to its ingest in the writer thread. */
export class WriterPort extends Context.Service<
  WriterPort,
  {
    /** In order with `Database.write`: what was posted before a transaction is committed before it. */
    readonly post: (message: unknown, transfer?: readonly ArrayBuffer[]) => void
    /** Hears what ingest says, in order. One listener; the last one set. */
    readonly listen: (listener: (message: unknown) => void) => void
    /** Asked each time `Database.health` is. */
    readonly measure: (gauge: () => QueueGauge) => void
  }
>()('roomkeeper/db/WriterPort') {}

/** Main thread to writer thread. */
export type ToWriter =
  | { readonly type: 'ingest'; readonly message: unknown }
  | { readonly type: 'transaction'; readonly id: number; readonly transaction: Transaction }
  | { readonly type: 'facts'; readonly facts: readonly Fact[] }
  | { readonly type: 'close' }

export type Answer =
  | { readonly id: number; readonly ok: true; readonly committed: Committed }
  | { readonly id: number; readonly ok: false; readonly failure: DbFailure }

/** Writer thread to main thread. */
export type FromWriter =
  | { readonly type: 'ready'; readonly from: number; readonly to: number }
  | { readonly type: 'refused'; readonly code: RefusalCode; readonly message: string }
  | { readonly type: 'ingest'; readonly message: unknown }
  /** One commit: its entries come before the answers of the transactions that made them. */
  | {
      readonly type: 'committed'
      readonly entries: readonly JournalEntry[]
      readonly answers: readonly Answer[]
    }
  | {
      readonly type: 'trouble'
      readonly failing: boolean
      readonly error: {
        readonly at: number
        readonly kind: DbFailure['kind']
        readonly message: string
      } | null
    }
  | { readonly type: 'closed'; readonly unfinished: number }
