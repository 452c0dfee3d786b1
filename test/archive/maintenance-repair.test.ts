import * as Effect from 'effect/Effect'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { repair } from '../../src/archive/maintenance/repair.ts'
import type { RepairRequest } from '../../src/archive/maintenance/requests.ts'
import { addRoom, addSession, ASKER, T0, type EventSeed } from './record.ts'
import { openStore, type Store } from './store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
  await addRoom(store, { no: 1 })
})
afterEach(() => store.close())

const EVENTS: readonly EventSeed[] = [
  { kind: 'viewers', total: 40 },
  { kind: 'chat', text: 'a' },
  { kind: 'chat', text: 'b' },
  { kind: 'gift', value: 5, amount: 2, groupId: 1n },
  { kind: 'gift', value: 5, amount: 7, groupId: 1n, final: true },
  { kind: 'like', amount: 15, total: 400 },
  { kind: 'join' },
  { kind: 'follow' },
  { kind: 'share' },
  { kind: 'viewers', total: 12 },
  { kind: 'other' },
  { kind: 'chat', text: 'late', late: true },
]
const add = (no: number, open = false) => addSession(store, { no, roomNo: 1, events: EVENTS, open })
const ask = (request: RepairRequest = {}) => store.run(repair(request, ASKER))
const kinds = async (request?: RepairRequest) =>
  (await ask(request)).findings.map(({ kind, sessionId, fixed }) => [kind, sessionId, fixed])
const events = () => store.rows('SELECT * FROM events ORDER BY id')

/** Breaks one thing; the answer to each is one finding, and the record as it was. */
const BREAKS: readonly (readonly [what: string, kind: string, sql: string])[] = [
  [
    'a count of events that is wrong',
    'counters',
    'UPDATE sessions SET event_count = 99, last_seq = 3 WHERE no = 1',
  ],
  ['a value of gifts that counts frames', 'counters', 'UPDATE sessions SET gift_value = 45 WHERE no = 1'],
  [
    'counters that were lost',
    'counters',
    'UPDATE sessions SET chats = 0, gifts = 0, likes = 0, joins = 0, follows = 0, shares = 0, viewers_peak = 0, viewers_last = 0, viewers_sum = 0, viewers_samples = 0 WHERE no = 1',
  ],
  [
    'an end that is missing',
    'ending_incomplete',
    'UPDATE sessions SET ended_at = NULL, duration_ms = NULL WHERE no = 1',
  ],
  ['a negative duration', 'ending_incomplete', 'UPDATE sessions SET duration_ms = -5 WHERE no = 1'],
]
const MENDED: readonly (readonly [what: string, kind: string, sql: string, check: string])[] = [
  [
    'a report that is missing',
    'report_missing',
    'UPDATE sessions SET report_json = NULL WHERE no = 1',
    'SELECT 1 FROM sessions WHERE no = 1 AND report_json IS NULL',
  ],
  [
    'an attempt that is missing',
    'attempt_missing',
    'DELETE FROM archive_attempts WHERE session_no = 1',
    `SELECT 1 WHERE (SELECT count(*) FROM archive_attempts WHERE outcome = 'done') < 3`,
  ],
  [
    'a gap left open',
    'gap_open',
    `INSERT INTO session_gaps (session_no, from_at, cause) VALUES (1, ${T0 + 5}, 'zombie')`,
    `SELECT 1 FROM session_gaps WHERE to_at IS NOT ${T0 + 600_000}`,
  ],
  [
    'a pause left open after the end',
    'pause_open',
    `INSERT INTO session_pauses (session_no, from_at) VALUES (1, ${T0 + 700_000})`,
    `SELECT 1 FROM session_pauses WHERE to_at IS NOT ${T0 + 700_000}`,
  ],
  [
    'a streak left open',
    'streak_open',
    'UPDATE gifts SET closed_by = NULL WHERE session_no = 1',
    'SELECT 1 FROM gifts WHERE closed_by IS NULL AND session_no = 1',
  ],
  [
    'a merge into nothing',
    'merge_broken',
    `UPDATE sessions SET merged_into = 88, merge_kind = 'fragment' WHERE no = 1`,
    'SELECT 1 FROM sessions WHERE no = 1 AND merged_into IS NOT NULL',
  ],
  [
    'a merge with itself',
    'merge_broken',
    `UPDATE sessions SET merged_into = 1, merge_kind = 'fragment' WHERE no = 1`,
    'SELECT 1 FROM sessions WHERE no = 1 AND merged_into IS NOT NULL',
  ],
  [
    'rows left by a prune',
    'pruned_rows_left',
    'UPDATE sessions SET pruned_at = 5 WHERE no = 1',
    `SELECT 1 FROM events WHERE session_id = 's1'`,
  ],
]

