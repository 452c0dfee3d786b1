import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sessionTimeline } from '../../src/archive/timeline.ts'
import { addRoom, addSession, T0 } from './record.ts'
import { openStore, type Store } from './store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
  await addRoom(store, { no: 1 })
  await addSession(store, { no: 1, roomNo: 1 })
})
afterEach(() => store.close())

const fact = (name: string, at: number, session: string | null, body: object = {}) =>
  store.rows('INSERT INTO journal (at, name, room_id, session_id, body) VALUES (?, ?, ?, ?, ?)', [
    at,
    name,
    'r1',
    session,
    JSON.stringify(body),
  ])

it('tells facts, gaps, pauses and attempts of the session in order, and of no other', async () => {
  await fact('session.opened', T0, 's1', { broadcastId: '7' })
  await fact('room.looked', T0 + 1, null)
  await fact('session.opened', T0 + 2, 's2')
  await fact('session.archived', T0 + 600_000, 's1')
  await store.rows(
    `INSERT INTO session_gaps (session_no, from_at, to_at, cause, detail) VALUES (1, ?1, ?2, 'disconnected', 'reset')`,
    [T0 + 1_000, T0 + 3_000],
  )
  await store.rows('INSERT INTO session_pauses (session_no, from_at) VALUES (1, ?1)', [T0 + 2_000])
  const { entries, truncated } = await store.run(sessionTimeline(1))
  expect(truncated).toBe(false)
  expect(entries.map(({ type, name, at, until }) => [type, name, at - T0, until && until - T0])).toEqual([
    ['fact', 'session.opened', 0, null],
    ['gap', 'disconnected', 1_000, 3_000],
    ['pause', 'pause', 2_000, null],
    ['fact', 'session.archived', 600_000, null],
    ['attempt', 'done', 600_000, 600_000],
  ])
  expect(entries[0]?.body).toEqual({ broadcastId: '7' })
  expect(entries[1]?.detail).toBe('reset')
})

it('includes the fragments merged into it', async () => {
  await addSession(store, { no: 2, roomNo: 1, openedAt: T0 + 700_000 })
  await store.rows(`UPDATE sessions SET merged_into = 1, merge_kind = 'fragment' WHERE no = 2`)
  const { entries } = await store.run(sessionTimeline(1))
  expect(entries.map(({ sessionId }) => sessionId)).toEqual(['s1', 's2'])
})

it('says when it is not all', async () => {
  for (let index = 0; index < 3; index += 1) {
    await store.rows(
      `INSERT INTO session_gaps (session_no, from_at, to_at, cause) SELECT 1, value, value + 1, 'zombie'
FROM json_each(?1)`,
      [JSON.stringify(Array.from({ length: 400 }, (_, item) => T0 + item))],
    )
  }
  const { entries, truncated } = await store.run(sessionTimeline(1))
  expect(truncated).toBe(true)
  expect(entries).toHaveLength(1_001)
})

it('refuses a session that does not exist', async () => {
  expect(await store.run(Effect.flip(sessionTimeline(9)))).toMatchObject({ code: 'session_unknown' })
})
