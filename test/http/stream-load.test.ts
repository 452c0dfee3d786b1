// Many clients, slow clients, clients that vanish. Scaled down for the suite, as each test says; the full
// sizes are the bench's.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FEED_KEEPS } from '../../src/http/feed.ts'
import { WAITING_MAX } from '../../src/http/sse.ts'
import { STREAM_LIMITS } from '../../src/http/streams.ts'
import { until } from '../_support/db.ts'
import { OPERATOR, Raw, startHarness, type Harness } from './harness.ts'
import { Listener } from './listener.ts'

const CLIENTS = 120
const HEARTBEAT_MS = 600

let h: Harness
beforeAll(async () => {
  h = await startHarness({
    limits: { streams: { clients: CLIENTS, heartbeatMs: HEARTBEAT_MS, waitingBytes: 64 * 1024 * 1024 } },
  })
})
afterAll(() => h.stop())

const listen = (query = ''): Listener =>
  new Listener(`${h.url}/api/stream${query}`, { authorization: `Bearer ${OPERATOR}` })

const ready = (listener: Listener): Promise<Listener> =>
  listener.until('it is ready', (it) => it.named('ready').length === 1)

const happen = (count: number, text = 'x'): Promise<unknown> =>
  h.db.write({
    statements: [],
    facts: Array.from({ length: count }, () => ({
      name: 'room.looked' as const,
      at: Date.now(),
      roomId: null,
      sessionId: null,
      body: { text },
    })),
  })

const newest = async (): Promise<number> =>
  Number((await h.db.read('SELECT max(seq) AS seq FROM journal'))[0]?.['seq'] ?? 0)

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** A client that asks for the stream and then never reads a byte of it. */
const deaf = (after: string): Raw => {
  const raw = new Raw(h.port)
  raw.socket.pause()
  return raw.say(`GET /api/stream${after} HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\n\r\n`)
}

