// The only file that knows the driver: one connection with the pragmas we promise, three-valued failures,
// and the rule that a connection which met a storage error is closed and opened anew before its next use.
// It owns no SQL of any table and no retries.

import { createClient as createFileClient } from '@libsql/client/sqlite3'
import type { Client, InStatement, InValue, ResultSet, Transaction } from '@libsql/client/sqlite3'
import type { Result, Row, SqlValue, Statement } from './database.ts'
import { failureOf, type Phase } from './driver-errors.ts'
import { Failure, isStorage, Refusal } from './failure.ts'
import { collectGarbage } from './garbage.ts'
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

/** Every failure of these is a `Failure`. */
export interface Connection {
  /** The file's path, or null when the database is elsewhere. */
  readonly path: string | null
  /** How often it had to be opened anew. */
  readonly reopened: () => number
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

/** JavaScript's numbers would be bound as REAL, so whole ones go as integers. */
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

const JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024
const CACHE_KIB = 32 * 1024
/** Connections left behind between two collections. */
const GARBAGE_EVERY = 8

const pragmasOf = (options: ConnectionOptions): readonly string[] => [
  ...(options.mode === 'write'
    ? [
        'journal_mode = WAL',
        'synchronous = FULL',
        `wal_autocheckpoint = ${options.walAutocheckpoint ?? 4_000}`,
        `journal_size_limit = ${JOURNAL_LIMIT_BYTES}`,
      ]
    : ['query_only = 1', 'wal_autocheckpoint = 0']),
  'foreign_keys = ON',
  `cache_size = -${CACHE_KIB}`,
  ...(options.pragmas?.() ?? []),
]

/** What must be true of the connection itself, whatever was asked for. */
const expected = (mode: ConnectionOptions['mode']): readonly (readonly [string, string])[] => [
  ['journal_mode', 'wal'],
  ['synchronous', '2'],
  ['foreign_keys', '1'],
  ...(mode === 'read' ? [['query_only', '1'] as const] : []),
]

const openFile = async (options: ConnectionOptions): Promise<Client> => {
  const client = createFileClient({
    url: options.url,
    intMode: 'bigint',
    concurrency: 1,
    timeout: options.busyTimeoutMs ?? 50,
  })
  try {
    for (const pragma of pragmasOf(options)) await client.execute(`PRAGMA ${pragma}`)
    for (const [name, value] of expected(options.mode)) {
      const found = String((await client.execute(`PRAGMA ${name}`)).rows[0]?.[0])
      if (found !== value) throw new Refusal('pragma', `${name} is ${found}, it must be ${value}`)
    }
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

const openRemote = async (options: ConnectionOptions): Promise<Client> => {
  const { createClient } = await import('@libsql/client')
  const token = options.authToken
  return createClient({
    url: options.url,
    intMode: 'bigint',
    concurrency: 1,
    ...(typeof token === 'string' && { authToken: token }),
  })
}

/** Opens and checks. Throws `Refusal` when the pragmas do not hold, `Failure` when it cannot be opened. */
export const openConnection = async (options: ConnectionOptions): Promise<Connection> => {
  const path = pathOf(options.url)
  const open = async (): Promise<Client> => {
    try {
      return await (path === null ? openRemote(options) : openFile(options))
    } catch (error) {
      throw error instanceof Refusal ? error : failureOf(error, 'begin')
    }
  }
  let client = await open()
  let reopened = 0
  let sick = false
  let wasLocked = false
  let closed = false

  /** The client to use now. After a storage error the old one may lie: it is left behind first. */
  const usable = async (): Promise<Client> => {
    if (closed) throw new Failure('closed', 'the connection is closed')
    if (!sick) return client
    client.close()
    try {
      client = await open()
    } catch (error) {
      throw error instanceof Refusal ? new Failure('io', error.message) : error
    }
    sick = false
    reopened += 1
    if (reopened % GARBAGE_EVERY === 0) collectGarbage()
    return client
  }

  /**
   * A BEGIN that meets a lock leaves a statement behind that spoils its connection, and each one left behind
   * costs file descriptors. `executeMultiple` leaves nothing behind, so once somebody else holds the lock it
   * is asked first.
   */
  const begin = async (): Promise<Transaction> => {
    const current = await usable()
    if (wasLocked) {
      try {
        await current.executeMultiple('BEGIN IMMEDIATE; ROLLBACK')
      } catch (error) {
        const failure = failureOf(error, 'begin')
        if (failure.kind !== 'busy') sick = true
        throw failure
      }
      wasLocked = false
    }
    return guarded('begin', () => current.transaction('write'))
  }

  const guarded = async <A>(phase: Phase, call: () => Promise<A>): Promise<A> => {
    try {
      return await call()
    } catch (error) {
      const failure = failureOf(error, phase)
      if (isStorage(failure)) sick = true
      if (failure.kind === 'busy' && path !== null) wasLocked = true
      throw failure
    }
  }

  const transact = async <A>(work: (run: Run) => Promise<A>): Promise<A> => {
    const transaction = await begin()
    let value: A
    try {
      value = await work((statement) =>
        guarded('run', async () => toResult(await transaction.execute(toInput(statement)))),
      )
    } catch (error) {
      await guarded('run', () => transaction.rollback()).catch(() => {
        sick = true
      })
      throw error
    }
    await guarded('commit', () => transaction.commit())
    return value
  }

  return {
    path,
    reopened: () => reopened,
    query: async (sql, args) => {
      const current = await usable()
      const phase = path === null ? 'elsewhere' : 'run'
      return guarded(phase, async () => toResult(await current.execute(toInput({ sql, args: args ?? [] }))))
    },
    batch: async (statements) => {
      if (path !== null) {
        return transact(async (run) => {
          const results: Result[] = []
          for (const statement of statements) results.push(await run(statement))
          return results
        })
      }
      const current = await usable()
      return guarded('elsewhere', async () =>
        (await current.batch(statements.map(toInput), 'write')).map(toResult),
      )
    },
    transact,
    close: () => {
      closed = true
      client.close()
    },
  }
}

/**
 * Holds the write lock of a database file that has no other use, until `release` or the end of the process:
 * the kernel drops it even after kill -9. Null when somebody else holds it.
 */
export const holdLock = async (path: string): Promise<{ readonly release: () => void } | null> => {
  const url = `file:${encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F')}`
  let client: Client | undefined
  try {
    const own = createFileClient({ url, concurrency: 1, timeout: 0 })
    client = own
    const transaction = await own.transaction('write')
    return {
      release: () => {
        transaction.close()
        own.close()
      },
    }
  } catch (error) {
    client?.close()
    const failure = failureOf(error, 'begin')
    if (failure.kind === 'busy') return null
    throw failure
  }
}
