// The database as everybody else sees it: what a transaction, a fact and a query promise.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fact, JournalEntry } from '../../src/domain/facts.ts'
import { startDatabase, until, type TestDatabase } from '../_support/db.ts'

const fact = (name: Fact['name'], n: number): Fact => ({
  name,
  at: n,
  roomId: 'r1',
  sessionId: null,
  body: { n },
})
const setting = (key: string, value: string) => ({
  sql: `INSERT INTO settings (key, value, updated_at) VALUES (?, ?, 1)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  args: [key, value],
})

describe('the database', () => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await startDatabase()
  })
  afterAll(() => db.remove())

  it('commits a transaction with its facts and its audit row together', async () => {
    const done = await db.write({
      statements: [setting('a', '1')],
      facts: [fact('room.added', 1), fact('room.changed', 2)],
      audit: {
        at: 5,
        actor: 'operator',
        ip: null,
        action: 'room.add',
        roomId: 'r1',
        target: null,
        outcome: 'done',
        code: null,
        detail: null,
      },
    })
    expect(done.applied).toBe(true)
    expect(done.results[0]?.rowsAffected).toBe(1)
    expect(done.entries.map(({ name }) => name)).toEqual(['room.added', 'room.changed'])
    expect(done.entries[1]!.seq).toBe(done.entries[0]!.seq + 1)
    expect(await db.read('SELECT value FROM settings WHERE key = ?', ['a'])).toEqual([{ value: '1' }])
    expect(await db.read('SELECT seq, name, body FROM journal ORDER BY seq')).toEqual(
      done.entries.map(({ seq, name, body }) => ({ seq, name, body: JSON.stringify(body) })),
    )
    expect(await db.read('SELECT count(*) AS n FROM audit')).toEqual([{ n: 1 }])
  })

  it('runs otherwise, with the audit as a noop and without the facts, when the guard finds nothing', async () => {
    const before = await db.read('SELECT count(*) AS n FROM journal')
    const done = await db.write({
      statements: [setting('b', '1'), { sql: `UPDATE settings SET value = '2' WHERE key = 'nobody'` }],
      guard: 1,
      otherwise: [setting('c', '1')],
      facts: [fact('room.changed', 3)],
      audit: {
        at: 6,
        actor: 'operator',
        ip: null,
        action: 'room.stop',
        roomId: 'r1',
        target: null,
        outcome: 'done',
        code: null,
        detail: null,
      },
    })
    expect(done).toMatchObject({ applied: false, entries: [] })
    expect(await db.read(`SELECT key FROM settings WHERE key IN ('b', 'c')`)).toEqual([{ key: 'c' }])
    expect(await db.read('SELECT count(*) AS n FROM journal')).toEqual(before)
    expect(await db.read('SELECT outcome FROM audit ORDER BY seq DESC LIMIT 1')).toEqual([
      { outcome: 'noop' },
    ])
  })

  it('gives every journal entry to every subscriber once, in order, after it is durable', async () => {
    const heard: JournalEntry[] = []
    const counts: number[] = []
    const stop = db.database.subscribe((entry) => void heard.push(entry))
    const stopOther = db.database.subscribe(() => void counts.push(1))
    for (let n = 0; n < 50; n += 1) {
      db.database.append(fact('room.looked', n))
      if (n % 10 === 0) await db.write({ statements: [], facts: [fact('room.state_changed', n)] })
    }
    await until('55 entries', () => heard.length === 55)
    stop()
    stopOther()
    const seqs = heard.map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index))
    expect(counts).toHaveLength(55)
    expect(await db.read('SELECT seq, at FROM journal WHERE seq >= ? ORDER BY seq', [seqs[0]!])).toEqual(
      heard.map(({ seq, at }) => ({ seq, at })),
    )
    db.database.append(fact('room.looked', 99))
    await db.write({ statements: [] })
    expect(heard).toHaveLength(55)
  })

  it('writes what ingest was given before a transaction before that transaction', async () => {
    db.ingest({ id: 1, statements: [setting('order', 'ingest')] })
    const done = await db.write({ statements: [{ sql: `SELECT value FROM settings WHERE key = 'order'` }] })
    expect(done.results[0]?.rows).toEqual([{ value: 'ingest' }])
    await until('the acknowledgement', () => db.acked().includes(1))
  })

  it('leaves out the one ingest batch that SQLite refuses, and nothing else', async () => {
    db.ingest(
      { id: 10, statements: [setting('x', '1')] },
      { id: 11, statements: [{ sql: `INSERT INTO settings VALUES ('y', NULL, 1)` }] },
      { id: 12, statements: [setting('z', '1')] },
    )
    await until('both acknowledgements', () => db.acked().includes(10) && db.acked().includes(12))
    expect(db.said).toContainEqual({ refused: 11, kind: 'constraint' })
    expect(await db.read(`SELECT key FROM settings WHERE key IN ('x', 'y', 'z') ORDER BY key`)).toEqual([
      { key: 'x' },
      { key: 'z' },
    ])
  })

  it('fails one transaction of a group without its neighbours', async () => {
    const outcomes = await Promise.allSettled([
      db.write({ statements: [setting('n1', '1')] }),
      db.write({ statements: [{ sql: `INSERT INTO settings VALUES ('n2', NULL, 1)` }] }),
      db.write({ statements: [setting('n3', '1')] }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { _tag: 'DbError', kind: 'constraint', outcome: 'failed' } })
    expect(await db.read(`SELECT key FROM settings WHERE key LIKE 'n_' ORDER BY key`)).toEqual([
      { key: 'n1' },
      { key: 'n3' },
    ])
  })

  it('keeps values out of its error messages', async () => {
    const secret = 'hunter2-hunter2'
    await db.write({
      statements: [{ sql: `CREATE UNIQUE INDEX one_value ON settings(value) WHERE key = 'u'` }],
    })
    const failure = await db.write({ statements: [{ sql: `SELEC '${secret}'` }] }).then(() => null, String)
    expect(failure).not.toBeNull()
    expect(failure).not.toContain(secret)
  })

  it('refuses a query without a page and a query that writes', async () => {
    const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i FROM n`
    await expect(db.read(many)).rejects.toMatchObject({ kind: 'sql' })
    await expect(db.read(`DELETE FROM settings`)).rejects.toMatchObject({ kind: 'readonly' })
    expect((await db.read('SELECT count(*) AS n FROM settings'))[0]?.['n']).toBeGreaterThan(0)
  })

  it('tells its health in numbers', () => {
    const health = db.database.health()
    expect(health.commits).toBeGreaterThan(5)
    expect(health.rows).toBeGreaterThan(5)
    expect(health).toMatchObject({ failing: false, queuedBytes: 0, walAlarm: false })
    expect(health.dbStallMs).toBeGreaterThanOrEqual(0)
  })

  it('D20: keeps integers of 64 bits exact, as text', async () => {
    const [row] = await db.read(
      `SELECT 9223372036854775807 AS big, -9007199254740993 AS low, 9007199254740991 AS safe, typeof(?) AS t`,
      [5],
    )
    expect(row).toEqual({
      big: '9223372036854775807',
      low: '-9007199254740993',
      safe: 9007199254740991,
      t: 'integer',
    })
    await db.write({
      statements: [
        {
          sql: `INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at)
            VALUES (?, 'r1', 1, 'a', '9223372036854775807', 1, 1, 1)`,
          args: [9223372036854n],
        },
      ],
    })
    expect(await db.read(`SELECT id, broadcast_id FROM sessions`)).toEqual([
      { id: 's9223372036854', broadcast_id: '9223372036854775807' },
    ])
  })

  it('D19: stores what looks like SQL as the text it is', async () => {
    const nasty = `'); DROP TABLE settings; --"\\u0000 \ud83d\ude00`
    await db.write({ statements: [setting('nasty', nasty)] })
    expect(await db.read('SELECT value FROM settings WHERE key = ?', ['nasty'])).toEqual([{ value: nasty }])
  })
})
