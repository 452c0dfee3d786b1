// The database as everybody else sees it: one writer, one reader, both in worker threads.
// It owns what a transaction promises; it does not own any table's SQL (one file a noun, beside this one).

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { Fact, JournalEntry } from '../domain/facts.ts'

/** What SQL takes. Numbers that are not safe integers must be given as bigint or text. */
export type SqlValue = string | number | bigint | Uint8Array | null

export interface Statement {
  readonly sql: string
  readonly args?: readonly SqlValue[]
}

/** One row, by column. Integers beyond 2^53 come back as decimal text, blobs as Uint8Array. */
export type Row = Readonly<Record<string, string | number | Uint8Array | null>>

export interface Result {
  readonly rows: readonly Row[]
  readonly rowsAffected: number
}

/** Who did what: one row of `audit`, chained by hash where it is written. */
export interface AuditEntry {
  readonly at: number
  /** `operator`, `owner:<token id>`, `system` or `anonymous`. */
  readonly actor: string
  readonly ip: string | null
  readonly action: string
  readonly roomId: string | null
  readonly target: string | null
  readonly outcome: 'done' | 'noop' | 'refused' | 'denied' | 'failed'
  readonly code: string | null
  readonly detail: string | null
}

/**
 * All of it or nothing, durable when answered (WAL, synchronous=FULL).
 * `guard` is the index of the statement that must change or return a row; when it does not, everything is
 * rolled back, `otherwise` runs instead (with `audit`, without `facts`), and the answer says `applied: false`.
 * An audit outcome `done` is then written as `noop`.
 */
export interface Transaction {
  readonly statements: readonly Statement[]
  readonly guard?: number
  readonly otherwise?: readonly Statement[]
  readonly facts?: readonly Fact[]
  readonly audit?: AuditEntry
}

export interface Committed {
  readonly applied: boolean
  readonly results: readonly Result[]
  /** The facts as the journal numbered them, already handed to its subscribers. */
  readonly entries: readonly JournalEntry[]
}

export interface WriterHealth {
  /** Bytes and frames handed over and not yet durable. */
  readonly queuedBytes: number
  readonly queuedFrames: number
  /** How long the oldest of them has been waiting, milliseconds. */
  readonly oldestMs: number
  readonly lastError: { readonly at: number; readonly kind: DbError['kind']; readonly message: string } | null
  /** True while writes fail (disk full, I/O error) and sources are held back. */
  readonly failing: boolean
  /** From a frame's arrival to its durable row, milliseconds, over the last minute. */
  readonly ackP50Ms: number
  readonly ackP99Ms: number
  readonly walBytes: number
  /** 256 MB and more: somebody reads for too long. */
  readonly walAlarm: boolean
  /** The longest commit of the last 30 to 60 seconds, or the one that runs now if that is longer. */
  readonly dbStallMs: number
  /** Since the start: commits, rows they changed, and rows of the largest. */
  readonly commits: number
  readonly rows: number
  readonly rowsMax: number
}

export class Database extends Context.Service<
  Database,
  {
    /** One transaction. Idempotent statements only: an `unknown` outcome is repeated by the caller. */
    readonly write: (transaction: Transaction) => Effect.Effect<Committed, DbError>
    /** One query on the reader, which never blocks the writer. */
    readonly read: (sql: string, args?: readonly SqlValue[]) => Effect.Effect<readonly Row[], DbError>
    /** Facts that belong to no other change; written with the next commit, in order. Never fails: it keeps trying. */
    readonly append: (...facts: readonly Fact[]) => void
    /** Hears every journal entry once, in order, after it is durable. Returns how to stop. */
    readonly subscribe: (listener: (entry: JournalEntry) => void) => () => void
    readonly health: () => WriterHealth
  }
>()('roomkeeper/db/Database') {}
