// What TikTok does to a recording, one room a case, all of them at once in one product.

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withDatabase, wrongIn } from '../_support/product-database.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { compare } from '../_support/product-truth.ts'
import { openStream, type ProductStream } from '../_support/product-stream.ts'
import { startNetProxy, type NetProxy } from '../_support/net-proxy.ts'
import { person } from '../_support/tiktok/standin.ts'

interface Fact {
  readonly name: string
  readonly at: number
  readonly roomId: string | null
  readonly sessionId: string | null
  readonly body: Readonly<Record<string, unknown>>
}

/** Connections to this port that their own side has not closed, as the kernel has them. */
const established = (port: number): number => {
  const to = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = readFileSync('/proc/net/tcp', 'latin1').split('\n')
  return lines.filter((line) => {
    const [, , remote = '', state = ''] = line.trim().split(/\s+/)
    return remote.endsWith(to) && state === '01'
  }).length
}

describe('a product in front of a difficult TikTok', { timeout: 120_000 }, () => {
  let house: House
  let facts: ProductStream
  let proxy: NetProxy

  beforeAll(async () => {
    house = await openHouse({ env: { RESUME_WINDOW_MS: '8000' }, tiktok: { history: 30 } })
    facts = await openStream(house.product, '/api/stream')
    proxy = await startNetProxy(house.tiktok.port)
    // The half-open rooms alone are behind the proxy.
    house.tiktok.socketThrough(proxy.port)
    await Promise.all(['t16gone', 't16alive'].map((handle) => house.record(handle)))
    house.tiktok.socketThrough(null)
  }, 400_000)
  afterAll(async () => {
    await facts.close()
    await house.close()
    await proxy.close()
  })

  const factsOf = async (handle: string): Promise<readonly Fact[]> => {
    const { id } = await house.room(handle)
    return facts.messages
      .filter(({ event, data }) => event === null && data.includes(`"${id}"`))
      .map(({ data }) => JSON.parse(data) as Fact)
  }

  /** Everything that was delivered of the broadcast is in these sessions, with its own bytes, once. */
  const complete = async (ids: readonly string[], broadcastId: string): Promise<void> => {
    const compared = await compare(house, ids, { broadcastId })
    expect(compared).toMatchObject({ missing: [], surplus: [] })
    expect(compared.sent).toBeGreaterThan(0)
  }

  describe.concurrent('the end of a broadcast', () => {
    it('T05: a big frame right before the end is in the session, however close the end comes', async () => {
      const creator = await house.record('t05')
      const big = creator.compose(() => {
        for (let n = 0; n < 2_000; n += 1) creator.say(`${n} ${crypto.randomUUID().repeat(5)}`, person(n))
      })
      await creator.mishaps.lastWords(big, 'ended')
      expect(house.tiktok.fired('tail.ended')).toBeGreaterThan(0)
      const [session, ...others] = await house.archived('t05')
      expect(others).toEqual([])
      expect(session).toMatchObject({ endReason: 'stream_end' })
      expect(session!.counters['events']).toBeGreaterThanOrEqual(2_001)
      const ids = new Set((await house.events(session!.id)).map(({ msgId }) => msgId))
      const sent = house.tiktok.truth.delivered({ handle: 't05' })
      expect(sent.filter(({ msgId }) => !ids.has(msgId))).toEqual([])
    })

    it('T06: what is said behind the end in the same frame belongs to the ended session', async () => {
      const creator = await house.record('t06')
      creator.mishaps.endInTheMiddle()
      expect(house.tiktok.fired('batch.words_after_end')).toBe(1)
      const [session, ...others] = await house.archived('t06')
      expect(others).toEqual([])
      expect(session).toMatchObject({ endReason: 'stream_end' })
      const texts = (await house.events(session!.id)).map(({ text }) => text)
      expect(texts).toEqual(expect.arrayContaining(['before the end', 'after the end']))
      await complete([session!.id], session!.broadcastId)
    })

    it('T07: a suspended stream ends as stream_suspended, not stream_end', async () => {
      const creator = await house.record('t07')
      creator.say('soon gone')
      creator.suspend()
      const sessions = await house.archived('t07')
      expect(sessions).toMatchObject([{ endReason: 'stream_suspended', secondary: [] }])
      expect(sessions[0]!.attempts).toMatchObject([{ outcome: 'done', trigger: 'stream_suspended' }])
    })

    it('T31: another broadcast of the same creator closes the old session and opens its own', async () => {
      const creator = await house.record('t31')
      const before = creator.broadcastId
      creator.say('in the first')
      await house.stored('t31', (await house.room('t31')).session!.id)
      const after = creator.newBroadcast()
      const opened = await house.until('the second session', async () => {
        const all = await house.sessions('t31')
        return all.length === 2 && all
      })
      await house.recording('t31')
      creator.say('in the second')
      creator.end()
      const [first, second] = await house.archived('t31', 2)
      expect(opened[0]).toMatchObject({ endReason: 'broadcast_changed', broadcastId: before })
      expect(first).toMatchObject({ endReason: 'broadcast_changed', broadcastId: before })
      expect(second).toMatchObject({ endReason: 'stream_end', broadcastId: after })
      await complete([first!.id], before!)
      await complete([second!.id], after)
    })

    it('T22: fifty stops at once are one stop, one session and fifty audit rows', async () => {
      const creator = await house.record('t22')
      creator.say('once')
      await house.stored('t22', (await house.room('t22')).session!.id)
      const { id } = await house.room('t22')
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          house.product.request('/api/rooms/t22/stop', { method: 'POST', body: '{}' }),
        ),
      )
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
      const sessions = await house.archived('t22')
      expect(sessions).toMatchObject([{ endReason: 'manual_stop' }])
      await house.reaches('t22', 'cooldown')
      const { items } = await house.product.get<{ items: readonly { outcome: string; action: string }[] }>(
        `/api/audit?room=${id}&limit=200`,
      )
      const stops = items.filter(({ action }) => action === 'room.stop')
      expect(stops).toHaveLength(50)
      expect(stops.filter(({ outcome }) => outcome === 'done')).toHaveLength(1)
      expect(stops.filter(({ outcome }) => outcome === 'noop')).toHaveLength(49)
    })
  })

  describe.concurrent('a connection that does not hold', () => {
    it('T02: history repeated after a reconnect fills the gap and makes no duplicates', async () => {
      const creator = await house.record('t02')
      for (let n = 0; n < 10; n += 1) creator.say(`before ${n}`)
      const { id } = (await house.room('t02')).session!
      await house.stored('t02', id)
      await creator.mishaps.dropHard()
      for (let n = 0; n < 10; n += 1) creator.say(`unheard ${n}`)
      expect(house.tiktok.truth.missed({ handle: 't02' })).toHaveLength(10)
      await house.until('the gap being closed', async () => {
        const [session] = await house.sessions('t02')
        return session!.gaps[0]?.toAt
      })
      creator.say('after')
      creator.end()
      const [session, ...others] = await house.archived('t02')
      expect(others).toEqual([])
      expect(session).toMatchObject({ id, gaps: [{ cause: 'disconnected' }] })
      expect(session!.counters['duplicates']).toBeGreaterThanOrEqual(10)
      expect(house.tiktok.truth.missed({ handle: 't02' })).toEqual([])
      const texts = (await house.events(id)).map(({ text }) => text)
      for (let n = 0; n < 10; n += 1) expect(texts.filter((text) => text === `before ${n}`)).toHaveLength(1)
      for (let n = 0; n < 10; n += 1) expect(texts.filter((text) => text === `unheard ${n}`)).toHaveLength(1)
      await complete([id], session!.broadcastId)
    })

    it('T24: a reset connection that comes back is the same session with a gap', async () => {
      const creator = await house.record('t24')
      creator.say('before')
      const { id } = (await house.room('t24')).session!
      await creator.mishaps.dropHard()
      expect(house.tiktok.fired('socket.dropped_hard')).toBeGreaterThan(0)
      await house.until('the gap being closed', async () => (await house.sessions('t24'))[0]!.gaps[0]?.toAt)
      expect(await house.recording('t24')).toBe(id)
      creator.say('after')
      creator.end()
      const [session, ...others] = await house.archived('t24')
      expect(others).toEqual([])
      expect(session).toMatchObject({ id, endReason: 'stream_end', gaps: [{ cause: 'disconnected' }] })
      await complete([id], session!.broadcastId)
    })

    it('T25: a connection that does not come back within the window is one session, disconnected', async () => {
      const creator = await house.record('t25')
      creator.say('before')
      const { broadcastId } = creator
      const fault = house.tiktok.fault('sign', { kind: 'status', status: 500, handle: 't25' })
      await creator.mishaps.dropHard()
      const [session] = await house.archived('t25')
      expect(fault.fired()).toBeGreaterThan(0)
      creator.goOffline()
      fault.clear()
      expect(session).toMatchObject({ endReason: 'disconnected', broadcastId })
      expect(await house.sessions('t25')).toHaveLength(1)
      await complete([session!.id], session!.broadcastId)
    })

    it('T16: a half-open connection of a broadcast that is over ends as heartbeat_offline', async () => {
      const viewer = house.tiktok.viewers.find(({ handle }) => handle === 't16gone')!
      proxy.freeze()
      expect(proxy.fired('frozen')).toBeGreaterThan(0)
      house.tiktok.creator('t16gone').goOffline()
      const sessions = await house.archived('t16gone')
      expect(sessions).toMatchObject([{ endReason: 'heartbeat_offline' }])
      expect(viewer.closed).toBeNull()
      // Its side of the connection is gone, not only closed politely.
      await house.until('the sockets being torn down', () => established(proxy.port) === 0)
    })

    it('T16: a broadcast that is over without a word ends, though its socket goes on answering heartbeats', async () => {
      const creator = await house.record('t16mute')
      const viewer = await house.tiktok.watched('t16mute')
      creator.goOffline()
      const beats = viewer.heartbeats
      const sessions = await house.archived('t16mute')
      expect(sessions).toMatchObject([{ endReason: 'heartbeat_offline', gaps: [] }])
      expect(viewer.heartbeats).toBeGreaterThan(beats)
    })

    it('T16: a half-open connection of a broadcast that goes on is made anew, with a gap', async () => {
      const creator = house.tiktok.creator('t16alive')
      const { id } = (await house.room('t16alive')).session!
      await house.until('the connection being recycled', async () =>
        (await factsOf('t16alive')).some(({ name }) => name === 'connection.recycled'),
      )
      await house.until('the second viewer', () =>
        house.tiktok.viewers.some((one) => one.handle === 't16alive' && one.n > 2 && one.entered),
      )
      creator.say('heard again')
      await house.stored('t16alive', id)
      creator.end()
      const sessions = await house.archived('t16alive')
      expect(sessions).toMatchObject([{ id, endReason: 'stream_end', gaps: [{ cause: 'zombie' }] }])
    })
  })

  describe('the sign server', () => {
    it('T12: after a 429 nobody asks again before its retry-after is over', async () => {
      const fault = house.tiktok.fault('sign', {
        kind: 'rate_limited',
        retryAfterS: 4,
        times: 1,
        handle: 't12',
      })
      for (const handle of ['t12', 't12other']) house.tiktok.creator(handle).goLive()
      await house.add('t12')
      await house.until('the limit being met', () => fault.fired() === 1)
      const limitedAt = house.tiktok.asked('sign', 't12')[0]!.at
      await house.add('t12other')
      await Promise.all([house.recording('t12'), house.recording('t12other')])
      const later = house.tiktok.requests.filter(({ route, at }) => route === 'sign' && at > limitedAt)
      expect(later.length).toBeGreaterThanOrEqual(2)
      expect(Math.min(...later.map(({ at }) => at)) - limitedAt).toBeGreaterThanOrEqual(4_000)
      const names = (await factsOf('t12')).map(({ name, body }) => `${name} ${String(body['code'] ?? '')}`)
      expect(names).toContain('connection.refused sign_rate_limited')
    })

    it('leaves a database in which every invariant holds', async () => {
      expect(await house.product.end('SIGTERM')).toMatchObject({ code: 0 })
      await withDatabase(house.product.dataDir, async (copy) => expect(await wrongIn(copy)).toEqual([]))
    })
  })
})
