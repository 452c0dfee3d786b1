import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RoomStatus } from '../../src/actors/rooms.ts'
import { NO_COUNTERS } from '../../src/domain/session.ts'
import { RateSeries, STEP_MS, STEPS } from '../../src/http/rate-series.ts'
import { startHarness, type Harness } from './harness.ts'

const room = (id: string, session: { no: number; events: number; viewers?: number } | null): RoomStatus => ({
  id,
  handle: id,
  displayName: null,
  monitor: true,
  state: session === null ? 'watching' : 'live.receiving',
  since: 0,
  session: session && {
    id: `s${session.no}`,
    broadcastId: '1',
    openedAt: 0,
    counters: { ...NO_COUNTERS, events: session.events, viewersLast: session.viewers ?? 0, giftValue: 7 },
    eventsPerSecond: 1.25,
    queuedFrames: 0,
  },
  waiting: null,
  attempt: 0,
  lastLook: null,
  lastError: null,
  lastErrorAt: null,
  lastSessionId: null,
  cooldownReason: null,
  habitualHoursUtc: [],
  allowed: [],
})

describe('how busy a room was', () => {
  it('counts events of each step, and begins anew with another session', () => {
    const series = new RateSeries(0)
    const at = (step: number, ...rooms: RoomStatus[]): void => series.sample(rooms, step * STEP_MS)
    at(1, room('a', { no: 1, events: 100, viewers: 5 }))
    at(2, room('a', { no: 1, events: 400, viewers: 6 }))
    at(3, room('a', { no: 2, events: 20 }))
    at(4, room('a', null))
    const rates = series.of(room('a', null), 5)
    expect(rates?.eventsPerSecond).toEqual([0, 10, 30, 2, 0])
    expect(rates?.viewers).toEqual([0, 5, 6, 0, 0])
    expect(series.of(room('a', { no: 3, events: 1, viewers: 9 }), 0)).toEqual({
      id: 'a',
      sessionId: 's3',
      now: { eventsPerSecond: 1.3, viewers: 9 },
      giftValue: 7,
      eventsPerSecond: [],
      viewers: [],
    })
  })

  it('keeps ten minutes and forgets who was silent that long, or is gone', () => {
    const series = new RateSeries(0)
    for (let step = 1; step <= STEPS; step += 1) {
      series.sample(
        [room('a', { no: 1, events: step * 10 }), room('b', { no: 2, events: 1 })],
        step * STEP_MS,
      )
    }
    expect(series.of(room('a', null), STEPS)?.eventsPerSecond).toEqual(Array(STEPS).fill(1))
    series.sample([room('a', null)], (STEPS + 1) * STEP_MS)
    expect(series.size).toBe(1)
    for (let step = 2; step <= STEPS; step += 1) series.sample([room('a', null)], (STEPS + step) * STEP_MS)
    expect(series.size).toBe(0)
    expect(series.of(room('a', null), STEPS)).toBe(null)
  })

  it('makes no nonsense of a clock that was set', () => {
    const series = new RateSeries(1_000_000)
    series.sample([room('a', { no: 1, events: 50 })], 0)
    series.sample([room('a', { no: 1, events: 150 })], 9_000_000_000)
    expect(series.of(room('a', null), 2)?.eventsPerSecond).toEqual([5, 10])
  })
})

describe('GET /api/rates and /api/system', () => {
  let h: Harness
  beforeAll(async () => {
    h = await startHarness()
  })
  afterAll(() => h.stop())

  it('H04: an owner is told of its own room alone, and nothing of the server', async () => {
    const [mine, other] = [await h.addRoom('mine.rate'), await h.addRoom('other.rate')]
    const live = [mine, other].map(({ id }, index) => room(id, { no: index + 1, events: 5 }))
    h.rooms.list = () => live
    const [own, all] = [
      await h.ask('GET', '/api/rates?points=3', { token: mine.token }),
      await h.ask('GET', '/api/rates'),
    ]
    expect(own.json).toMatchObject({ stepMs: STEP_MS, rooms: [{ id: mine.id, eventsPerSecond: [0, 0, 0] }] })
    expect(all.json['rooms']).toHaveLength(2)
    expect((await h.ask('GET', '/api/rates?points=61')).status).toBe(400)
    expect((await h.ask('GET', '/api/system', { token: mine.token })).status).toBe(404)
  })

  it('says why the server is not ready, and shows no key', async () => {
    h.rooms.signBudget = () => ({
      perMinute: 5,
      available: 0,
      waiting: 2,
      nextAt: 1,
      keys: [{ key: '…4f2a', used: 3, coolingUntil: 2, lastError: '429' }],
    })
    const { json } = await h.ask('GET', '/api/system')
    expect(json).toMatchObject({ ready: true, signBudget: { waiting: 2, keys: [{ key: '…4f2a' }] } })
    expect(json['storage']).toMatchObject({ databaseBytes: null })
    expect(json['settings']).toMatchObject({ now: { watchIntervalMs: 15_000 }, defaults: null })
  })
})
