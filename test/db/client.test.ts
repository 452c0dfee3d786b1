// One connection: the pragmas it promises, what its failures say, and what it does after one.

import { existsSync, readdirSync } from 'node:fs'
import { createClient } from '@libsql/client/sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection, pathOf, type Connection } from '../../src/db/client.ts'
import { Refusal } from '../../src/db/failure.ts'
import { tempFolder } from '../_support/db.ts'

const count = async (connection: Connection) =>
  (await connection.query('SELECT count(*) AS n FROM t')).rows[0]?.['n']

/** Open files of this process, where the system tells. */
const descriptors = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0)

describe('a connection', () => {
  let folder: ReturnType<typeof tempFolder>
  let url: string
  const open: Connection[] = []
  const connect = async (options: Partial<Parameters<typeof openConnection>[0]> = {}) => {
    const connection = await openConnection({ url, mode: 'write', busyTimeoutMs: 10, ...options })
    open.push(connection)
    return connection
  }
  beforeEach(() => {
    folder = tempFolder()
    url = `file:${folder.path}/a.db`
  })
  afterEach(() => {
    for (const connection of open.splice(0)) connection.close()
    folder.remove()
  })
  it('D02: refuses to work when a pragma does not hold, whatever set it', async () => {
    for (const [index, pragma] of [
      'synchronous = 1',
      'foreign_keys = 0',
      'journal_mode = DELETE',
    ].entries()) {
      const refusal = await connect({ url: `${url}${index}`, pragmas: () => [pragma] }).then(
        () => null,
        (error: unknown) => error,
      )
      expect(refusal).toBeInstanceOf(Refusal)
      expect(refusal).toMatchObject({ code: 'pragma', exitCode: 78 })
    }
    const good = await connect()
    expect((await good.query('PRAGMA synchronous')).rows).toEqual([{ synchronous: 2 }])
  })

  it('D02: checks a connection that was opened anew as well', async () => {
    let pragmas = ['max_page_count = 20']
    const connection = await connect({ pragmas: () => pragmas })
    await connection.query('CREATE TABLE t (a)')
    const fill = connection.batch([{ sql: 'INSERT INTO t VALUES (zeroblob(200000))' }])
    await expect(fill).rejects.toMatchObject({ kind: 'full', outcome: 'failed' })
    pragmas = ['synchronous = 0']
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ kind: 'io', outcome: 'failed' })
    pragmas = []
    expect((await connection.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect(connection.reopened()).toBe(1)
  })

  it('the client library loses the write after a BUSY; this connection does not', async () => {
    const lone = createClient({ url: `${url}-lone`, concurrency: 1 })
    await lone.execute('PRAGMA journal_mode = WAL')
    await lone.execute('CREATE TABLE t (a INTEGER)')
    const naked = createClient({ url: `${url}-lone`, concurrency: 1, timeout: 0 })
    const taken = await lone.transaction('write')
    await expect(naked.execute('INSERT INTO t VALUES (1)')).rejects.toThrow(/SQLITE_BUSY/)
    await taken.rollback()
    expect((await naked.execute('INSERT INTO t VALUES (2)')).rowsAffected).toBe(1)
    const seen = await lone.execute('SELECT count(*) AS n FROM t')
    expect(seen.rows[0]?.['n'], 'the fault fired: an acknowledged row is not there').toBe(0)
    naked.close()
    lone.close()

    const setup = await connect()
    await setup.query('CREATE TABLE t (a INTEGER)')
    const other = createClient({ url, concurrency: 1 })
    const held = await other.transaction('write')
    const insert = (a: number) => setup.batch([{ sql: 'INSERT INTO t VALUES (?)', args: [a] }])
    for (let n = 0; n < 5; n += 1) await expect(insert(3)).rejects.toMatchObject({ kind: 'busy' })
    await held.rollback()
    for (const a of [4, 5, 6]) await insert(a)
    expect((await other.execute('SELECT a FROM t ORDER BY a')).rows.map(({ a }) => a)).toEqual([4, 5, 6])
    expect(setup.reopened(), 'a lock that somebody holds costs no connection').toBe(0)
    expect((await setup.query('PRAGMA wal_checkpoint(TRUNCATE)')).rows[0]?.['busy']).toBe(0)
    other.close()
  })

  it('opening anew again and again does not use up file descriptors', async () => {
    const connection = await connect({ pragmas: () => ['max_page_count = 20'] })
    await connection.query('CREATE TABLE t (a)')
    const before = descriptors()
    const fill = () => connection.batch([{ sql: 'INSERT INTO t VALUES (zeroblob(200000))' }])
    for (let n = 0; n < 80; n += 1) {
      await expect(fill()).rejects.toMatchObject({ kind: 'full' })
      // What was collected is finalized in a later turn of the loop, as between the writer's tries.
      await new Promise((done) => setImmediate(done))
    }
    expect(connection.reopened()).toBe(79)
    expect(descriptors() - before).toBeLessThan(40)
    await connection.batch([{ sql: 'INSERT INTO t VALUES (1)' }])
    expect(await count(connection)).toBe(1)
  })

  it('gives bytes back as they were, also those of a view', async () => {
    const connection = await connect()
    await connection.query('CREATE TABLE t (a BLOB)')
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256)
    await connection.batch([
      { sql: 'INSERT INTO t VALUES (?)', args: [bytes.subarray(7, 290)] },
      { sql: 'INSERT INTO t VALUES (?)', args: [new Uint8Array()] },
      { sql: 'INSERT INTO t SELECT substr(?, 2, 3)', args: [bytes] },
    ])
    const { rows } = await connection.query('SELECT a FROM t ORDER BY rowid')
    expect(rows.map(({ a }) => a)).toEqual([bytes.slice(7, 290), new Uint8Array(), bytes.slice(1, 4)])
  })

  it('binds whole numbers as integers and refuses what SQLite cannot hold', async () => {
    const connection = await connect()
    const { rows } = await connection.query('SELECT typeof(?) AS a, typeof(?) AS b, ? AS c', [
      3,
      3.5,
      2n ** 62n,
    ])
    expect(rows).toEqual([{ a: 'integer', b: 'real', c: '4611686018427387904' }])
    await expect(connection.query('SELECT ?', [2n ** 64n])).rejects.toMatchObject({ kind: 'sql' })
    await expect(connection.query('SELECT ?', [Number.NaN])).rejects.toMatchObject({ kind: 'sql' })
  })

  it('says what failed by kind, and a refused statement does not cost the connection', async () => {
    const connection = await connect()
    await connection.query('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL)')
    await expect(
      connection.batch([
        { sql: `INSERT INTO t VALUES (1, 'kept out')` },
        { sql: 'INSERT INTO t VALUES (2, NULL)' },
      ]),
    ).rejects.toMatchObject({
      kind: 'constraint',
      outcome: 'failed',
      message: 'SQLITE_CONSTRAINT_NOTNULL: NOT NULL constraint failed: t.b',
    })
    await expect(connection.query('SELECT nothing FROM nowhere')).rejects.toMatchObject({ kind: 'sql' })
    expect(await count(connection)).toBe(0)
    expect(connection.reopened()).toBe(0)
    connection.close()
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ kind: 'closed' })
  })

  it('cannot write when it is the reader', async () => {
    await (await connect()).query('CREATE TABLE t (a)')
    const reader = await connect({ mode: 'read' })
    await expect(reader.batch([{ sql: 'INSERT INTO t VALUES (1)' }])).rejects.toMatchObject({
      kind: 'readonly',
    })
    expect((await reader.query('PRAGMA wal_autocheckpoint')).rows).toEqual([{ wal_autocheckpoint: 0 }])
  })

  it('finds the path in a URL', () => {
    expect(pathOf('file:/a/b%20c.db')).toBe('/a/b c.db')
    expect(pathOf('file:///a/b.db')).toBe('/a/b.db')
    expect(pathOf('file:data/b.db')).toBe('data/b.db')
    expect(pathOf('libsql://db.example.org')).toBeNull()
  })
})
