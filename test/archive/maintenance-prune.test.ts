import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prune } from '../../src/archive/maintenance/prune.ts'
import { repair } from '../../src/archive/maintenance/repair.ts'
import type { PruneRequest } from '../../src/archive/maintenance/requests.ts'
import { addRoom, addSession, ASKER, T0, type EventSeed, type SessionSeed } from './record.ts'
import { openStore, type Store } from './store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
  await addRoom(store, { no: 1 })
  await addRoom(store, { no: 2 })
})
afterEach(() => store.close())

const DAY = 86_400_000
const NOW = T0 + 100 * DAY
const EVENTS: readonly EventSeed[] = [
  { kind: 'chat', text: 'a' },
  { kind: 'gift', value: 5, amount: 2 },
  { kind: 'chat', text: 'late', late: true },
]

/** A session that ended that many days ago. */
const add = (no: number, roomNo: number, daysAgo: number, more: Partial<SessionSeed> = {}) =>
  addSession(store, {
    no,
    roomNo,
    openedAt: NOW - daysAgo * DAY - 1_000,
    endedAt: NOW - daysAgo * DAY,
    events: EVENTS,
    frames: 3,
    ...more,
  })

const at = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.andThen(TestClock.setTime(NOW), effect).pipe(Effect.provide(TestClock.layer()))
const ask = (request: PruneRequest) => store.run(at(prune(request, ASKER)))
const left = async () =>
  (await store.rows('SELECT DISTINCT session_id FROM events ORDER BY id')).map((row) => row['session_id'])

describe('retention', () => {
  it('removes the events of old sessions and keeps their rows, totals and receipts', async () => {
    await add(1, 1, 40)
    await add(2, 1, 10)
    const [before] = await store.rows('SELECT * FROM sessions WHERE no = 1')
    const report = await ask({ olderThanMs: 30 * DAY })
    expect(report).toMatchObject({
      prunedSessions: 1,
      events: 3,
      frames: 3,
      gifts: 1,
      sessionIds: ['s1'],
      more: false,
    })
    const [after] = await store.rows('SELECT * FROM sessions WHERE no = 1')
    expect(after).toEqual({ ...before, pruned_at: NOW })
    expect(await left()).toEqual(['s2'])
    expect(await store.rows('SELECT count(*) AS n FROM frames')).toEqual([{ n: 3 }])
    expect(await store.rows('SELECT count(*) AS n FROM archive_attempts')).toEqual([{ n: 2 }])
  })

  it('keeps the newest sessions of each room, and can be asked for one room alone', async () => {
    for (const no of [1, 2, 3]) await add(no, 1, 10 - no)
    for (const no of [4, 5]) await add(no, 2, 10 - no)
    await ask({ keepPerRoom: 1, room: 'r2' })
    expect(await left()).toEqual(['s1', 's2', 's3', 's5'])
    await ask({ keepPerRoom: 2 })
    expect(await left()).toEqual(['s2', 's3', 's5'])
  })

  it('treats a broadcast and its fragments as one', async () => {
    await add(1, 1, 40)
    await add(2, 1, 10)
    await add(3, 1, 50)
    await store.rows(`UPDATE sessions SET merged_into = 1, merge_kind = 'fragment' WHERE no = 2`)
    await ask({ olderThanMs: 30 * DAY })
    expect(await left()).toEqual(['s1', 's2'])
    await ask({ keepPerRoom: 0 })
    expect(await left()).toEqual([])
  })

  it('never touches an open session, nor one that an open session belongs to', async () => {
    await add(1, 1, 40, { open: true })
    const before = await store.dump()
    expect(await ask({ olderThanMs: 0, keepPerRoom: 0, emptyOlderThanMs: 0 })).toMatchObject({
      prunedSessions: 0,
    })
    expect(await store.dump()).toBe(before)
  })

  it('works in transactions of a bounded size', async () => {
    const many = Array.from({ length: 9_000 }, (): EventSeed => ({ kind: 'chat' }))
    await add(1, 1, 40, { events: many, frames: 1_100 })
    let largest = 0
    let writes = 0
    store.afterWrite = (committed) => {
      writes += 1
      for (const { rowsAffected } of committed.results) largest = Math.max(largest, rowsAffected)
    }
    expect(await ask({ olderThanMs: 30 * DAY })).toMatchObject({ events: 9_000, frames: 1_100 })
    expect(largest).toBe(4_000)
    expect(writes).toBeGreaterThan(8)
  })

  it('does nothing a second time', async () => {
    await add(1, 1, 40)
    await ask({ olderThanMs: 30 * DAY })
    const before = await store.dump()
    expect(await ask({ olderThanMs: 30 * DAY })).toMatchObject({ prunedSessions: 0, events: 0 })
    expect(await store.dump()).toBe(before)
  })

  it('interrupted half way, is written down as failed, and repair removes the rest', async () => {
    await add(1, 1, 40)
    let fired = 0
    store.beforeWrite = (transaction) => {
      const deletes = transaction.statements.some(({ sql }) => sql.startsWith('DELETE FROM frames'))
      if (!deletes) return Promise.resolve()
      fired += 1
      return Promise.reject(new Error('the disk is full'))
    }
    await store.run(Effect.flip(at(prune({ olderThanMs: 30 * DAY }, ASKER))))
    expect(fired).toBe(1)
    store.beforeWrite = () => Promise.resolve()
    expect(await store.rows('SELECT outcome FROM audit')).toEqual([{ outcome: 'failed' }])
    expect(await store.rows('SELECT count(*) AS n FROM frames')).toEqual([{ n: 3 }])
    const report = await store.run(at(repair({}, ASKER)))
    expect(report.findings).toMatchObject([{ kind: 'pruned_rows_left', sessionId: 's1', fixed: true }])
    expect(await store.rows('SELECT count(*) AS n FROM frames')).toEqual([{ n: 0 }])
    expect(await store.run(at(repair({}, ASKER)))).toMatchObject({ found: 0 })
  })
})

