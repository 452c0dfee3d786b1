// Letting go and coming back: SIGTERM in every state of a room, what is on disk then, what the next boot makes of it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withDatabase, wrongIn } from '../_support/product-database.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import type { Ended } from '../_support/product.ts'
import { openStream, type ProductStream } from '../_support/product-stream.ts'
import { runScript, type Running } from '../_support/tiktok/script.ts'

/** Everybody's state when the signal comes; those with a session have one open. */
const STATES = {
  off: 'off',
  watching: 'watching',
  signing: 'connecting',
  opening: 'connecting',
  receiving: 'live.receiving',
  gone: 'live.receiving',
  another: 'live.receiving',
  paused: 'live.paused',
  reconnecting: 'live.reconnecting',
  resting: 'cooldown',
  stopped: 'cooldown',
  draining: 'draining',
} as const
type Name = keyof typeof STATES
const PARKED: readonly Name[] = ['opening', 'receiving', 'gone', 'another', 'paused', 'reconnecting']

interface SessionRow {
  readonly id: string
  readonly end_reason: string | null
  readonly parked_at: number | null
  readonly archived_at: number | null
}

describe('P01: SIGTERM in each state of a room', () => {
  let house: House
  let facts: ProductStream
  let events: ProductStream
  let scripts: readonly Running[] = []
  let ended: Ended
  const sessionOf = new Map<string, string>()
  const rows = new Map<string, readonly SessionRow[]>()
  let stored: ReadonlySet<string>
  const broadcastOf = new Map<string, string>()

  const prepare = async (): Promise<void> => {
    const { tiktok, product } = house
    await house.add('off', { monitor: false })
    await house.add('watching')
    const live = ['receiving', 'gone', 'another', 'paused', 'reconnecting', 'resting', 'stopped', 'draining']
    const creators = await Promise.all(live.map((handle) => house.record(handle)))
    scripts = creators.map((creator, seed) => runScript(creator, { chatsPerSecond: 30, seed }))

    const of = (handle: string) => tiktok.creator(handle)
    of('paused').pause()
    of('resting').end()
    await product.post('/api/rooms/stopped/stop')
    tiktok.fault('sign', { kind: 'status', status: 500, handle: 'reconnecting' })
    await of('reconnecting').mishaps.dropHard()
    const viewer = await tiktok.watched('draining')
    viewer.deafen()
    const reached = Object.entries(STATES).filter(([, state]) => state !== 'draining')
    const connecting = ['signing', 'opening'] as const
    for (const [handle, state] of reached) {
      if (!connecting.some((name) => name === handle)) await house.reaches(handle, state)
    }
    // At last, because a socket that does not open is given up after fifteen seconds.
    tiktok.fault('sign', { kind: 'hang', ms: 120_000, handle: 'signing' })
    tiktok.fault('socket', { kind: 'slow', ms: 120_000, handle: 'opening' })
    for (const handle of connecting) {
      tiktok.creator(handle).goLive()
      await house.add(handle)
    }
    for (const [handle, state] of reached) await house.reaches(handle, state)
    await house.until(
      'the room of a connect answer having a session',
      async () => (await house.room('opening')).session !== null,
    )
    scripts.at(-1)?.stop()
    of('draining').end()
    await house.reaches('draining', 'draining')
  }

  beforeAll(async () => {
    house = await openHouse({
      env: { COOLDOWN_MS: '60000', DRAIN_TIMEOUT_MS: '4000' },
    })
    facts = await openStream(house.product, '/api/stream')
    await prepare()
    for (const handle of Object.keys(STATES)) {
      const room = await house.room(handle)
      const id = room.session?.id
      if (id !== undefined) sessionOf.set(handle, id)
      broadcastOf.set(handle, house.tiktok.creator(handle).broadcastId ?? '')
    }
    events = await openStream(house.product, `/api/sessions/${sessionOf.get('receiving')}/live`)
    ended = await house.product.end('SIGTERM')
    for (const script of scripts) script.stop()
    await withDatabase(house.product.dataDir, async (copy) => {
      expect(await wrongIn(copy)).toEqual([])
      for (const handle of Object.keys(STATES)) {
        const found = await copy.rows(
          'SELECT id, end_reason, parked_at, archived_at FROM sessions WHERE handle = ? ORDER BY no',
          handle,
        )
        rows.set(handle, found as unknown as SessionRow[])
      }
      const ids = await copy.rows('SELECT CAST(msg_id AS TEXT) AS id FROM events')
      stored = new Set(ids.map(({ id }) => String(id)))
    })
  }, 400_000)
  afterAll(() => house.close())

  it('P01: ends with 0 within ten seconds and lets no one in any more', async () => {
    expect(ended).toMatchObject({ code: 0, signal: null })
    expect(ended.afterMs).toBeLessThan(10_000)
    await expect(house.product.request('/healthz')).rejects.toThrow()
  })

  it('P01: parks every open session and archives none because of it', () => {
    for (const handle of PARKED) {
      const [row, ...others] = rows.get(handle) ?? []
      expect(others, handle).toEqual([])
      expect(row, handle).toMatchObject({ archived_at: null, end_reason: null })
      expect(row?.parked_at, handle).toBeGreaterThan(0)
    }
    for (const handle of ['off', 'watching', 'signing']) expect(rows.get(handle), handle).toEqual([])
    expect(rows.get('resting')).toMatchObject([{ end_reason: 'stream_end' }])
    expect(rows.get('stopped')).toMatchObject([{ end_reason: 'manual_stop' }])
  })

  it('P01: finishes a session that was being ended, with its own reason', () => {
    expect(rows.get('draining')).toMatchObject([{ end_reason: 'stream_end', parked_at: null }])
  })

  it('P01: has stored every message that was on its way when the signal came', () => {
    for (const handle of ['receiving', 'gone', 'another', 'paused', 'draining'] as const) {
      const sent = house.tiktok.truth.delivered({ broadcastId: broadcastOf.get(handle) ?? '' })
      expect(sent.length, handle).toBeGreaterThan(10)
      expect(
        sent.filter(({ msgId }) => !stored.has(msgId)).map(({ n, method }) => `${n} ${method}`),
        handle,
      ).toEqual([])
    }
  })

  it('P01: tells every stream that it is the shutdown', async () => {
    for (const stream of [facts, events]) {
      await stream.ended
      expect(stream.messages.at(-1)?.event).toBe('shutdown')
    }
  })

  it('P01: the next boot goes on with what is on air, and ends the rest as shutdown', async () => {
    const { tiktok, product } = house
    const lastId = facts.lastId()
    tiktok.clearFaults()
    tiktok.creator('gone').goOffline()
    tiktok.creator('another').newBroadcast()
    await product.start()
    const again = await openStream(product, '/api/stream', lastId)

    for (const handle of ['opening', 'receiving', 'paused', 'reconnecting'] as const) {
      const room = await house.reaches(handle, handle === 'paused' ? 'live.paused' : 'live.receiving')
      expect(room.session?.id, handle).toBe(sessionOf.get(handle))
      // The state is in memory; the row of its gap is closed by a commit after it.
      const session = await house.until(`the gaps of ${handle} being closed`, async () => {
        const [found] = await house.sessions(handle)
        return found?.gaps.length !== 0 && found?.gaps.every(({ toAt }) => toAt !== null) && found
      })
      expect(session, handle).toMatchObject({ archivedAt: null, parkedAt: null })
      const causes = session.gaps.map(({ cause }) => cause)
      if (handle === 'receiving' || handle === 'paused') expect(causes, handle).toEqual(['shutdown'])
    }
    await house.reaches('signing', 'live.receiving')
    expect(await house.sessions('signing')).toHaveLength(1)
    expect((await house.room('off')).state).toBe('off')
    expect((await house.room('stopped')).state).toBe('cooldown')

    const [gone] = await house.archived('gone')
    expect(gone).toMatchObject({ endReason: 'shutdown', id: sessionOf.get('gone') })
    await house.reaches('another', 'live.receiving')
    const [old, fresh] = await house.sessions('another')
    expect(old).toMatchObject({ endReason: 'shutdown', id: sessionOf.get('another') })
    expect(fresh).toMatchObject({ archivedAt: null, broadcastId: tiktok.creator('another').broadcastId })

    await again.until('the news of the new boot', ({ data }) => data.includes('server.started'))
    const told = [...facts.messages, ...again.messages].filter(({ id }) => id !== null)
    const torn = told.flatMap(({ id }, n) =>
      n === 0 || Number(id) === Number(told[n - 1]?.id) + 1 ? [] : [told[n - 1], told[n]],
    )
    expect(torn).toEqual([])
    expect(again.messages.filter(({ data }) => data.includes('"session.parked"'))).toHaveLength(PARKED.length)
    await again.close()
  }, 100_000)

  it('P01: what was resumed is one session in the end', async () => {
    const handles = ['signing', 'opening', 'receiving', 'paused', 'reconnecting'] as const
    for (const handle of handles) {
      house.tiktok.creator(handle).say('again')
      house.tiktok.creator(handle).end()
    }
    for (const handle of handles) {
      const sessions = await house.archived(handle)
      expect(sessions, handle).toHaveLength(1)
      expect(sessions[0], handle).toMatchObject({ endReason: 'stream_end' })
    }
    expect(await house.product.end('SIGTERM')).toMatchObject({ code: 0 })
    await withDatabase(house.product.dataDir, async (copy) => expect(await wrongIn(copy)).toEqual([]))
  }, 100_000)
})
