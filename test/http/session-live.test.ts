import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../_support/db.ts'
import { OPERATOR, startHarness, type Harness } from './harness.ts'
import { Listener } from './listener.ts'
import { eventId, lineOf, seedEvents, seedSession, type SessionSeed } from './seed.ts'

let h: Harness
let room: { readonly id: string; readonly token: string }
beforeAll(async () => {
  h = await startHarness()
  room = await h.addRoom('live.room')
})
afterAll(() => h.stop())

const listen = (no: number, query = '', token = OPERATOR): Listener =>
  new Listener(`${h.url}/api/sessions/s${no}/live${query}`, { authorization: `Bearer ${token}` })

const ids = (no: number, from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(eventId(no, from + index)))

const idsOf = (listener: Listener): readonly (string | null)[] =>
  listener.named('message').map(({ id }) => id)

/** What recording does: rows are durable, then they are said. */
const record = async (seed: SessionSeed, from: number, to: number): Promise<void> => {
  await seedEvents(h, seed, from, to)
  h.say(
    seed.no,
    Array.from({ length: to - from + 1 }, (_, index) => lineOf(seed, from + index)),
  )
}

const archive = (no: number): Promise<unknown> =>
  h.db.write({
    statements: [
      { sql: `UPDATE sessions SET archived_at = 1, end_reason = 'stream_end' WHERE no = ?`, args: [no] },
    ],
    facts: [
      {
        name: 'session.archived',
        at: Date.now(),
        roomId: room.id,
        sessionId: `s${no}`,
        body: { reason: 'stream_end' },
      },
    ],
  })

describe('the events of a session while it records', () => {
  it('S32: come from now on, are resumed by id from the table, and end with archived', async () => {
    const seed: SessionSeed = { no: 11, roomId: room.id, open: true, events: 600 }
    await seedSession(h, seed)
    const fresh = listen(11)
    await fresh.until('it is ready', (it) => it.named('ready').length === 1)
    expect(fresh.lastId).toBe(String(eventId(11, 600)))
    const resumed = listen(11, `?after=${eventId(11, 100)}`, room.token)
    const whole = listen(11, '?after=0')
    await record(seed, 601, 700)
    await whole.until('everything', (it) => idsOf(it).length === 700)
    await resumed.until('what was missed', (it) => idsOf(it).length === 600)
    await fresh.until('what is new', (it) => idsOf(it).length === 100)
    expect(idsOf(fresh)).toEqual(ids(11, 601, 700))
    expect(idsOf(resumed)).toEqual(ids(11, 101, 700))
    expect(idsOf(whole)).toEqual(ids(11, 1, 700))
    await archive(11)
    for (const listener of [fresh, resumed, whole]) {
      await listener.until('it is over', (it) => it.closed)
      expect(listener.messages.at(-1)).toMatchObject({
        event: 'archived',
        data: JSON.stringify({ sessionId: 's11', reason: 'stream_end' }),
      })
    }
    await until('the recorder is not asked any more', () => h.followed() === 0)
  })

  it('of an archived session are all that was missed, then archived', async () => {
    const listener = listen(11, `?after=${eventId(11, 698)}`)
    await listener.until('it is over', (it) => it.closed)
    expect(idsOf(listener)).toEqual(ids(11, 699, 700))
    expect(listener.named('archived')).toHaveLength(1)
  })

  it('H27: of a session whose events were pruned are a gap', async () => {
    await seedSession(h, { no: 12, roomId: room.id, events: 5 })
    await h.db.write({
      statements: [
        { sql: 'DELETE FROM events WHERE id >> 26 = 12' },
        { sql: 'UPDATE sessions SET pruned_at = 1 WHERE no = 12' },
      ],
    })
    const listener = listen(12, '?after=0')
    await listener.until('it is over', (it) => it.closed)
    expect(listener.messages.map(({ event }) => event)).toEqual(['gap', 'archived'])
    expect(JSON.parse(listener.messages[0]?.data ?? '')).toEqual({
      from: String(eventId(12, 1)),
      to: String(eventId(12, 5)),
    })
  })

  it('H26: an id that is none is 400, one from the future is a reset, one from before is the beginning', async () => {
    const seed: SessionSeed = { no: 13, roomId: room.id, open: true, events: 3 }
    await seedSession(h, seed)
    expect((await h.ask('GET', '/api/sessions/s13/live?after=x')).status).toBe(400)
    const future = listen(13, `?after=${eventId(13, 9_000)}`)
    await future.until('the reset', (it) => it.named('reset').length === 1)
    expect(future.lastId).toBe(String(eventId(13, 3)))
    const early = listen(13, `?after=${eventId(12, 1)}`)
    await early.until('all of it', (it) => idsOf(it).length === 3)
    await record(seed, 4, 5)
    await future.until('what came after', (it) => idsOf(it).length === 2)
    await early.until('what came after', (it) => idsOf(it).length === 5)
    expect(idsOf(early)).toEqual(ids(13, 1, 5))
    future.close()
    early.close()
    await until('they are gone', () => h.http.streams() === 0)
  })

  it('S32: fifty who join while events happen miss none and get none twice', async () => {
    const seed: SessionSeed = { no: 14, roomId: 'rFourteen', open: true, events: 1_000 }
    await seedSession(h, seed)
    const listeners: Listener[] = []
    for (let turn = 0; turn < 50; turn += 1) {
      listeners.push(listen(14, '?after=0'))
      await record(seed, 1_001 + turn * 7, 1_007 + turn * 7)
    }
    for (const listener of listeners) {
      await listener.until('everything', (it) => idsOf(it).length >= 1_350)
      expect(idsOf(listener)).toEqual(ids(14, 1, 1_350))
      listener.close()
    }
    await until('they are gone', () => h.http.streams() === 0)
    expect(h.followed()).toBe(0)
  })
})
