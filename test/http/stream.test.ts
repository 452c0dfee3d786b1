import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../src/domain/facts.ts'
import { until } from '../_support/db.ts'
import { OPERATOR, rawAsk, startHarness, statusOf, type Harness } from './harness.ts'
import { Listener } from './listener.ts'

let h: Harness
let room: { readonly id: string; readonly token: string }
beforeAll(async () => {
  h = await startHarness()
  room = await h.addRoom('stream.room')
})
afterAll(() => h.stop())

const listen = (query = '', token = OPERATOR, headers: Readonly<Record<string, string>> = {}): Listener =>
  new Listener(`${h.url}/api/stream${query}`, { authorization: `Bearer ${token}`, ...headers })

/** Facts through the journal, as everything that happens writes them. */
const happen = (count: number, roomId: string | null = room.id, text = 'x'): Promise<unknown> =>
  h.db.write({
    statements: [],
    facts: Array.from({ length: count }, (_, index) => ({
      name: 'room.looked' as const,
      at: Date.now(),
      roomId,
      sessionId: null,
      body: { index, text },
    })),
  })

const newest = async (): Promise<number> =>
  Number((await h.db.read('SELECT max(seq) AS seq FROM journal'))[0]?.['seq'])

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('the stream of facts', () => {
  it('S32: from now on, in order, each once, with the place where it began', async () => {
    const listener = listen()
    await listener.until('it is ready', (it) => it.named('ready').length === 1)
    const from = Number(listener.named('ready')[0]?.id)
    expect(from).toBe(await newest())
    for (let batch = 0; batch < 5; batch += 1) await happen(40)
    await listener.until('all facts', (it) => it.facts.length === 200)
    expect(listener.facts).toEqual(range(from + 1, from + 200))
    expect(listener.headers['x-accel-buffering']).toBe('no')
    listener.close()
  })

  it('S32: resumed by header or parameter it has exactly what was missed, from the table and from memory', async () => {
    await happen(700)
    const to = await newest()
    for (const after of [0, 1, 300, to - 10, to - 1, to]) {
      const byHeader = listen('', OPERATOR, { 'last-event-id': String(after) })
      const byQuery = listen(`?after=${after}`)
      await happen(1)
      const end = await newest()
      for (const listener of [byHeader, byQuery]) {
        await listener.until(`everything after ${after}`, (it) => it.facts.at(-1) === end)
        expect(listener.facts).toEqual(range(after + 1, end))
        expect(listener.named('gap')).toEqual([])
        listener.close()
      }
    }
  })

  it('S32: a server that was started since resumes from the table what it never heard itself', async () => {
    const next = await startHarness({ db: h.db })
    const listener = new Listener(`${next.url}/api/stream?after=0`, { authorization: `Bearer ${OPERATOR}` })
    const end = await newest()
    await listener.until('everything', (it) => it.facts.at(-1) === end)
    expect(listener.facts).toEqual(range(1, end))
    listener.close()
    await next.stop()
  })

  it('H30: text with line breaks and words of the protocol stays inside one data line, and parses the same', async () => {
    const texts = [
      'a\nb',
      'a\r\nb\rc',
      'data: x\n\nevent: evil\nid: 9\n\n',
      ': comment',
      '\u2028\u2029\u0085',
      '{"}',
      '💩\\n',
    ]
    const from = await newest()
    const listener = listen(`?after=${from}`)
    for (const text of texts) await happen(1, room.id, text)
    await listener.until('all of them', (it) => it.facts.length === texts.length)
    const bodies = listener.messages
      .filter(({ event }) => event === 'message')
      .map(({ data }) => (JSON.parse(data) as JournalEntry).body['text'])
    expect(bodies).toEqual(texts)
    expect(listener.named('evil')).toEqual([])
    listener.close()
  })

  it('S33: an owner hears its own room alone, misses none of it, and a heartbeat says how far that covers the whole', async () => {
    const quick = await startHarness({
      db: h.db,
      limits: { streams: { clients: 10, heartbeatMs: 300, waitingBytes: 1e8 } },
    })
    const from = await newest()
    quick.rooms.find = h.rooms.find
    const own = new Listener(`${quick.url}/api/stream?after=${from}`, {
      authorization: `Bearer ${room.token}`,
    })
    const filtered = new Listener(`${quick.url}/api/stream?after=${from}&room=stream.room`, {
      authorization: `Bearer ${OPERATOR}`,
    })
    for (let turn = 0; turn < 30; turn += 1) {
      await happen(1, room.id)
      await happen(2, 'rSomebodyElse')
      await happen(1, null)
    }
    const end = await newest()
    await own.until('its last fact', (it) => it.facts.length === 30)
    await own.until('a heartbeat with the place', (it) => it.lastId === String(end))
    expect(own.comments).toBeGreaterThan(0)
    for (const { data, event } of own.messages) {
      if (event === 'message') expect((JSON.parse(data) as JournalEntry).roomId).toBe(room.id)
    }
    expect(own.facts).toEqual(range(0, 29).map((turn) => from + 1 + turn * 4))
    await filtered.until('the same for an operator who asks for one room', (it) => it.facts.length === 30)
    own.close()
    filtered.close()
    await quick.stop()
  })
})

