// The writer while storage is in a bad mood: locked by somebody else, full, or lying about what it did.

import { afterEach, describe, expect, it } from 'vitest'
import type { Fact } from '../../src/domain/facts.ts'
import type { AuditEntry, Statement } from '../../src/db/database.ts'
import { Mood, newMoods } from '../_support/db-moods.ts'
import { startChild } from '../_support/db-process.ts'
import { startDatabase, until, type TestDatabase } from '../_support/db.ts'

const row = (n: number, size = 10): Statement => ({
  sql: `INSERT INTO frames (id, at, conn, kind, payload) VALUES (?, ?, 1, 'push', zeroblob(?))
    ON CONFLICT (id) DO NOTHING`,
  args: [n, n, size],
})
const fact = (at: number): Fact => ({ name: 'room.looked', at, roomId: null, sessionId: null, body: {} })
const audit = (at: number): AuditEntry => ({
  at,
  actor: 'system',
  ip: null,
  action: 'test',
  roomId: null,
  target: null,
  outcome: 'done',
  code: null,
  detail: null,
})
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const troubles = (db: TestDatabase) => db.said.flatMap((one) => ('trouble' in one ? [one.trouble] : []))
const names = async (db: TestDatabase) =>
  (await db.read('SELECT name FROM journal ORDER BY seq')).map(({ name }) => name)

