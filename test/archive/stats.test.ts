import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sessionStats, sessionTotals } from '../../src/archive/stats.ts'
import { addRoom, addSession, T0, type EventSeed } from './record.ts'
import { openStore, type Store } from './store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
  await addRoom(store, { no: 1, handle: 'maker' })
})
afterEach(() => store.close())

const MINUTE = 60_000
const ANN = { userId: 7_000_000_000_000_000_001n, handle: 'ann', nickname: 'Ann' } as const
const BOB = { userId: 7_000_000_000_000_000_002n, handle: 'bob' } as const

const events: readonly EventSeed[] = [
  { kind: 'viewers', total: 10, at: T0 },
  { kind: 'chat', ...ANN, at: T0 + 1_000 },
  { kind: 'chat', ...ANN, at: T0 + 2_000 },
  { kind: 'chat', ...BOB, at: T0 + 3_000 },
  // One streak in three frames: 5 roses at 1 diamond, not 1 + 3 + 5.
  { kind: 'gift', ...ANN, giftId: 1n, groupId: 8n, amount: 1, value: 1, at: T0 + 4_000 },
  { kind: 'gift', ...ANN, giftId: 1n, groupId: 8n, amount: 3, value: 1, at: T0 + 5_000 },
  { kind: 'viewers', total: 30, at: T0 + 30_000 },
  { kind: 'gift', ...ANN, giftId: 1n, groupId: 8n, amount: 5, value: 1, final: true, at: T0 + MINUTE },
  { kind: 'gift', ...BOB, giftId: 2n, groupId: 9n, amount: 1, value: 100, final: true, at: T0 + MINUTE + 1 },
  { kind: 'like', ...BOB, amount: 15, at: T0 + MINUTE + 2 },
  { kind: 'like', ...ANN, amount: 3, at: T0 + MINUTE + 3 },
  { kind: 'join', ...BOB, at: T0 + 3 * MINUTE },
  { kind: 'chat', ...BOB, at: T0 + 9 * MINUTE, late: true },
]

const add = (no: number, more: Partial<Parameters<typeof addSession>[1]> = {}) =>
  addSession(store, { no, roomNo: 1, broadcastId: '77', events, ...more })