describe('empty sessions', () => {
  it('go when they are old enough, with what stands beside them', async () => {
    await add(1, 1, 40, { events: [] })
    await add(2, 1, 1, { events: [] })
    await add(3, 1, 40)
    await store.rows(
      `INSERT INTO session_gaps (session_no, from_at, cause) VALUES (1, 1, 'zombie'), (3, 1, 'zombie')`,
    )
    expect(await ask({ emptyOlderThanMs: 7 * DAY })).toMatchObject({ emptySessions: 1, sessionIds: ['s1'] })
    expect(await store.rows('SELECT no FROM sessions ORDER BY no')).toEqual([{ no: 2 }, { no: 3 }])
    expect(await store.rows('SELECT session_no FROM session_gaps')).toEqual([{ session_no: 3 }])
    expect(await store.rows('SELECT DISTINCT session_id FROM frames ORDER BY 1')).toEqual([
      { session_id: 's2' },
      { session_id: 's3' },
    ])
  })

  it('stay when something late, poisoned or merged belongs to them', async () => {
    await add(1, 1, 40, { events: [{ kind: 'chat', late: true }] })
    await add(2, 1, 40, { events: [] })
    await add(3, 1, 40, { events: [] })
    await add(4, 1, 40)
    await store.rows('UPDATE sessions SET poison = 1 WHERE no = 2')
    await store.rows(`UPDATE sessions SET merged_into = 3, merge_kind = 'fragment' WHERE no = 4`)
    await add(5, 1, 40, { events: [] })
    await store.rows(`INSERT INTO poison (session_no, at, error, sha256, head, size, late)
VALUES (5, 1, 'WireError', '', '', 0, 1)`)
    const before = await store.dump()
    expect(await ask({ emptyOlderThanMs: 0 })).toMatchObject({ emptySessions: 0 })
    expect(await store.dump()).toBe(before)
  })
})

