// One process per database file.

import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startChild, type Child } from '../_support/db-process.ts'
import { startDatabase, tempFolder } from '../_support/db.ts'

describe('the lock of the database file', () => {
  let folder: ReturnType<typeof tempFolder>
  const children: Child[] = []
  const serve = (): Child => {
    const child = startChild(['serve', folder.path])
    children.push(child)
    return child
  }
  beforeEach(() => {
    folder = tempFolder()
  })
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.process.kill('SIGKILL')
      await child.ended
    }
    folder.remove()
  })

  it('D16: a second server on the same file ends with lock_held and names the first', async () => {
    const first = serve()
    const { ready } = await first.hear('ready')
    const second = serve()
    const { code, message } = await second.hear('code')
    expect(code).toBe('lock_held')
    expect(message).toContain(String(ready))
    expect(await second.ended).toBe(69)
    first.ask({ ingest: [{ id: 1, statements: [{ sql: `INSERT INTO settings VALUES ('a', '1', 1)` }] }] })
    await first.hear('acked')
  })

  it('D16: the lock of a killed server is free at once', async () => {
    const first = serve()
    await first.hear('ready')
    first.process.kill('SIGKILL')
    expect(await first.ended).toBe('SIGKILL')
    const second = serve()
    await second.hear('ready')
    second.ask({ close: true })
    expect(await second.ended).toBe(0)
  })

  it('holds within one process too, and is free again after closing', async () => {
    const first = await startDatabase({ folder: folder.path })
    await expect(startDatabase({ folder: folder.path })).rejects.toMatchObject({
      code: 'lock_held',
      exitCode: 69,
    })
    await first.write({ statements: [{ sql: `INSERT INTO settings VALUES ('a', '1', 1)` }] })
    await first.close()
    const again = await startDatabase({ folder: folder.path })
    expect(await again.read('SELECT key FROM settings')).toEqual([{ key: 'a' }])
    await again.close()
  })

  it('refuses what is not a database, and a folder that is not there', async () => {
    writeFileSync(`${folder.path}/roomkeeper.db`, 'this is a letter, not a database. '.repeat(400))
    await expect(startDatabase({ folder: folder.path })).rejects.toMatchObject({ _tag: 'DatabaseRefused' })
    await expect(startDatabase({ folder: `${folder.path}/nowhere` })).rejects.toMatchObject({
      _tag: 'DatabaseRefused',
      code: 'cannot_open',
    })
  })

  it('its files can be read by nobody else, also those that an earlier start left open to all', async () => {
    chmodSync(folder.path, 0o755)
    const readable = () =>
      readdirSync(folder.path).filter((file) => statSync(join(folder.path, file)).mode & 0o077)
    const first = await startDatabase({ folder: folder.path })
    const ends = readdirSync(folder.path).map((file) => file.replace('roomkeeper', ''))
    expect(ends).toEqual(expect.arrayContaining(['.db', '.db-shm', '.db-wal', '.db.lock', '.db.lock.pid']))
    expect(readable()).toEqual([])
    await first.close()
    for (const file of readdirSync(folder.path)) chmodSync(join(folder.path, file), 0o644)
    expect(readable()).not.toEqual([])
    const again = await startDatabase({ folder: folder.path })
    expect(readable()).toEqual([])
    await again.close()
  })
})
