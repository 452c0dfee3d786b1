// Migrations: each step is there or not there, and a program that is too old keeps its hands off.

import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection, type Connection } from '../../src/db/client.ts'
import { migrate, MIGRATIONS, type Migration } from '../../src/db/migrate.ts'
import { startDatabase, tempFolder } from '../_support/db.ts'

const steps: readonly Migration[] = [
  { version: 1, name: 'one', statements: ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)'] },
  {
    version: 2,
    name: 'two',
    statements: ['CREATE TABLE b (x)', 'INSERT INTO b SELECT x FROM a', 'DELETE FROM a'],
  },
  { version: 3, name: 'three', statements: ['CREATE TABLE c (x)', 'INSERT INTO c SELECT x FROM b'] },
]

/** Migrates and kills itself with SIGKILL in front of the n-th statement of the migrations. */
const KILLED = `
const [, folder, steps, n] = process.argv
const { openConnection } = await import(${JSON.stringify(new URL('../../src/db/client.ts', import.meta.url).href)})
const { migrate } = await import(${JSON.stringify(new URL('../../src/db/migrate.ts', import.meta.url).href)})
const connection = await openConnection({ url: 'file:' + folder + '/roomkeeper.db', mode: 'write' })
let left = Number(n)
const deadly = {
  ...connection,
  batch: (statements) => connection.transact(async (run) => {
    const results = []
    for (const statement of statements) {
      if (left-- === 0) process.kill(process.pid, 'SIGKILL')
      results.push(await run(statement))
    }
    if (left-- === 0) process.kill(process.pid, 'SIGKILL')
    return results
  }),
}
await migrate(deadly, JSON.parse(steps))
`

describe('migrations', () => {
  let folder: ReturnType<typeof tempFolder>
  const open: Connection[] = []
  const connect = async () => {
    const connection = await openConnection({ url: `file:${folder.path}/roomkeeper.db`, mode: 'write' })
    open.push(connection)
    return connection
  }
  beforeEach(() => {
    folder = tempFolder()
  })
  afterEach(() => {
    for (const connection of open.splice(0)) connection.close()
    folder.remove()
  })

  it('D15: killed in front of any statement, the next start finishes what is missing and repeats nothing', async () => {
    let killed = 0
    for (let n = 0; n < 18; n += 2) {
      const run = spawnSync(process.execPath, [
        '--input-type=module',
        '-e',
        KILLED,
        folder.path,
        JSON.stringify(steps),
        String(n),
      ])
      if (run.signal === 'SIGKILL') killed += 1
      const connection = await connect()
      const tables = await connection.query(
        `SELECT group_concat(name, ',') AS t FROM (SELECT name FROM sqlite_schema WHERE name IN ('a', 'b', 'c') ORDER BY name)`,
      )
      const version = (await connection.query('PRAGMA user_version')).rows[0]?.['user_version']
      expect(tables.rows[0]?.['t'] ?? '').toBe(['', 'a', 'a,b', 'a,b,c'][Number(version)])
      expect(await migrate(connection, steps)).toMatchObject({ to: 3 })
      expect((await connection.query('SELECT x FROM c')).rows).toEqual([{ x: 1 }])
      expect((await connection.query('SELECT version FROM schema_migrations ORDER BY 1')).rows).toEqual([
        { version: 1 },
        { version: 2 },
        { version: 3 },
      ])
      connection.close()
      folder.remove()
      folder = tempFolder()
    }
    expect(killed, 'the fault fired each time').toBe(9)
  })

  it('D15: an older program refuses a newer schema', async () => {
    const connection = await connect()
    await migrate(connection, steps)
    await expect(migrate(connection, steps.slice(0, 2))).rejects.toMatchObject({
      code: 'newer_schema',
      exitCode: 78,
    })
    await connection.query('PRAGMA user_version = 99')
    connection.close()
    await expect(startDatabase({ folder: folder.path })).rejects.toMatchObject({
      _tag: 'DatabaseRefused',
      code: 'newer_schema',
      exitCode: 78,
    })
  })

  it('refuses a database that another version of a migration made', async () => {
    const connection = await connect()
    await migrate(connection, steps)
    const edited = steps.map((step) =>
      step.version === 2 ? { ...step, statements: ['CREATE TABLE z (x)'] } : step,
    )
    await expect(migrate(connection, edited)).rejects.toMatchObject({ code: 'migration_changed' })
  })

  it('leaves a step out altogether when one of its statements fails', async () => {
    const connection = await connect()
    const broken = [
      ...steps.slice(0, 1),
      { version: 2, name: 'two', statements: ['CREATE TABLE b (x)', 'NONSENSE'] },
    ]
    await expect(migrate(connection, broken)).rejects.toMatchObject({ kind: 'sql' })
    expect((await connection.query(`SELECT name FROM sqlite_schema WHERE name = 'b'`)).rows).toEqual([])
    expect(await migrate(connection, steps)).toEqual({ from: 1, to: 3 })
  })

  it('are numbered without holes and end in a schema that SQLite finds sound', async () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1))
    const connection = await connect()
    expect(await migrate(connection)).toEqual({ from: 0, to: MIGRATIONS.length })
    expect(await migrate(connection)).toEqual({ from: MIGRATIONS.length, to: MIGRATIONS.length })
    expect((await connection.query('PRAGMA integrity_check')).rows).toEqual([{ integrity_check: 'ok' }])
  })
})