describe('a session in numbers', () => {
  it('has totals from its row, the same as its events say', async () => {
    await add(1)
    const totals = await store.run(sessionTotals(1))
    expect(totals).toMatchObject({ events: 12, chats: 3, gifts: 4, giftValue: 105, likes: 18, joins: 1 })
    expect(totals).toMatchObject({
      viewersPeak: 30,
      viewersSampleAverage: 20,
      durationMs: 600_000,
      fragments: 0,
    })
  })

  it('asks no table of events for totals', async () => {
    await add(1)
    store.asked.length = 0
    await store.run(sessionTotals(1))
    expect(store.asked.join('\n')).not.toMatch(/\b(events|frames)\b/)
  })

  it('is a series of minutes whose sums are the totals', async () => {
    await add(1)
    const { perMinute, totals } = await store.run(sessionStats(1))
    const sum = (key: 'chats' | 'giftValue' | 'likes' | 'joins') =>
      perMinute.reduce((total, point) => total + point[key], 0)
    expect(perMinute.map(({ at }) => (at - T0) / MINUTE)).toEqual([0, 1, 3])
    expect([sum('chats'), sum('giftValue'), sum('likes'), sum('joins')]).toEqual([
      totals.chats,
      totals.giftValue,
      totals.likes,
      totals.joins,
    ])
    expect(perMinute[0]).toMatchObject({ chats: 3, giftValue: 0, viewersMax: 30, viewersAvg: 20 })
    expect(perMinute[1]).toMatchObject({
      chats: 0,
      giftValue: 105,
      likes: 18,
      viewersMax: null,
      viewersAvg: 30,
    })
    expect(perMinute[2]).toMatchObject({ joins: 1, viewersAvg: null })
  })

  it('weighs viewers by how long they stood, a minute at most', async () => {
    await add(1)
    const { viewers } = await store.run(sessionStats(1))
    // 10 for half a minute, then 30 for a whole one; the eight unobserved minutes weigh nothing.
    expect(viewers).toEqual({ peak: 30, average: (10 * 0.5 + 30) / 1.5, observedMs: 90_000 })
  })

  it('values a streak once, and shows gifts both as frames and as value', async () => {
    await add(1)
    const { gifts, leaderboards } = await store.run(sessionStats(1))
    expect(gifts.rows).toEqual([
      { giftId: '2', name: 'gift 2', frames: 1, streaks: 1, count: 1, value: 100 },
      { giftId: '1', name: 'gift 1', frames: 3, streaks: 1, count: 5, value: 5 },
    ])
    expect(leaderboards.gifters.map(({ handle, amount }) => [handle, amount])).toEqual([
      ['bob', 100],
      ['ann', 5],
    ])
  })

  it('ranks chatters and likers, ids as text, late rows left out', async () => {
    await add(1)
    const { leaderboards } = await store.run(sessionStats(1))
    expect(leaderboards.chatters).toEqual([
      { userId: '7000000000000000001', handle: 'ann', nickname: 'Ann', amount: 2 },
      { userId: '7000000000000000002', handle: 'bob', nickname: null, amount: 1 },
    ])
    expect(leaderboards.likers.map(({ amount }) => amount)).toEqual([15, 3])
    expect(leaderboards.exact).toBe(true)
  })

  it('of a stretch are those of the events that arrived in it, a streak where it was last heard of', async () => {
    await add(1)
    const stretch = { fromAt: T0 + 2_000, toAt: T0 + MINUTE + 2 }
    const { perMinute, leaderboards, gifts, totals } = await store.run(sessionStats(1, { stretch }))
    expect(perMinute.map(({ chats, giftValue, likes }) => [chats, giftValue, likes])).toEqual([
      [2, 0, 0],
      [0, 105, 0],
    ])
    expect(leaderboards.chatters.map(({ handle, amount }) => [handle, amount])).toEqual([
      ['ann', 1],
      ['bob', 1],
    ])
    expect(leaderboards.likers).toEqual([])
    expect(gifts.rows.map(({ value }) => value)).toEqual([100, 5])
    expect(totals.chats).toBe(3)
    const before = await store.run(sessionStats(1, { stretch: { fromAt: 0, toAt: T0 } }))
    const after = await store.run(sessionStats(1, { stretch: { fromAt: T0 + 4 * MINUTE, toAt: 2 ** 50 } }))
    expect([before.perMinute, after.perMinute, after.gifts.rows]).toEqual([[], [], []])
  })

  it('gives as many places as asked for, a hundred at most', async () => {
    const chats = Array.from({ length: 150 }, (_, index): EventSeed => ({
      kind: 'chat',
      userId: BigInt(index + 1),
    }))
    await addSession(store, { no: 1, roomNo: 1, events: chats })
    const top = async (count: number) =>
      (await store.run(sessionStats(1, { top: count }))).leaderboards.chatters.length
    expect([await top(1), await top(100), await top(1_000), await top(0)]).toEqual([1, 100, 100, 1])
    // Equal counts have an order too, so that two answers are the same answer.
    const { leaderboards } = await store.run(sessionStats(1, { top: 2 }))
    expect(leaderboards.chatters.map(({ userId }) => userId)).toEqual(['1', '10'])
  })

  it('is the sum over the fragments of a broadcast', async () => {
    await add(1)
    await add(2, { openedAt: T0 + 20 * MINUTE })
    await store.rows(`UPDATE sessions SET merged_into = 1, merge_kind = 'fragment' WHERE no = 2`)
    const { totals, leaderboards } = await store.run(sessionStats(1))
    expect(totals).toMatchObject({ events: 24, chats: 6, giftValue: 210, fragments: 1 })
    expect(totals.durationMs).toBe(30 * MINUTE)
    expect(leaderboards.gifters[0]?.amount).toBe(200)
  })

  it('reads every slice of a long session', async () => {
    const many = Array.from({ length: 20_500 }, (): EventSeed => ({ kind: 'chat', ...ANN }))
    await addSession(store, { no: 1, roomNo: 1, events: many })
    const { leaderboards } = await store.run(sessionStats(1))
    expect(leaderboards.chatters[0]?.amount).toBe(20_500)
  })

  it('has an answer for a session without events', async () => {
    await addSession(store, { no: 1, roomNo: 1 })
    const stats = await store.run(sessionStats(1))
    expect(stats.viewers).toEqual({ peak: 0, average: null, observedMs: 0 })
    expect(stats.perMinute).toEqual([])
  })

  it('refuses a session that does not exist', async () => {
    const error = await store.run(Effect.flip(sessionStats(9)))
    expect(error).toMatchObject({ code: 'session_unknown' })
  })
})

const scans = () => store.asked.filter((sql) => sql.includes('FROM events')).length

describe('what is remembered', () => {
  it('reads the events of an archived session once', async () => {
    await add(1)
    const first = await store.run(sessionStats(1))
    const once = scans()
    expect(await store.run(sessionStats(1))).toEqual(first)
    expect(scans()).toBe(once)
  })

  it('computes anew what is still open, and what was changed since', async () => {
    await add(1, { open: true })
    await store.run(sessionStats(1))
    const once = scans()
    await store.run(sessionStats(1))
    expect(scans()).toBe(2 * once)
    await add(2)
    await store.run(sessionStats(2))
    await store.rows('UPDATE sessions SET chats = 1 WHERE no = 2')
    expect((await store.run(sessionStats(2))).totals.chats).toBe(1)
  })
})
