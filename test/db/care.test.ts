// What the layer tells about itself: gauges that are read while a commit hangs, and the nightly check.

import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import * as Effect from 'effect/Effect'
import { afterEach, describe, expect, it } from 'vitest'
import { gaugeWriter, newGauges, readGauges, WAL_ALARM_BYTES } from '../../src/db/gauges.ts'
import { checkIntegrity } from '../../src/db/integrity.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'

describe('gauges', () => {
  it('D10: show how long a commit hangs while it hangs, and the longest of the last minute after', () => {
    const buffer = newGauges()
    const gauges = gaugeWriter(buffer)
    const stall = (now: number) => readGauges(buffer, now).dbStallMs
    gauges.began(1_000)
    expect(stall(4_000)).toBe(3_000)
    gauges.ended(6_000, 5_000, 10)
    gauges.began(7_000)
    gauges.ended(7_003, 3, 2)
    expect(readGauges(buffer, 7_010)).toMatchObject({ dbStallMs: 5_000, commits: 2, rows: 12, rowsMax: 10 })
    expect(stall(35_000)).toBe(5_000)
    expect(stall(65_000)).toBe(0)
    gauges.began(66_000)
    gauges.ended(66_001, 1, 0)
    expect(stall(66_002)).toBe(1)
    expect(stall(999_999)).toBe(0)
  })

  it('D18: raise the alarm of the log at 256 MB', () => {
    const buffer = newGauges()
    const gauges = gaugeWriter(buffer)
    gauges.wal(WAL_ALARM_BYTES - 1)
    expect(readGauges(buffer, 0)).toMatchObject({ walAlarm: false, walBytes: 268_435_455 })
    gauges.wal(WAL_ALARM_BYTES)
    expect(readGauges(buffer, 0).walAlarm).toBe(true)
  })
})

describe('the nightly check', () => {
  let db: TestDatabase
  afterEach(() => db.remove())

  it('finds nothing in a sound file while the server goes on writing', async () => {
    db = await startDatabase()
    const [report] = await Promise.all([
      Effect.runPromise(checkIntegrity({ url: `file:${db.path}` })),
      ...[1, 2, 3].map((n) =>
        db.write({ statements: [{ sql: `INSERT INTO settings VALUES ('${n}', '', 1)` }] }),
      ),
    ])
    expect(report).toMatchObject({ ok: true, problems: [] })
    expect(report.tables).toBeGreaterThan(10)
  })

  it('finds a damaged page, and the next start refuses the file', async () => {
    db = await startDatabase()
    const rows = Array.from({ length: 400 }, (_, n) => ({
      sql: `INSERT INTO frames (id, at, conn, kind, payload) VALUES (?, 1, 1, 'push', zeroblob(3000))`,
      args: [n],
    }))
    await db.write({ statements: rows })
    await db.close()
    const fd = openSync(db.path, 'r+')
    const pages = Math.floor(statSync(db.path).size / 4_096)
    for (let page = pages - 200; page < pages; page += 1)
      writeSync(fd, Buffer.alloc(64, 0x5a), 0, 64, page * 4_096)
    closeSync(fd)
    const report = await Effect.runPromise(checkIntegrity({ url: `file:${db.path}` }))
    expect(report.ok).toBe(false)
    expect(report.problems.length).toBeGreaterThan(0)
    await expect(startDatabase({ folder: db.path.replace(/\/[^/]*$/, '') })).rejects.toMatchObject({
      code: 'damaged',
      exitCode: 65,
    })
  })
})
