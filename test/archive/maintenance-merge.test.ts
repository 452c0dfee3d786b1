import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { merge } from '../../src/archive/maintenance/merge.ts'
import type { MergeRequest } from '../../src/archive/maintenance/requests.ts'
import { sessionTotals } from '../../src/archive/stats.ts'
import { exported, textOf } from './exports/exported.ts'
import { addRoom, addSession, ASKER, T0, type EventSeed, type SessionSeed } from './record.ts'
import { openStore, type Store } from './store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
  await addRoom(store, { no: 1, handle: 'maker' })
  await addRoom(store, { no: 2, handle: 'maker.old' })
})
afterEach(() => store.close())

const HOUR = 3_600_000
const chats = (...texts: readonly string[]): readonly EventSeed[] =>
  texts.map((text) => ({ kind: 'chat', text }))
const add = (no: number, roomNo: number, from: number, to: number, more: Partial<SessionSeed> = {}) =>
  addSession(store, {
    no,
    roomNo,
    broadcastId: '77',
    openedAt: T0 + from * HOUR,
    endedAt: T0 + to * HOUR,
    events: chats(`${no}a`, `${no}b`),
    ...more,
  })

const ask = (request: MergeRequest) => store.run(merge(request, ASKER))
const refusal = (request: MergeRequest) => store.run(Effect.flip(merge(request, ASKER)))
const events = () => store.rows('SELECT id, session_id, text FROM events ORDER BY id')
const merged = async () =>
  (await store.rows('SELECT no, merged_into, merge_kind FROM sessions ORDER BY no')).map((row) => [
    row['no'],
    row['merged_into'],
    row['merge_kind'],
  ])
const texts = async (no: number) => {
  const { bytes } = await exported(store, no, { format: 'ndjson' })
  return [...textOf(bytes).matchAll(/"text":"([^"]*)"/g)].map((match) => match[1])
}

