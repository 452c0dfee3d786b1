// What a connection is, wherever the database lies, and the one to a server far away: the only import of
// `@libsql/client`. A connection to a file is in `local.ts`. Neither owns SQL of any table, nor retries.

import type { Client, InStatement, InValue, ResultSet } from '@libsql/client'
import type { Result, Row, SqlValue, Statement } from './database.ts'
import { failureOf, type Phase } from './driver-errors.ts'
import { Failure } from './failure.ts'
import { openLocal } from './local.ts'
import { storable } from './text.ts'

export interface ConnectionOptions {
  /** `file:…`, `libsql://…`, `http(s)://…`. */
  readonly url: string
  readonly authToken?: string | null
  /** `read`: query_only, and it never checkpoints. */
  readonly mode: 'write' | 'read'
  /** How long the driver may block its thread for a lock. Default 50. */
  readonly busyTimeoutMs?: number
  /** Pages in the WAL before a commit also checkpoints. Default 4,000 (16 MB). */
  readonly walAutocheckpoint?: number
  /** More pragmas, asked for at every opening and set before ours are checked. */
  readonly pragmas?: () => readonly string[]
}

export type Run = (statement: Statement) => Promise<Result>

/**
 * Every failure of these is a `Failure`. A file's connection that met a storage error is closed and opened
 * anew, and checked again, before its next use.
 */
export interface Connection {
  /** The file's path, or null when the database is elsewhere. */
  readonly path: string | null
  /** How often it had to be opened anew. */
  readonly reopened: () => number
  /** For reading and pragmas: whether a single write outside a transaction was done is not always known. */
  readonly query: (sql: string, args?: readonly SqlValue[]) => Promise<Result>
  /** All or nothing; from far away it is one round trip. */
  readonly batch: (statements: readonly Statement[]) => Promise<readonly Result[]>
  /** All or nothing around `work`; what `work` throws rolls back and is thrown on. */
  readonly transact: <A>(work: (run: Run) => Promise<A>) => Promise<A>
  readonly close: () => void
}

/** The path inside a `file:` URL, or null for a database elsewhere. */
export const pathOf = (url: string): string | null => {
  if (!url.startsWith('file:')) return null
  const path = url.slice('file:'.length).replace(/^\/\/(localhost)?(?=\/)/, '')
  return decodeURIComponent(path.split('?', 1)[0] ?? '')
}

/** JavaScript's numbers would be sent as floats, so whole ones go as integers. */
const toDriver = (value: SqlValue): InValue => {
  if (typeof value === 'string') return storable(value)
  return Number.isSafeInteger(value) ? BigInt(value as number) : value
}

const toInput = ({ sql, args }: Statement): InStatement =>
  args === undefined ? sql : { sql, args: args.map(toDriver) }

const fromDriver = (value: unknown): Row[string] => {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value.toString()
  }
  return value instanceof ArrayBuffer ? new Uint8Array(value) : (value as Row[string])
}

const toResult = (set: ResultSet): Result => ({
  rows: set.rows.map((row) => {
    const plain: Record<string, Row[string]> = {}
    for (const column of set.columns) plain[column] = fromDriver(row[column])
    return plain
  }),
  rowsAffected: set.rowsAffected,
})

const guarded = async <A>(phase: Phase, call: () => Promise<A>): Promise<A> => {
  try {
    return await call()
  } catch (error) {
    throw failureOf(error, phase)
  }
}

const openRemote = async ({ url, authToken }: ConnectionOptions): Promise<Connection> => {
  const { createClient } = await import('@libsql/client')
  const client: Client = await guarded('begin', async () =>
    createClient({
      url,
      intMode: 'bigint',
      concurrency: 1,
      ...(typeof authToken === 'string' && { authToken }),
    }),
  )
  let closed = false
  const usable = (): Client => {
    if (closed) throw new Failure('closed', 'the connection is closed')
    return client
  }
  return {
    path: null,
    reopened: () => 0,
    query: (sql, args) =>
      guarded('elsewhere', async () => toResult(await usable().execute(toInput({ sql, args: args ?? [] })))),
    batch: (statements) =>
      guarded('elsewhere', async () =>
        (await usable().batch(statements.map(toInput), 'write')).map(toResult),
      ),
    transact: async (work) => {
      const transaction = await guarded('begin', () => usable().transaction('write'))
      try {
        const value = await work((statement) =>
          guarded('run', async () => toResult(await transaction.execute(toInput(statement)))),
        )
        await guarded('commit', () => transaction.commit())
        return value
      } catch (error) {
        await transaction.rollback().catch(() => transaction.close())
        throw error
      }
    },
    close: () => {
      closed = true
      client.close()
    },
  }
}

/** Opens and checks. Throws `Refusal` when a file's pragmas do not hold, `Failure` when it cannot be opened. */
export const openConnection = async (options: ConnectionOptions): Promise<Connection> => {
  const path = pathOf(options.url)
  return path === null ? openRemote(options) : openLocal(path, options)
}