describe('the writer in bad weather', () => {
  let db: TestDatabase
  afterEach(() => db.remove())
  const ids = async () => (await db.read('SELECT id FROM frames ORDER BY id')).map(({ id }) => id)

  it('D01: another program holds the write lock for two seconds: nothing stalls, nothing is lost', async () => {
    db = await startDatabase()
    db.ingest({ id: 1, statements: [row(1)] })
    await until('the first row', () => db.acked().includes(1))
    const other = startChild(['hold', db.path])
    await other.hear('held')
    let ticks = 0
    const ticking = setInterval(() => void (ticks += 1), 10)
    for (const n of range(2, 12)) db.ingest({ id: n, statements: [row(n)] })
    const waiting = db.write({ statements: [row(50)], facts: [fact(50)] })
    const since = performance.now()
    await until('two seconds of a held lock', () => performance.now() - since > 2_000)
    await until('the fault', () => troubles(db).filter((kind) => kind === 'busy').length > 2)
    await until('the main thread going on', () => ticks > 60)
    clearInterval(ticking)
    expect(db.database.health()).toMatchObject({ failing: true, lastError: { kind: 'busy' } })
    other.ask('release')
    expect((await waiting).applied).toBe(true)
    await until('all acknowledgements', () => db.acked().length === 11)
    expect(db.database.health().failing).toBe(false)
    for (const n of [60, 61, 62]) await db.write({ statements: [row(n)] })
    expect(await ids()).toEqual([...range(1, 12), 50, 60, 61, 62])
    expect(await names(db)).toEqual(['room.looked', 'storage.failed', 'storage.recovered'])
    await other.ended
  })

  it('D01: a lock that stays costs callers their time limit and ingest nothing', async () => {
    db = await startDatabase({ tuning: { transactionLimitMs: 300 } })
    const other = startChild(['hold', db.path])
    await other.hear('held')
    db.ingest({ id: 1, statements: [row(1)] })
    const refusals = await Promise.allSettled([
      db.write({ statements: [row(2)] }),
      db.write({ statements: [row(3)] }),
    ])
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ status: 'rejected', reason: { kind: 'busy', outcome: 'failed' } })
    }
    other.ask('release')
    await until('the acknowledgement', () => db.acked().includes(1))
    expect(await ids()).toEqual([1])
    await other.ended
  })

  it('D03: a full disk holds ingest back whole, fails callers, and heals without a restart', async () => {
    const moods = newMoods()
    moods.set(Mood.maxPages, 300)
    db = await startDatabase({ ingest: moods.data })
    db.ingest({ id: 1, statements: [row(1)] })
    await until('the first row', () => db.acked().includes(1))
    db.ingest({ id: 2, statements: range(2, 402).map((n) => row(n, 4_000)) })
    await until('a full disk', () => troubles(db).includes('full'))
    expect(db.database.health()).toMatchObject({ failing: true, lastError: { kind: 'full' } })
    await expect(db.write({ statements: [row(9_000)], facts: [fact(1)] })).rejects.toMatchObject({
      kind: 'full',
      outcome: 'failed',
    })
    db.database.append(fact(2))
    expect(await ids(), 'no half batch').toEqual([1])
    moods.set(Mood.maxPages, 0)
    await until('the acknowledgement', () => db.acked().includes(2))
    expect(await ids()).toEqual(range(1, 402))
    await until('the end of the trouble', () => !db.database.health().failing)
    await db.write({ statements: [row(9_001)] })
    expect(await names(db)).toEqual(['room.looked', 'storage.failed', 'storage.recovered'])
    expect(await db.read('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  it('D11: a commit that is reported as failed and is there counts once', async () => {
    const moods = newMoods()
    db = await startDatabase({ ingest: moods.data })
    const heard: string[] = []
    db.database.subscribe(({ name }) => void heard.push(name))
    await db.write({ statements: [row(1)], facts: [fact(1)], audit: audit(1) })
    moods.set(Mood.liesAfterCommit, 1)
    const done = await db.write({ statements: [row(2)], facts: [fact(2)], audit: audit(2) })
    expect(moods.fired(), 'the fault fired').toBe(1)
    expect(done).toMatchObject({ applied: true, entries: [{ at: 2 }] })
    await until('the report of the trouble', () => heard.includes('storage.recovered'))
    moods.set(Mood.liesAfterCommit, 1)
    db.ingest({ id: 3, statements: [row(3)] })
    db.database.append(fact(3))
    await until('the acknowledgement', () => db.acked().includes(3) && moods.fired() === 2)
    await db.write({ statements: [], facts: [fact(4)] })
    expect(await ids()).toEqual([1, 2, 3])
    const looked = await db.read(`SELECT at FROM journal WHERE name = 'room.looked' ORDER BY seq`)
    expect(looked.map(({ at }) => at)).toEqual([1, 2, 3, 4])
    expect((await db.read('SELECT at FROM audit ORDER BY seq')).map(({ at }) => at)).toEqual([1, 2])
    expect(db.said).toContainEqual({ trouble: 'io', outcome: 'unknown' })
  })

  it('D11: a commit of unknown outcome that is not there is done again, once', async () => {
    const moods = newMoods()
    db = await startDatabase({ ingest: moods.data })
    moods.set(Mood.failsBeforeCommit, 1)
    const done = await db.write({ statements: [row(1)], facts: [fact(1)], audit: audit(1) })
    expect(moods.fired(), 'the fault fired').toBe(1)
    expect(done.applied).toBe(true)
    expect(await ids()).toEqual([1])
    expect(await db.read('SELECT count(*) AS n FROM audit')).toEqual([{ n: 1 }])
  })

  it('D11: a caller hears "unknown" when it cannot be found out in time, and its facts come when it can', async () => {
    const moods = newMoods()
    db = await startDatabase({ ingest: moods.data, tuning: { transactionLimitMs: 300 } })
    const heard: number[] = []
    db.database.subscribe(({ at, name }) => void (name === 'room.looked' && heard.push(at)))
    moods.set(Mood.failsQueries, 1_000_000)
    moods.set(Mood.liesAfterCommit, 1)
    await expect(db.write({ statements: [row(1)], facts: [fact(1)] })).rejects.toMatchObject({
      kind: 'io',
      outcome: 'unknown',
    })
    await expect(db.write({ statements: [row(2)], facts: [fact(2)] })).rejects.toMatchObject({
      kind: 'io',
      outcome: 'failed',
    })
    expect(heard).toEqual([])
    moods.set(Mood.failsQueries, 0)
    expect((await db.write({ statements: [row(3)], facts: [fact(3)] })).applied).toBe(true)
    expect(await ids()).toEqual([1, 3])
    expect(heard).toEqual([1, 3])
  })

  it('commits what was handed over before it closes', async () => {
    db = await startDatabase()
    const late = db.write({ statements: [row(1)] })
    db.ingest({ id: 2, statements: [row(2)] })
    db.database.append(fact(3))
    await db.close()
    expect((await late).applied).toBe(true)
    expect(db.acked()).toEqual([2])
    const again = await startDatabase({ folder: db.path.replace(/\/[^/]*$/, '') })
    expect(await again.read('SELECT id FROM frames ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }])
    expect(await again.read('SELECT at FROM journal')).toEqual([{ at: 3 }])
    await again.close()
  })

  it('closes in time also when storage does not get well', async () => {
    const moods = newMoods()
    db = await startDatabase({ ingest: moods.data, tuning: { closeLimitMs: 200 } })
    moods.set(Mood.failsBeforeCommit, 1_000_000)
    const late = db.write({ statements: [row(1)] })
    db.ingest({ id: 2, statements: [row(2)] })
    const outcome = late.then(
      () => null,
      ({ kind }: { kind: string }) => kind,
    )
    await db.close()
    expect(['io', 'closed']).toContain(await outcome)
    expect(db.acked()).toEqual([])
    expect(db.fatal).toEqual([])
  })

  it('D12: while the disk stays broken callers are told, order is kept, and one healing mends all', async () => {
    const moods = newMoods()
    db = await startDatabase({ ingest: moods.data })
    const heard: number[] = []
    db.database.subscribe(({ at }) => void heard.push(at))
    moods.set(Mood.failsBeforeCommit, 1_000_000)
    db.ingest({ id: 1, statements: [row(1)] })
    db.database.append(fact(1))
    await expect(db.write({ statements: [row(2)] })).rejects.toMatchObject({ kind: 'io' })
    db.ingest({ id: 3, statements: [row(3)] })
    db.database.append(fact(3))
    await until('more tries', () => moods.fired() > 5)
    expect(db.acked()).toEqual([])
    expect(heard).toEqual([])
    moods.set(Mood.failsBeforeCommit, 0)
    await until('both acknowledgements', () => db.acked().length === 2)
    expect(db.acked()).toEqual([1, 3])
    expect(heard.slice(0, 2)).toEqual([1, 3])
    expect(await ids()).toEqual([1, 3])
    expect(db.fatal).toEqual([])
  })

  it('tells everybody when a thread dies, and leaves nobody waiting', async () => {
    db = await startDatabase()
    db.port.post(null)
    const waiting = db.write({ statements: [row(1)] })
    await expect(waiting).rejects.toMatchObject({ kind: 'closed', outcome: 'unknown' })
    expect(db.fatal).toHaveLength(1)
    await expect(db.write({ statements: [row(2)] })).rejects.toMatchObject({ kind: 'closed' })
    await expect(db.read('SELECT 1')).rejects.toMatchObject({ kind: 'closed' })
  })
})