describe('H26: ids to resume from', () => {
  it('H26: what is no plain decimal number is 400, by header and by parameter', async () => {
    const bad = [
      'abc',
      '-1',
      '1e309',
      '+5',
      '0x10',
      '١٢',
      ' 7 7',
      '007',
      'NaN',
      '9'.repeat(17),
      '9'.repeat(10_000),
      '1.5',
    ]
    for (const id of bad) {
      const query = await h.ask('GET', `/api/stream?after=${encodeURIComponent(id)}`)
      expect([query.status, query.json['code']], id.slice(0, 20)).toEqual([400, 'last_event_id_invalid'])
    }
    for (const id of bad.filter((text) => /^[\x21-\x7e]+$/.test(text) && text.length < 100)) {
      const header = await h.ask('GET', '/api/stream', { headers: { 'last-event-id': id } })
      expect([header.status, header.json['code']], id).toEqual([400, 'last_event_id_invalid'])
    }
    const nul = await rawAsk(
      h.port,
      `GET /api/stream HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\nLast-Event-ID: 1\0\r\n\r\n`,
    )
    expect(statusOf(nul)).toBe(400)
    expect(h.http.streams()).toBe(0)
  })

  it('H26: an id from the future is a reset to where the journal is, and the stream goes on from there', async () => {
    const head = await newest()
    const listener = listen(`?after=${head + 1_000}`)
    await listener.until('the reset', (it) => it.named('reset').length === 1)
    expect(listener.named('reset')[0]).toMatchObject({
      id: String(head),
      data: JSON.stringify({ seq: head }),
    })
    await happen(3)
    await listener.until('what came after', (it) => it.facts.length === 3)
    expect(listener.facts).toEqual(range(head + 1, head + 3))
    listener.close()
  })

  it('H26: the id of another room’s fact is only a number: nothing of that room comes with it', async () => {
    await happen(1, 'rSomebodyElse', 'a secret of theirs')
    const theirs = await newest()
    const listener = listen(`?after=${theirs - 1}`, room.token)
    await happen(1, room.id)
    await listener.until('its own fact', (it) => it.facts.length === 1)
    expect(listener.facts).toEqual([theirs + 1])
    expect(JSON.stringify(listener.messages)).not.toContain('a secret of theirs')
    listener.close()
  })
})

describe('H27: what is no longer kept', () => {
  it('H27 S32: is declared as a gap with its borders, then comes the rest, then what happens; for owners too', async () => {
    await happen(20)
    const cut = (await newest()) - 10
    await h.db.write({ statements: [{ sql: 'DELETE FROM journal WHERE seq <= ?', args: [cut] }] })
    // Another start: this one's memory would still have them.
    const next = await startHarness({ db: h.db })
    const operator = new Listener(`${next.url}/api/stream?after=5`, { authorization: `Bearer ${OPERATOR}` })
    const owner = new Listener(`${next.url}/api/stream?after=5`, { authorization: `Bearer ${room.token}` })
    await happen(5)
    const end = await newest()
    for (const listener of [operator, owner]) {
      await listener.until('the newest', (it) => it.facts.at(-1) === end)
      expect(listener.messages[0]).toEqual({
        id: String(cut),
        event: 'gap',
        data: JSON.stringify({ from: 6, to: cut }),
      })
      expect(listener.facts).toEqual(range(cut + 1, end))
      listener.close()
    }
    await next.stop()
  })

  it('H27 S32: when nothing is kept at all the gap is all there was', async () => {
    await h.db.write({ statements: [{ sql: 'DELETE FROM journal' }] })
    const next = await startHarness({ db: h.db })
    const listener = new Listener(`${next.url}/api/stream?after=0`, { authorization: `Bearer ${OPERATOR}` })
    await listener.until('the gap', (it) => it.named('gap').length === 1)
    const to = Number(listener.messages[0]?.id)
    await happen(1)
    await listener.until('the next fact', (it) => it.facts.length === 1)
    expect(listener.facts).toEqual([to + 1])
    listener.close()
    await next.stop()
  })
})