const ended = async (reason: string): Promise<number> => {
  const { text } = await h.ask('GET', '/metrics', { token: null })
  return Number(
    new RegExp(`^roomkeeper_sse_ended_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1],
  )
}

describe('H24: clients that never read', () => {
  it('H24 S34: 20 of them against 40 MB of facts are closed as slow consumers, memory stays bounded, others miss nothing', async () => {
    const deafOnes = Array.from({ length: 20 }, () => deaf(''))
    await until('they are all there', () => h.http.streams() === 20)
    const listener = await ready(listen())
    const from = await newest()
    const before = await ended('slow_consumer')
    const rss = process.memoryUsage().rss
    let peak = 0
    const big = 'b'.repeat(16 * 1024)
    for (let batch = 0; batch < 64; batch += 1) {
      await happen(40, big)
      peak = Math.max(peak, process.memoryUsage().rss - rss)
      // Those that were let go may still read what was said to them last.
      if (h.http.streams() === 1) for (const { socket } of deafOnes) socket.resume()
    }
    const end = await newest()
    await listener.until('the reader has everything', (it) => it.facts.at(-1) === end)
    expect(listener.facts).toEqual(range(from + 1, end))
    await until('the deaf ones are gone', () => h.http.streams() === 1)
    for (const { socket } of deafOnes) socket.resume()
    expect((await ended('slow_consumer')) - before).toBe(20)
    // 20 clients × 40 MB would be 800 MB.
    expect(peak).toBeLessThan(300 * 1024 * 1024)
    await Promise.all(deafOnes.map(({ done }) => done))
    expect(deafOnes.some(({ heard }) => heard.includes('event: slow_consumer'))).toBe(true)
    listener.close()
  })

  it('S34: what a client may miss while its socket takes nothing is 256 events or 1 MiB, and all of them together 256 MiB', () => {
    expect(WAITING_MAX).toEqual({ events: 256, bytes: 1_048_576 })
    expect(STREAM_LIMITS).toEqual({ clients: 5_000, heartbeatMs: 15_000, waitingBytes: 268_435_456 })
    expect(FEED_KEEPS.hard.bytes).toBeLessThanOrEqual(8_388_608)
  })

  it('S34: a client that reads late but reads is not a slow consumer: it catches up through thousands of events', async () => {
    await happen(3_000)
    const end = await newest()
    const listener = listen('?after=0')
    listener.pause()
    await listener.until('everything', (it) => it.facts.at(-1) === end)
    expect(listener.facts).toEqual(range(1, end))
    expect(listener.named('slow_consumer')).toEqual([])
    listener.close()
    await until('it is gone', () => h.http.streams() === 0)
  })
})

describe('H25: many clients', () => {
  it(`H25: ${CLIENTS} clients (5,000 in the bench) hear 50 facts each within a second, and the next one gets 503 with Retry-After`, async () => {
    const listeners = Array.from({ length: CLIENTS }, () => listen())
    for (const listener of listeners) await ready(listener)
    expect(h.http.streams()).toBe(CLIENTS)
    const refused = await h.ask('GET', '/api/stream')
    expect([refused.status, refused.json['code']]).toEqual([503, 'streams_full'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    const from = await newest()
    for (let count = 0; count < 50; count += 1) await happen(1)
    for (const listener of listeners) {
      await listener.until('all facts', (it) => it.facts.length === 50)
      expect(listener.facts).toEqual(range(from + 1, from + 50))
    }
    for (const listener of listeners) listener.close()
    await until('they are all gone', () => h.http.streams() === 0)
    const after = await ready(listen())
    after.close()
  })
})

describe('H28: clients that come and go', () => {
  it('H28 S32: 400 reconnects (10,000 in the bench) while facts happen: together contiguous, none twice in one connection, nobody left behind', async () => {
    const from = await newest()
    const over = new AbortController()
    const happening = (async () => {
      while (!over.signal.aborted) await happen(3)
    })()
    const followers = Array.from({ length: 8 }, async () => {
      const seen: number[] = []
      for (let turn = 0; turn < 50; turn += 1) {
        const listener = listen(`?after=${seen.at(-1) ?? from}`)
        await listener.until('something', (it) => it.facts.length > 0)
        listener.close()
        const got = listener.facts
        expect(new Set(got).size).toBe(got.length)
        expect(listener.named('gap')).toEqual([])
        seen.push(...got)
      }
      return seen
    })
    const all = await Promise.all(followers)
    over.abort()
    await happening
    for (const seen of all) expect(seen).toEqual(range(from + 1, seen.at(-1) ?? 0))
    await until('nobody is left', () => h.http.streams() === 0)
  })
})

describe('H29: clients that are half gone', () => {
  it('H29: one that only closes its own side is noticed and let go, as is one that vanishes while its stream is full', async () => {
    const half = new Raw(h.port).say(
      `GET /api/stream HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\n\r\n`,
    )
    await until('it is there', () => half.heard.includes('event: ready'))
    half.socket.end()
    await until('the server let it go', () => h.http.streams() === 0)
    await half.done
    const stuck = deaf('')
    await until('it is there', () => h.http.streams() === 1)
    const before = await ended('slow_consumer')
    // Enough to fill the socket, then silence: no further event shows that nothing moves, only the heartbeat does.
    await happen(100, 'f'.repeat(64 * 1024))
    await until('the server let it go', () => h.http.streams() === 0)
    expect((await ended('slow_consumer')) - before).toBe(1)
    stuck.socket.destroy()
  })

  it('H29: in the product that is 30 s at most: two heartbeats without a byte taken', () => {
    expect(2 * STREAM_LIMITS.heartbeatMs).toBeLessThanOrEqual(30_000)
  })

  it('S32: heartbeats come while nothing happens, and are no messages', async () => {
    const listener = await ready(listen())
    const began = performance.now()
    await listener.until('three heartbeats', (it) => it.comments >= 3)
    expect(performance.now() - began, 'one in a turn, not more').toBeGreaterThan(
      2 * HEARTBEAT_MS - HEARTBEAT_MS / 4,
    )
    expect(listener.messages).toHaveLength(1)
    listener.close()
  })
})