describe('merging the sessions of a broadcast', () => {
  it('joins fragments to the first, whose totals and export are then the whole, and moves no event', async () => {
    await add(1, 1, 0, 1)
    await add(2, 1, 2, 3)
    await add(3, 1, 4, 5)
    await add(4, 1, 6, 7, { broadcastId: '78' })
    const before = await events()
    const report = await ask({ what: 'broadcasts' })
    expect(report).toMatchObject({ dryRun: false, merged: 2, truncated: false })
    expect(await merged()).toEqual([
      [1, null, null],
      [2, 1, 'fragment'],
      [3, 1, 'fragment'],
      [4, null, null],
    ])
    expect(await events()).toEqual(before)
    expect(await store.run(sessionTotals(1))).toMatchObject({ events: 6, chats: 6, durationMs: 5 * HOUR })
    expect(await texts(1)).toEqual(['1a', '1b', '2a', '2b', '3a', '3b'])
  })

  it('changes nothing when run dry, and finds the same', async () => {
    await add(1, 1, 0, 1)
    await add(2, 1, 2, 3)
    const before = await store.dump()
    const dry = await ask({ what: 'broadcasts', dryRun: true })
    expect(await store.dump()).toBe(before)
    const real = await ask({ what: 'broadcasts' })
    expect(real.sessions).toEqual(dry.sessions)
    expect(await store.dump()).not.toBe(before)
  })

  it('leaves a session that still records alone, and joins it once it is archived', async () => {
    await add(1, 1, 0, 1)
    await add(2, 1, 2, 3, { open: true })
    expect(await ask({ what: 'broadcasts' })).toMatchObject({ merged: 0 })
    await store.rows(`UPDATE sessions SET archived_at = 1, end_reason = 'stream_end' WHERE no = 2`)
    expect(await ask({ what: 'broadcasts' })).toMatchObject({ merged: 1 })
    expect(await ask({ what: 'broadcasts' })).toMatchObject({ merged: 0 })
  })

  it('never merges broadcasts without an id, nor those of other rooms', async () => {
    await add(1, 1, 0, 1, { broadcastId: '0' })
    await add(2, 1, 2, 3, { broadcastId: '0' })
    await add(3, 1, 4, 5)
    await add(4, 2, 4, 5)
    expect(await ask({ what: 'broadcasts' })).toMatchObject({ merged: 0 })
  })

  it('takes what had been merged before along, so that no chain comes about', async () => {
    await add(1, 1, 0, 1)
    await add(2, 1, 2, 3)
    await add(3, 1, 4, 5)
    await ask({ what: 'sessions', into: 's2', from: ['s3'] })
    await ask({ what: 'sessions', into: 's1', from: ['s2'] })
    expect(await merged()).toEqual([
      [1, null, null],
      [2, 1, 'fragment'],
      [3, 1, 'fragment'],
    ])
  })

  it('refuses other broadcasts, unknown, open and already merged sessions, and changes nothing', async () => {
    await add(1, 1, 0, 1)
    await add(2, 1, 2, 3)
    await add(3, 1, 4, 5, { broadcastId: '78' })
    await add(4, 1, 6, 7, { open: true })
    await add(5, 2, 6, 7)
    await ask({ what: 'sessions', into: 's1', from: ['s2'] })
    const before = await store.dump()
    for (const from of ['s2', 's3', 's4', 's5', 's99', 's1']) {
      expect(await refusal({ what: 'sessions', into: 's1', from: [from] }), from).toMatchObject({
        code: 'conflict',
      })
    }
    expect(await store.dump()).toBe(before)
  })

  it('refuses when a session changed between the look and the transaction', async () => {
    await add(1, 1, 0, 1)
    await add(2, 1, 2, 3)
    let fired = 0
    store.beforeWrite = async () => {
      fired += 1
      await store.rows(`UPDATE sessions SET merged_into = 2, merge_kind = 'fragment' WHERE no = 1`)
    }
    expect(await refusal({ what: 'broadcasts' })).toMatchObject({ code: 'conflict' })
    expect(fired).toBe(1)
  })

  it('is taken back by its log entry, exactly', async () => {
    await add(1, 1, 0, 1)
    await add(2, 1, 2, 3)
    await add(3, 1, 4, 5)
    await ask({ what: 'sessions', into: 's2', from: ['s3'] })
    const before = await store.dump()
    const { logId } = await ask({ what: 'sessions', into: 's1', from: ['s2'] })
    expect(await ask({ what: 'undo', logId: logId ?? 0, dryRun: true })).toMatchObject({ undone: 2 })
    expect(await ask({ what: 'undo', logId: logId ?? 0 })).toMatchObject({ undone: 2, merged: 0 })
    expect(await store.dump()).toBe(before)
    expect(await refusal({ what: 'undo', logId: logId ?? 0 })).toMatchObject({ code: 'conflict' })
    expect(await refusal({ what: 'undo', logId: 999 })).toMatchObject({ code: 'conflict' })
  })

  it('writes log, audit and facts with the change, and with a dry run says that it was one', async () => {
    await add(1, 1, 0, 1)
    await add(2, 1, 2, 3)
    const dry = await ask({ what: 'broadcasts', dryRun: true })
    const { logId } = await ask({ what: 'broadcasts' })
    const log = await store.rows('SELECT id, kind, dry_run, actor FROM maintenance_log ORDER BY id')
    expect(log).toEqual([
      { id: dry.logId, kind: 'merge', dry_run: 1, actor: 'operator' },
      { id: logId, kind: 'merge', dry_run: 0, actor: 'operator' },
    ])
    const audit = await store.rows('SELECT action, outcome, code, ip FROM audit ORDER BY seq')
    expect(audit).toEqual([
      { action: 'maintenance.merge', outcome: 'done', code: 'dry_run', ip: '127.0.0.1' },
      { action: 'maintenance.merge', outcome: 'done', code: null, ip: '127.0.0.1' },
    ])
    expect(await store.rows('SELECT name, room_id, session_id FROM journal ORDER BY seq')).toEqual([
      { name: 'maintenance.done', room_id: null, session_id: null },
      { name: 'session.merged', room_id: 'r1', session_id: 's2' },
      { name: 'maintenance.done', room_id: null, session_id: null },
    ])
  })
})

