import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HTTP_LIMITS } from '../../src/http/deps.ts'
import { RateLimit } from '../../src/http/rate-limit.ts'
import { startHarness, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness({ limits: { changes: HTTP_LIMITS.changes } })
})
afterAll(() => h.stop())

describe('H21: how often one may change something', () => {
  it('H21: 200 starts at once are 429 with Retry-After beyond the burst, and nobody else notices', async () => {
    const greedy = await h.addRoom('greedy.room')
    const modest = await h.addRoom('modest.room')
    const starts = await Promise.all(
      Array.from({ length: 200 }, () =>
        h.ask('POST', `/api/rooms/${greedy.id}/start`, { token: greedy.token }),
      ),
    )
    const limited = starts.filter(({ status }) => status === 429)
    const done = starts.filter(({ status }) => status === 200)
    expect(limited.length + done.length).toBe(200)
    expect(done.length).toBeGreaterThanOrEqual(HTTP_LIMITS.changes.burst)
    expect(limited.length).toBeGreaterThan(50)
    for (const { headers, json } of limited) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(json['code']).toBe('rate_limited')
      expect(Number(json['retryAfterMs'])).toBeGreaterThan(0)
    }
    expect((await h.ask('POST', `/api/rooms/${modest.id}/start`, { token: modest.token })).status).toBe(200)
    expect((await h.ask('POST', `/api/rooms/${greedy.id}/start`)).status).toBe(200)
    expect(
      (await h.ask('GET', `/api/rooms/${greedy.id}`, { token: greedy.token })).status,
      'reading goes on',
    ).toBe(200)
    expect(h.effects['room.start']).toBe(done.length + 2)
  })

  it('H21: a bucket fills with time, at its rate and no further than its burst', () => {
    let now = 0
    const limit = new RateLimit({ perSecond: 10, burst: 3 }, () => now)
    expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 0])
    expect(limit.take('a')).toBeCloseTo(100)
    now += 50
    expect(limit.take('a')).toBeCloseTo(50)
    now += 50
    expect(limit.take('a')).toBe(0)
    now += 3_600_000
    expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 0])
    expect(limit.take('a')).toBeGreaterThan(0)
    now -= 3_600_000
    expect(limit.take('a'), 'a clock that goes back gives nothing').toBeGreaterThan(0)
  })

  it('H21: a hundred thousand names take bounded memory', () => {
    let now = 0
    const limit = new RateLimit({ perSecond: 1, burst: 10 }, () => now)
    for (let name = 0; name < 100_000; name += 1) {
      now += 0.01
      limit.take(`token ${name}`)
    }
    expect(limit.size).toBeLessThanOrEqual(10_000)
    expect(limit.take('token 99999'), 'who came last is still known').toBe(0)
  })
})