describe('tokens of open streams', () => {
  it('H09: a revoked token’s streams are closed at once by this server, and within 5 s when another hand revoked it', async () => {
    const { id, token } = await h.addRoom('revoked.room')
    const first = listen('', token)
    await first.until('it is ready', (it) => it.named('ready').length === 1)
    const rotated = await h.ask('POST', `/api/rooms/${id}/tokens/rotate`)
    await first.until('it is closed', (it) => it.closed)
    expect(first.named('auth_expired')[0]?.data).toBe('{"reason":"revoked"}')
    expect((await h.ask('GET', '/api/rooms', { token })).status).toBe(401)
    const second = listen('', String(rotated.json['ownerToken']))
    await second.until('it is ready', (it) => it.named('ready').length === 1)
    const began = performance.now()
    await h.db.write({
      statements: [{ sql: 'UPDATE tokens SET revoked_at = 1 WHERE room_id = ?', args: [id] }],
    })
    await second.until('it is closed', (it) => it.closed)
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(second.named('auth_expired')).toHaveLength(1)
    const operator = listen()
    await operator.until('others are not touched', (it) => it.named('ready').length === 1)
    expect(operator.closed).toBe(false)
    operator.close()
  })

  it('H09: a room that is removed takes its owner’s streams with it', async () => {
    const { id, token } = await h.addRoom('removed.room')
    const listener = listen('', token)
    await listener.until('it is ready', (it) => it.named('ready').length === 1)
    expect((await h.ask('DELETE', `/api/rooms/${id}`)).status).toBe(204)
    await listener.until('it is closed', (it) => it.closed)
    expect(listener.named('auth_expired')).toHaveLength(1)
  })

  it('H31: a token that expires in the middle of a stream closes it with auth_expired', async () => {
    const { id } = await h.addRoom('expiring.room')
    const { json } = await h.ask('POST', `/api/rooms/${id}/tokens/rotate`, { body: { expiresInMs: 4_000 } })
    const token = String(json['ownerToken'])
    const listener = listen('', token)
    await listener.until('it is ready', (it) => it.named('ready').length === 1)
    await happen(1, id)
    await listener.until('a fact while it is valid', (it) => it.facts.length === 1)
    await listener.until('it is closed', (it) => it.closed)
    expect(Date.now()).toBeGreaterThanOrEqual(Number(json['expiresAt']))
    expect(listener.named('auth_expired')[0]?.data).toBe('{"reason":"expired"}')
    expect((await h.ask('GET', '/api/rooms', { token })).status).toBe(401)
  })
})

describe('leaving', () => {
  it('P01: streams are told event: shutdown and end, no further one opens, and the server closes', async () => {
    const leaving = await startHarness({ db: h.db })
    const listeners = Array.from(
      { length: 20 },
      () => new Listener(`${leaving.url}/api/stream`, { authorization: `Bearer ${OPERATOR}` }),
    )
    for (const listener of listeners)
      await listener.until('it is ready', (it) => it.named('ready').length === 1)
    leaving.http.leave()
    expect((await leaving.ask('GET', '/api/stream')).json['code']).toBe('leaving')
    const began = performance.now()
    await leaving.listening.close(5_000)
    expect(performance.now() - began).toBeLessThan(3_000)
    for (const listener of listeners) {
      await listener.until('it is closed', (it) => it.closed)
      expect(listener.messages.at(-1)?.event).toBe('shutdown')
    }
    await until('nothing is left', () => leaving.http.streams() === 0)
    leaving.http.stop()
  })
})