describe('merging rooms', () => {
  const rooms = { what: 'rooms', from: 'maker.old', into: 'maker' } as const

  it('moves every session, hides what was recorded twice, joins what was not, loses no event', async () => {
    await add(1, 2, 0, 2)
    await add(2, 1, 1, 10, { events: chats('2a', '2b', '2c', '2d', '2e') })
    await add(3, 2, 3, 4)
    await add(4, 2, 20, 21, { broadcastId: '80' })
    const before = await events()
    const report = await ask(rooms)
    expect(report).toMatchObject({ merged: 2, rooms: { from: 'r2', into: 'r1', sessionsMoved: 3 } })
    expect(await merged()).toEqual([
      [1, 2, 'duplicate'],
      [2, null, null],
      [3, 2, 'duplicate'],
      [4, null, null],
    ])
    expect(await store.rows('SELECT DISTINCT room_id FROM sessions')).toEqual([{ room_id: 'r1' }])
    expect(await events()).toEqual(before)
    expect(await texts(2)).toEqual(['2a', '2b', '2c', '2d', '2e'])
    expect(await texts(1)).toEqual(['1a', '1b'])
  })

  it('keeps as a fragment what was recorded mostly when the other did not record', async () => {
    await add(1, 2, 0, 4)
    await add(2, 1, 3, 10, { events: chats('2a', '2b', '2c') })
    await ask(rooms)
    expect(await merged()).toEqual([
      [1, 2, 'fragment'],
      [2, null, null],
    ])
    expect(await texts(2)).toEqual(['1a', '1b', '2a', '2b', '2c'])
  })

  it('removes the first room, fences it, revokes its tokens, and keeps both histories of handles', async () => {
    await add(1, 2, 0, 1)
    await store.rows(
      `INSERT INTO tokens (id, hash, scope, room_id, created_at) VALUES ('t1', 'h1', 'owner', 'r2', 1), ('t2', 'h2', 'owner', 'r1', 1)`,
    )
    await ask(rooms)
    expect(
      await store.rows(
        'SELECT id, removed_at IS NULL AS kept, merged_into, monitor, epoch FROM rooms ORDER BY no',
      ),
    ).toEqual([
      { id: 'r1', kept: 1, merged_into: null, monitor: 1, epoch: 1 },
      { id: 'r2', kept: 0, merged_into: 'r1', monitor: 0, epoch: 2 },
    ])
    expect(await store.rows('SELECT id FROM tokens WHERE revoked_at IS NULL')).toEqual([{ id: 't2' }])
    const handles = await store.rows(
      `SELECT handle, until IS NULL AS now FROM room_handles WHERE room_id = 'r1' ORDER BY handle`,
    )
    expect(handles).toEqual([
      { handle: 'maker', now: 1 },
      { handle: 'maker.old', now: 0 },
    ])
    expect(await store.rows(`SELECT handle FROM room_handles WHERE room_id = 'r2'`)).toHaveLength(1)
    // The handle is free again.
    await addRoom(store, { no: 3, handle: 'maker.old' })
    expect(await store.rows(`SELECT name, room_id FROM journal WHERE name = 'room.merged'`)).toEqual([
      { name: 'room.merged', room_id: 'r2' },
    ])
  })

  it('refuses while the first is being sent out, and removes its stream keys when it goes', async () => {
    await store.rows(
      `INSERT INTO destinations VALUES ('r2', 'youtube', NULL, 'gcm1.v1.x', NULL, NULL, NULL, 1, 1)`,
    )
    await store.rows(`INSERT INTO livekit_rooms VALUES ('r2', 'stage', 1)`)
    await store.rows(`INSERT INTO outbound_sessions VALUES ('o1', 'r2', 'stage', 1, 'operator', NULL, NULL)`)
    expect(await refusal(rooms)).toMatchObject({ code: 'destination_in_use' })
    expect(await store.rows('SELECT * FROM destinations')).toHaveLength(1)
    await store.rows('UPDATE outbound_sessions SET ended_at = 2')
    await ask(rooms)
    for (const table of ['destinations', 'livekit_rooms']) {
      expect(await store.rows(`SELECT * FROM ${table}`), table).toEqual([])
    }
  })

  it('refuses while one of them records, an unknown room, and a room with itself', async () => {
    await add(1, 1, 0, 1, { open: true })
    const before = await store.dump()
    expect(await refusal(rooms)).toMatchObject({ code: 'conflict' })
    expect(await refusal({ ...rooms, from: 'nobody' })).toMatchObject({ code: 'room_unknown' })
    expect(await refusal({ ...rooms, from: 'r1' })).toMatchObject({ code: 'conflict' })
    expect(await store.dump()).toBe(before)
  })

  it('does nothing when a room begins to record between the look and the transaction', async () => {
    await add(1, 2, 0, 1)
    let fired = 0
    store.beforeWrite = async () => {
      fired += 1
      await add(7, 2, 2, 3, { open: true, events: [] })
    }
    expect(await refusal(rooms)).toMatchObject({ code: 'conflict' })
    expect(fired).toBe(1)
    expect(await store.rows(`SELECT id FROM rooms WHERE removed_at IS NOT NULL`)).toEqual([])
  })

  it('changes nothing when run dry, and finds the same', async () => {
    await add(1, 2, 0, 2)
    await add(2, 1, 1, 10)
    const before = await store.dump()
    const dry = await ask({ ...rooms, dryRun: true })
    expect(await store.dump()).toBe(before)
    const real = await ask(rooms)
    expect({ ...dry, dryRun: false, logId: null }).toEqual({ ...real, logId: null })
  })

  it('is not taken back by itself', async () => {
    await add(1, 2, 0, 1)
    const { logId } = await ask(rooms)
    expect(await refusal({ what: 'undo', logId: logId ?? 0 })).toMatchObject({ code: 'conflict' })
  })
})
