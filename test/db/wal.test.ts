// The write-ahead log: what a torn end costs, what a reader that does not let go costs, and who says so.

import { closeSync, fstatSync, openSync, readSync, statSync, truncateSync, writeSync } from 'node:fs'
import { createClient } from '@libsql/client/sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { WAL_ALARM_BYTES } from '../../src/db/gauges.ts'
import { startChild } from '../_support/db-process.ts'
import { startDatabase, tempFolder, until, type TestDatabase } from '../_support/db.ts'

const FRAME_BYTES = 24 + 4_096

const flipLastByte = (path: string): void => {
  const fd = openSync(path, 'r+')
  const at = fstatSync(fd).size - 100
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, at)
  byte[0] = byte[0]! ^ 0xff
  writeSync(fd, byte, 0, 1, at)
  closeSync(fd)
}

/** Writes one acknowledged transaction at a time in a process of its own, and kills it. */
const killed = async (folder: string, count: number): Promise<void> => {
  const child = startChild(['serve', folder])
  await child.hear('ready')
  for (let n = 1; n <= count; n += 1) {
    const from = child.told.length
    const sql = `INSERT INTO settings (key, value, updated_at) VALUES ('k${n}', '${'x'.repeat(50)}', ${n})`
    child.ask({ write: [{ sql }] })
    expect(await child.hear('wrote', from)).toEqual({ wrote: true })
  }
  child.process.kill('SIGKILL')
  expect(await child.ended).toBe('SIGKILL')
}

describe('the write-ahead log', () => {
  let clean: (() => Promise<void> | void) | null = null
  afterEach(() => clean?.())

  const tears: readonly (readonly [string, (wal: string) => void])[] = [
    ['truncated', (wal) => truncateSync(wal, statSync(wal).size - 1)],
    ['cut off by a whole frame', (wal) => truncateSync(wal, statSync(wal).size - FRAME_BYTES)],
    ['flipped in one byte', flipLastByte],
  ]
  for (const [how, tear] of tears) {
    it(`D13: the last frame ${how}: that transaction is gone and only it`, async () => {
      const folder = tempFolder()
      clean = folder.remove
      await killed(folder.path, 6)
      const wal = `${folder.path}/roomkeeper.db-wal`
      expect((statSync(wal).size - 32) % FRAME_BYTES, 'the log ends with a whole frame').toBe(0)
      tear(wal)
      const db = await startDatabase({ folder: folder.path })
      const keys = await db.read('SELECT key FROM settings ORDER BY key')
      expect(keys.map(({ key }) => key)).toEqual(['k1', 'k2', 'k3', 'k4', 'k5'])
      expect(await db.read('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      await db.write({ statements: [{ sql: `INSERT INTO settings VALUES ('k7', '1', 1)` }] })
      expect(await db.read('SELECT count(*) AS n FROM settings')).toEqual([{ n: 6 }])
      await db.close()
    })
  }

  it('D18: a reader that does not let go makes the log grow until the alarm; letting go mends it', async () => {
    const db: TestDatabase = await startDatabase()
    clean = () => db.remove()
    const slow = createClient({ url: `file:${db.path}`, concurrency: 1 })
    const reading = await slow.transaction('read')
    await reading.execute('SELECT count(*) FROM rooms')
    const megabytes = 16
    const write = (n: number) =>
      db.write({
        statements: [
          {
            sql: `INSERT INTO frames (id, at, conn, kind, payload) VALUES (?, 1, 1, 'push', zeroblob(?))`,
            args: [n, megabytes * 2 ** 20],
          },
        ],
      })
    let written = 0
    while (!db.database.health().walAlarm && written < 40) {
      await write(written)
      written += 1
    }
    const { walBytes, walAlarm } = db.database.health()
    expect(walAlarm).toBe(true)
    expect(walBytes).toBeGreaterThanOrEqual(WAL_ALARM_BYTES)
    expect(written).toBeGreaterThan(8)
    await reading.rollback()
    slow.close()
    await until('a log that was reset', () => {
      db.database.append({ name: 'room.looked', at: 1, roomId: null, sessionId: null, body: {} })
      return !db.database.health().walAlarm
    })
    expect(await db.read('SELECT count(*) AS n FROM frames')).toEqual([{ n: written }])
  })

  it('is empty after an orderly end', async () => {
    const folder = tempFolder()
    clean = folder.remove
    const db = await startDatabase({ folder: folder.path })
    await db.write({ statements: [{ sql: `INSERT INTO settings VALUES ('a', '1', 1)` }] })
    await db.close()
    expect(statSync(`${db.path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
  })
})
