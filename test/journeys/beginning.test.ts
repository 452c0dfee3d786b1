// How a recording begins when TikTok or the sign server does not make it easy: one room a case, one product.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startNetProxy } from '../_support/net-proxy.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { openStream, type ProductStream } from '../_support/product-stream.ts'
import { compare } from '../_support/product-truth.ts'

interface Fact {
  readonly name: string
  readonly at: number
  readonly body: Readonly<Record<string, unknown>>
}

describe('a product that begins to record', { timeout: 120_000 }, () => {
  let house: House
  let facts: ProductStream

  beforeAll(async () => {
    house = await openHouse({ env: { RESUME_WINDOW_MS: '8000' }, tiktok: { history: 30 } })
    facts = await openStream(house.product, '/api/stream')
  }, 400_000)
  afterAll(async () => {
    await facts.close()
    await house.close()
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

  describe.concurrent('the beginning of a recording', () => {
    it('T10: what the connect answer carries is in the session that the connection becomes', async () => {
      const creator = house.tiktok.creator('t10')
      creator.goLive()
      for (let n = 0; n < 5; n += 1) creator.say(`history ${n}`)
      const elsewhere = house.tiktok.creator('elsewhere')
      creator.welcome.push(...elsewhere.compose(() => elsewhere.say('welcome')))
      await house.add('t10')
      await house.recording('t10')
      creator.end()
      const [session, ...others] = await house.archived('t10')
      expect(others).toEqual([])
      const events = await house.events(session!.id)
      expect(events.filter(({ history }) => history)).toHaveLength(5)
      expect(events.map(({ text }) => text)).toEqual(expect.arrayContaining(['welcome', 'history 0']))
      await complete([session!.id], session!.broadcastId)
    })

    it('T10: when nothing but the connect answer ever came, it is kept in a session that says connect_failed', async () => {
      const creator = house.tiktok.creator('t10lost')
      creator.goLive()
      creator.say('history')
      const fault = house.tiktok.fault('socket', { kind: 'refused', handle: 't10lost' })
      await house.add('t10lost')
      const [session] = await house.archived('t10lost')
      creator.goOffline()
      fault.clear()
      expect(fault.fired()).toBeGreaterThan(0)
      expect(session).toMatchObject({ endReason: 'connect_failed' })
      expect((await house.events(session!.id)).map(({ text }) => text)).toEqual(['history'])
    })

    it('T11: a room that is offline when it is connected to is room_offline, with no session and no sign request', async () => {
      const creator = house.tiktok.creator('t11')
      creator.goLive()
      creator.goOffline()
      const fault = house.tiktok.fault('api', { kind: 'says', status: 2, handle: 't11' })
      await house.add('t11')
      const room = await house.until('the attempt being answered', async () => {
        const found = await house.room('t11')
        return found.lastError !== null && found.state === 'watching' && found
      })
      expect(fault.fired()).toBeGreaterThan(0)
      expect(room.lastError).toBe('room_offline')
      expect(await house.sessions('t11')).toEqual([])
      expect(house.tiktok.asked('sign', 't11')).toEqual([])
      // It is tried again each second, and says then that it is being connected.
      await house.until('the diagnosis naming it', async () => {
        const { sentence } = await house.product.get<{ sentence: string }>('/api/rooms/t11/diagnosis')
        return sentence.includes('room_offline')
      })
    })

    it('T14: a sign server that points elsewhere is refused, said aloud and never followed', async () => {
      let reached = 0
      const trap = await startNetProxy(house.tiktok.port)
      const fault = house.tiktok.fault('sign', {
        kind: 'foreign_host',
        url: 'ws://169.254.169.254/latest/meta-data/',
        handle: 't14',
      })
      house.tiktok.creator('t14').goLive()
      await house.add('t14')
      const told = await house.until('the security event', async () =>
        (await factsOf('t14')).find(({ name }) => name === 'sign.bad_endpoint'),
      )
      reached = trap.accepted()
      await trap.close()
      expect(fault.fired()).toBeGreaterThan(0)
      expect(reached).toBe(0)
      expect(JSON.stringify(told.body)).toContain('169.254.169.254')
      expect(JSON.stringify(told.body)).not.toContain('meta-data')
      expect(await house.sessions('t14')).toEqual([])
      expect(house.tiktok.viewers.some(({ handle }) => handle === 't14')).toBe(false)
      house.tiktok.creator('t14').goOffline()
    })
  })
})