describe('facts and keys', () => {
  it('loses the oldest facts without a hole, and never the newest', async () => {
    const fact = (time: number) =>
      store.rows(`INSERT INTO journal (at, name, body) VALUES (?1, 'room.looked', '{}')`, [time])
    for (const days of [50, 40, 5, 45, 1]) await fact(NOW - days * DAY)
    const seqs = async () =>
      (await store.rows(`SELECT seq FROM journal WHERE name = 'room.looked' ORDER BY seq`)).map(
        (row) => row['seq'],
      )
    expect(await ask({ journalOlderThanMs: 30 * DAY })).toMatchObject({ journal: 2 })
    expect(await seqs()).toEqual([3, 4, 5])
    await ask({ journalOlderThanMs: 0 })
    const [{ n } = { n: 0 }] = await store.rows('SELECT count(*) AS n FROM journal')
    expect(n).toBeGreaterThan(0)
  })

  it('keeps as many of the newest facts as are asked for, whatever their age', async () => {
    for (let n = 0; n < 10; n += 1)
      await store.rows(`INSERT INTO journal (at, name, body) VALUES (?1, 'room.looked', '{}')`, [NOW])
    expect(await ask({ keepFacts: 4, dryRun: true })).toMatchObject({ journal: 6 })
    const [{ newest } = { newest: 0 }] = await store.rows('SELECT max(seq) AS newest FROM journal')
    await ask({ keepFacts: 4 })
    const kept = await store.rows('SELECT seq FROM journal WHERE seq <= ?1 ORDER BY seq', [Number(newest)])
    expect(kept).toHaveLength(4)
    await ask({ keepFacts: 0 })
    const [{ n } = { n: 0 }] = await store.rows('SELECT count(*) AS n FROM journal')
    // The newest stays, and this run's own fact after it.
    expect(n).toBe(2)
  })

  it('forgets idempotency keys after a day unless told otherwise', async () => {
    const key = (name: string, time: number) =>
      store.rows(
        `INSERT INTO idempotency (owner, key, request_hash, boot, created_at) VALUES ('o', ?1, 'h', 'b', ?2)`,
        [name, time],
      )
    await key('old', NOW - 2 * DAY)
    await key('new', NOW - 1_000)
    expect(await ask({})).toMatchObject({ idempotency: 1 })
    expect(await store.rows('SELECT key FROM idempotency')).toEqual([{ key: 'new' }])
    expect(await ask({ idempotencyOlderThanMs: 0 })).toMatchObject({ idempotency: 1 })
  })
})

it('run dry, changes nothing and says exactly what the real run then does', async () => {
  await add(1, 1, 40)
  await add(2, 1, 40, { events: [] })
  await add(3, 2, 1)
  await store.rows(
    `INSERT INTO idempotency (owner, key, request_hash, boot, created_at) VALUES ('o', 'k', 'h', 'b', 1)`,
  )
  const request = { olderThanMs: 30 * DAY, emptyOlderThanMs: 30 * DAY, keepPerRoom: 5 }
  const before = await store.dump()
  const dry = await ask({ ...request, dryRun: true })
  expect(await store.dump()).toBe(before)
  const real = await ask(request)
  expect(real).toMatchObject({ emptySessions: 1, prunedSessions: 2, idempotency: 1 })
  expect({ ...dry, dryRun: false }).toEqual(real)
  expect(await store.rows('SELECT dry_run FROM maintenance_log ORDER BY id')).toEqual([
    { dry_run: 1 },
    { dry_run: 0 },
  ])
})

it('refuses an unknown room', async () => {
  const error = await store.run(Effect.flip(at(prune({ room: 'nobody' }, ASKER))))
  expect(error).toMatchObject({ code: 'room_unknown' })
})
