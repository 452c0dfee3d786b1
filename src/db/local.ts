// A connection to a file, by the native driver that `@libsql/client` itself stands on. It is used directly because
// a statement that is prepared once and kept costs half of one that is prepared for each batch, and because a
// BEGIN that meets a lock leaves nothing behind here. The only file that imports it.

import Database from 'libsql'
import type { Connection, ConnectionOptions } from './client.ts'
import type { Result, Row, SqlValue, Statement } from './database.ts'
import { failureOf, type Phase } from './driver-errors.ts'
import { Failure, isStorage, Refusal } from './failure.ts'
import { collectGarbage } from './garbage.ts'
import { keepPrivate } from './private-file.ts'
import { storable } from './text.ts'

const JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024
const CACHE_KIB = 32 * 1024
/** Connections left behind between two collections. */
const GARBAGE_EVERY = 8
const STATEMENTS_MAX = 128

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

/** JavaScript's numbers would be bound as REAL, so whole ones go as integers. */
const toDriver = (value: SqlValue): SqlValue => {
  if (typeof value === 'string') return storable(value)
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return BigInt(value)
    if (!Number.isFinite(value)) throw new RangeError('not a finite number')
  }
  return value
}

const fromDriver = (value: unknown): Row[string] => {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value.toString()
  }
  if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  }
  return value as Row[string]
}

interface Prepared {
  readonly statement: Database.Statement<[readonly SqlValue[]]>
  readonly returnsRows: boolean
}

/** One open file and the statements that were prepared on it. */
class Handle {
  readonly database: Database.Database
  readonly #prepared = new Map<string, Prepared>()

  constructor(path: string, timeout: number) {
    this.database = new Database(path, { timeout })
  }

  #prepare(sql: string): Prepared {
    const statement = this.database.prepare<[readonly SqlValue[]]>(sql).safeIntegers(true)
    const returnsRows = statement.reader
    if (returnsRows) statement.raw(true)
    return { statement, returnsRows }
  }

  /** Kept for the next time; what the least was asked for is let go. Pragmas can take effect when prepared. */
  #kept(sql: string): Prepared {
    const kept = this.#prepared.get(sql)
    const prepared = kept ?? this.#prepare(sql)
    if (sql.startsWith('PRAGMA')) return prepared
    if (kept !== undefined) this.#prepared.delete(sql)
    this.#prepared.set(sql, prepared)
    for (const oldest of this.#prepared.keys()) {
      if (this.#prepared.size <= STATEMENTS_MAX) break
      this.#prepared.delete(oldest)
    }
    return prepared
  }

  run({ sql, args }: Statement): Result {
    const { statement, returnsRows } = this.#kept(sql)
    const values = (args ?? []).map(toDriver)
    try {
      if (!returnsRows) return { rows: [], rowsAffected: statement.run(values).changes }
      const columns = statement.columns().map(({ name }) => name)
      const rows = statement.all(values) as readonly (readonly unknown[])[]
      return { rows: rows.map((row) => rowOf(columns, row)), rowsAffected: 0 }
    } catch (error) {
      this.#prepared.delete(sql)
      throw error
    }
  }

  /** Prepared, run and finalized inside the driver: nothing of it stays, whatever happens. */
  exec(sql: string): void {
    this.database.exec(sql)
  }

  close(): void {
    this.#prepared.clear()
    if (this.database.open) this.database.close()
  }
}

const rowOf = (columns: readonly string[], values: readonly unknown[]): Row => {
  const row: Record<string, Row[string]> = {}
  for (let index = 0; index < columns.length; index += 1) row[columns[index]!] = fromDriver(values[index])
  return row
}

const open = (path: string, options: ConnectionOptions): Handle => {
  let handle: Handle | undefined
  try {
    if (options.mode === 'write') keepPrivate(path)
    handle = new Handle(path, options.busyTimeoutMs ?? 50)
    for (const pragma of pragmasOf(options)) handle.run({ sql: `PRAGMA ${pragma}` })
    for (const [name, value] of expected(options.mode)) {
      const found = String(Object.values(handle.run({ sql: `PRAGMA ${name}` }).rows[0] ?? {})[0])
      if (found !== value) throw new Refusal('pragma', `${name} is ${found}, it must be ${value}`)
    }
    return handle
  } catch (error) {
    handle?.close()
    throw error instanceof Refusal ? error : failureOf(error, 'begin')
  }
}

/** Throws `Refusal` when the pragmas do not hold, `Failure` when it cannot be opened. */
export const openLocal = (path: string, options: ConnectionOptions): Connection => {
  let handle = open(path, options)
  let reopened = 0
  let sick = false
  let closed = false

  /** The handle to use now. After a storage error the old one may lie: it is left behind first. */
  const usable = (): Handle => {
    if (closed) throw new Failure('closed', 'the connection is closed')
    if (!sick) return handle
    handle.close()
    // The driver finalizes statements when they are collected, and keeps the files open until then.
    if (reopened % GARBAGE_EVERY === GARBAGE_EVERY - 1) collectGarbage()
    try {
      handle = open(path, options)
    } catch (error) {
      throw error instanceof Refusal ? new Failure('io', error.message) : error
    }
    sick = false
    reopened += 1
    return handle
  }

  const guarded = <A>(phase: Phase, call: () => A): A => {
    try {
      return call()
    } catch (error) {
      const failure = failureOf(error, phase)
      if (isStorage(failure) && !(phase === 'begin' && failure.kind === 'busy')) sick = true
      throw failure
    }
  }

  const transact: Connection['transact'] = async (work) => {
    const own = usable()
    guarded('begin', () => own.exec('BEGIN IMMEDIATE'))
    try {
      const value = await work(async (statement) => guarded('run', () => own.run(statement)))
      guarded('commit', () => own.exec('COMMIT'))
      return value
    } catch (error) {
      try {
        if (own.database.open && own.database.inTransaction) own.exec('ROLLBACK')
      } catch {
        sick = true
      }
      throw error
    }
  }

  return {
    path,
    reopened: () => reopened,
    query: async (sql, args) => {
      const own = usable()
      return guarded('run', () => own.run({ sql, args: args ?? [] }))
    },
    batch: (statements) =>
      transact(async (run) => {
        const results: Result[] = []
        for (const statement of statements) results.push(await run(statement))
        return results
      }),
    transact,
    close: () => {
      closed = true
      handle.close()
    },
  }
}

/**
 * Holds the write lock of a database file that has no other use, until `release` or the end of the process:
 * the kernel drops it even after kill -9. Null when somebody else holds it.
 */
export const holdLock = (path: string): { readonly release: () => void } | null => {
  let database: Database.Database | undefined
  try {
    keepPrivate(path)
    database = new Database(path, { timeout: 0 })
    database.exec('BEGIN IMMEDIATE')
    const held = database
    return { release: () => void held.close() }
  } catch (error) {
    if (database?.open === true) database.close()
    const failure = failureOf(error, 'begin')
    if (failure.kind === 'busy') return null
    throw failure
  }
}
