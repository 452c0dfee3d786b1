// The audit: append-only, chained, and a change behind its back shows.

import { createClient } from '@libsql/client/sqlite3'
import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as audit from '../../src/db/audit.ts'
import { Database, type AuditEntry } from '../../src/db/database.ts'
import type { DbError } from '../../src/domain/errors.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'

const entry = (at: number, over: Partial<AuditEntry> = {}): AuditEntry => ({
  at,
  actor: 'operator',
  ip: '127.0.0.1',
  action: 'room.stop',
  roomId: 'r1',
  target: null,
  outcome: 'done',
  code: null,
  detail: null,
  ...over,
})

describe('the audit', () => {
  let db: TestDatabase
  const run = <A>(effect: Effect.Effect<A, DbError, Database>) =>
    Effect.runPromise(Effect.provideService(effect, Database, db.database))
  beforeEach(async () => {
    db = await startDatabase()
  })
  afterEach(() => db.remove())
  /** What somebody with the file and a tool of their own would do. */
  const tamper = async (...statements: readonly string[]): Promise<void> => {
    await db.close()
    const client = createClient({ url: `file:${db.path}`, concurrency: 1 })
    await client.execute('DROP TRIGGER audit_no_update')
    await client.execute('DROP TRIGGER audit_no_delete')
    for (const statement of statements) expect((await client.execute(statement)).rowsAffected).toBe(1)
    client.close()
    const folder = db.path.replace(/\/[^/]*$/, '')
    const again = await startDatabase({ folder })
    const { remove } = db
    db = { ...again, remove: async () => again.close().then(remove) }
  }
  const fill = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, at) => db.write({ statements: [], audit: entry(at) })))

  it('has one chain through rows of many transactions, also of groups and after a restart', async () => {
    await fill(20)
    const first = await run(audit.verify)
    expect(first).toMatchObject({ rows: 20, brokenAt: null })
    const { path } = db
    await db.close()
    const again = await startDatabase({ folder: path.replace(/\/[^/]*$/, '') })
    const { remove } = db
    db = { ...again, remove: async () => again.close().then(remove) }
    await db.write({
      statements: [],
      audit: entry(100, { outcome: 'denied', code: 'x', detail: '"quoted" 😀' }),
    })
    const second = await run(audit.verify)
    expect(second).toMatchObject({ rows: 21, brokenAt: null })
    expect(second.lastHash).not.toBe(first.lastHash)
  })

  it('keeps its chain when a text holds what cannot be stored', async () => {
    for (const detail of ['half \ud83d', 'a\0b', '{"a":"\\u0000\\ud83d"}', '{"a":"\\ud83d\\ude00"}']) {
      await db.write({ statements: [], audit: entry(1, { detail, actor: `owner:${detail}` }) })
    }
    expect(await run(audit.verify)).toMatchObject({ rows: 4, brokenAt: null })
  })

  it('keeps its chain when a transaction of a group is refused', async () => {
    const bad = { sql: `INSERT INTO settings VALUES ('a', NULL, 1)` }
    const outcomes = await Promise.allSettled([
      db.write({ statements: [], audit: entry(1) }),
      db.write({ statements: [bad], audit: entry(2) }),
      db.write({ statements: [], audit: entry(3, { outcome: 'nonsense' as 'done' }) }),
      db.write({ statements: [], audit: entry(4) }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(await run(audit.verify)).toMatchObject({ rows: 2, brokenAt: null })
  })

  it('S24: cannot be updated or deleted through the server', async () => {
    await fill(3)
    for (const sql of [`UPDATE audit SET actor = 'nobody'`, 'DELETE FROM audit']) {
      await expect(db.write({ statements: [{ sql }] })).rejects.toMatchObject({
        kind: 'constraint',
        message: 'SQLITE_CONSTRAINT_TRIGGER: audit is append-only',
      })
    }
    expect(await run(audit.verify)).toMatchObject({ rows: 3, brokenAt: null })
  })

  it('S24: shows a row that was changed behind its back', async () => {
    await fill(5)
    await tamper(`UPDATE audit SET actor = 'nobody' WHERE seq = 3`)
    expect(await run(audit.verify)).toMatchObject({ rows: 2, brokenAt: 3 })
  })

  it('S24: shows a row that was taken out', async () => {
    await fill(5)
    await tamper('DELETE FROM audit WHERE seq = 2')
    expect(await run(audit.verify)).toMatchObject({ rows: 1, brokenAt: 3 })
  })

  const ats = async (filter: Omit<audit.AuditFilter, 'limit'>) =>
    (await run(audit.list({ ...filter, limit: 10 }))).map(({ at }) => at)

  it('is read newest first, by room, actor, action, outcome and time', async () => {
    for (const one of [
      entry(1),
      entry(2, { roomId: 'r2' }),
      entry(3, { actor: 'system' }),
      entry(4, { action: 'room.add', outcome: 'refused' }),
    ]) {
      await db.write({ statements: [], audit: one })
    }
    expect(await ats({})).toEqual([4, 3, 2, 1])
    expect(await ats({ roomId: 'r2' })).toEqual([2])
    expect(await ats({ actor: 'system' })).toEqual([3])
    expect(await ats({ action: 'room.add', outcome: 'refused' })).toEqual([4])
    expect(await ats({ from: 2, to: 4 })).toEqual([3, 2])
    expect(await ats({ before: 3 })).toEqual([2, 1])
  })
})