describe('repair', () => {
  it('finds nothing in a record that is right, and changes nothing', async () => {
    await add(1)
    await add(2)
    await addRoom(store, { no: 2 })
    await addSession(store, { no: 3, roomNo: 2, open: true, events: EVENTS })
    const before = await store.dump()
    expect(await ask()).toMatchObject({ checked: 2, found: 0, fixed: 0, findings: [], truncated: false })
    expect(await store.dump()).toBe(before)
  })

  it.each(BREAKS)('mends %s, back to what it was', async (_, kind, sql) => {
    await add(1)
    await add(2)
    const before = await store.dump()
    await store.rows(sql)
    const broken = await store.dump()
    expect(broken).not.toBe(before)
    expect(await kinds({ dryRun: true })).toEqual([[kind, 's1', false]])
    expect(await store.dump()).toBe(broken)
    expect(await kinds()).toEqual([[kind, 's1', true]])
    expect(await store.dump()).toBe(before)
    expect(await kinds()).toEqual([])
  })

  it.each(MENDED)('mends %s', async (_, kind, sql, stillBroken) => {
    for (const no of [1, 2, 3]) await add(no)
    await store.rows(sql)
    const broken = await store.dump()
    expect(await store.rows(stillBroken)).not.toEqual([])
    expect(await kinds({ dryRun: true })).toEqual([[kind, 's1', false]])
    expect(await store.dump()).toBe(broken)
    expect(await kinds()).toEqual([[kind, 's1', true]])
    expect(await store.rows(stillBroken)).toEqual([])
    expect(await kinds()).toEqual([])
  })

  it('writes the row of events without a session anew, losing none of them', async () => {
    await add(1)
    await add(2)
    const before = await events()
    const [row] = await store.rows(
      'SELECT event_count, chats, gift_value, likes, last_seq FROM sessions WHERE no = 1',
    )
    await store.rows('DELETE FROM sessions WHERE no = 1')
    await store.rows('DELETE FROM archive_attempts WHERE session_no = 1')
    const report = await ask()
    expect(report.kinds).toMatchObject({
      orphan_events: 1,
      counters: 1,
      report_missing: 1,
      attempt_missing: 1,
    })
    expect(await events()).toEqual(before)
    expect(
      await store.rows('SELECT event_count, chats, gift_value, likes, last_seq FROM sessions WHERE no = 1'),
    ).toEqual([row])
    expect(await store.rows('SELECT id, room_id, end_reason FROM sessions WHERE no = 1')).toEqual([
      { id: 's1', room_id: 'r1', end_reason: 'process_crash' },
    ])
    expect(await ask()).toMatchObject({ found: 0 })
  })

  it('reports frames and events of nobody, and keeps them', async () => {
    await add(1)
    await add(2)
    await store.rows('DELETE FROM sessions')
    await store.rows('DELETE FROM archive_attempts')
    await store.rows('DELETE FROM gifts')
    await store.rows(`DELETE FROM events WHERE session_id = 's2'`)
    await store.rows('DELETE FROM rooms')
    const before = await store.dump()
    expect(await kinds()).toEqual([
      ['orphan_events', 's1', false],
      ['orphan_frames', 's2', false],
    ])
    expect(await store.dump()).toBe(before)
  })

  it('never touches an open session, however wrong it looks, and tells of one without a room', async () => {
    await add(1, true)
    await store.rows('UPDATE sessions SET event_count = 99, duration_ms = -1 WHERE no = 1')
    await store.rows('UPDATE gifts SET closed_by = NULL')
    await store.rows(`INSERT INTO session_gaps (session_no, from_at, cause) VALUES (1, 5, 'zombie')`)
    await store.rows('UPDATE rooms SET removed_at = 1')
    const before = await store.dump()
    expect(await kinds()).toEqual([['open_without_room', 's1', false]])
    expect(await store.dump()).toBe(before)
  })

  it('looks at the named sessions alone when they are named', async () => {
    await add(1)
    await add(2)
    await store.rows('UPDATE sessions SET chats = 0, report_json = NULL')
    expect(await kinds({ sessions: ['s2'] })).toEqual([
      ['counters', 's2', true],
      ['report_missing', 's2', true],
    ])
    expect(await kinds()).toEqual([
      ['counters', 's1', true],
      ['report_missing', 's1', true],
    ])
  })

  it('leaves a row alone that changed while it was counted', async () => {
    await add(1)
    await store.rows('UPDATE sessions SET chats = 0')
    let fired = 0
    store.beforeWrite = async () => {
      fired += 1
      if (fired === 1) await store.rows('UPDATE sessions SET chats = 1')
    }
    expect(await kinds()).toEqual([['counters', 's1', false]])
    expect(await store.rows('SELECT chats FROM sessions')).toEqual([{ chats: 1 }])
  })

  it('counts every finding and lists the first of them', async () => {
    for (let no = 1; no <= 230; no += 1) await addSession(store, { no, roomNo: 1 })
    await store.rows('UPDATE sessions SET report_json = NULL')
    const report = await ask()
    expect(report).toMatchObject({ found: 230, fixed: 230, truncated: true, checked: 230 })
    expect(report.findings).toHaveLength(200)
    expect(await ask()).toMatchObject({ found: 0 })
  })

  it('is written down, with its failure when it fails', async () => {
    await add(1)
    await ask({ dryRun: true })
    await ask()
    await store.rows('UPDATE sessions SET chats = 0')
    let failed = 0
    store.beforeWrite = (transaction) => {
      if (!transaction.statements[0]?.sql.startsWith('UPDATE sessions')) return Promise.resolve()
      failed += 1
      return Promise.reject(new Error('the disk is full'))
    }
    await store.run(Effect.flip(repair({}, ASKER)))
    expect(failed).toBe(1)
    expect(await store.rows('SELECT action, outcome, code FROM audit ORDER BY seq')).toEqual([
      { action: 'maintenance.repair', outcome: 'noop', code: 'dry_run' },
      { action: 'maintenance.repair', outcome: 'noop', code: null },
      { action: 'maintenance.repair', outcome: 'failed', code: null },
    ])
    expect(await store.rows(`SELECT count(*) AS n FROM journal WHERE name = 'maintenance.done'`)).toEqual([
      { n: 3 },
    ])
  })
})

it('whatever is broken together, one repair keeps every event and a second one finds nothing', async () => {
  const all = [...BREAKS, ...MENDED].filter(([, kind]) => kind !== 'pruned_rows_left')
  for (const no of [1, 2, 3]) await add(no)
  const before = await events()
  await fc.assert(
    fc.asyncProperty(fc.subarray([...all], { minLength: 1 }), async (chosen) => {
      for (const [, , sql] of chosen) await store.rows(sql)
      const report = await ask()
      expect(report.found).toBeGreaterThan(0)
      expect(report.fixed).toBe(report.found)
      expect(await ask()).toMatchObject({ found: 0 })
      expect(await events()).toEqual(before)
    }),
    { numRuns: 25 },
  )
})
