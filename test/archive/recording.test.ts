// Frames through the real threads into rows: what is stored, in which order, and what is said back.

import { gzipSync } from 'node:zlib'
import * as Effect from 'effect/Effect'
import * as Metric from 'effect/Metric'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { historyDuplicates } from '../../src/archive/recorder-metrics.ts'
import {
  archiveSpec,
  chats,
  give,
  head,
  newHeard,
  sessionOf,
  sessionRow,
  startDesk,
  type Desk,
} from '../_support/archive.ts'
import { buildFetch, buildFrame, heartbeatAnswer, wrap } from '../_support/tiktok/frames.ts'
import { person } from '../_support/tiktok/ids.ts'
import { chat, control } from '../_support/tiktok/messages.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

const texts = async (no: number) =>
  (await desk.rows('SELECT text FROM events WHERE session_id = ? ORDER BY id', `s${no}`)).map(
    (row) => row['text'],
  )
const flush = (no: number) => desk.run(desk.recorder.flush(no))

describe('a recording', () => {
  it('stores each frame as it came and each of its messages once, and acknowledges it when it is durable', async () => {
    const session = await desk.open()
    const heard = newHeard()
    const tap = desk.recorder.tap(session, heard.listener)
    const frame = buildFrame(chats(3), { internalExt: 'ext-1' })
    tap.frame('push', frame.bytes, 1_700_000_000_123)
    await flush(session.no)
    const stored = await desk.row('SELECT * FROM frames WHERE session_id = ?', `s${session.no}`)
    expect(Buffer.from(stored['payload'] as Uint8Array).equals(frame.bytes)).toBe(true)
    expect(stored).toMatchObject({ at: 1_700_000_000_123, conn: 1, kind: 'push' })
    expect(await texts(session.no)).toEqual(['hello 0', 'hello 1', 'hello 2'])
    expect(heard.acks).toEqual([{ logId: frame.logId, internalExt: 'ext-1' }])
    expect(desk.recorder.counters(session.no)).toMatchObject({ frames: 1, received: 3, events: 3, chats: 3 })
    expect(heard.counted.at(-1)).toMatchObject({ events: 3 })
  })

  it("takes the sign server's first batch, and counts a heartbeat's answer as life without storing it", async () => {
    const session = await desk.open()
    const tap = desk.recorder.tap(session, newHeard().listener)
    const first = chats(2)
    const bytes = buildFetch(
      first.map((message) => ({ message, history: true })),
      { cursor: 'c', pushServer: 'wss://example', internalExt: 'e' },
    )
    tap.frame('fetch', bytes, 5_000)
    tap.frame('push', heartbeatAnswer(), 6_000)
    await flush(session.no)
    expect(await desk.rows('SELECT kind FROM frames WHERE session_id = ?', `s${session.no}`)).toEqual([
      { kind: 'fetch' },
    ])
    expect(await desk.rows('SELECT history FROM events WHERE session_id = ?', `s${session.no}`)).toEqual([
      { history: 1 },
      { history: 1 },
    ])
    expect(await sessionRow(desk, session.no)).toMatchObject({ frames: 2, received: 2 })
  })

  it('holds frames that come before the session is open, and puts them behind its row', async () => {
    const session = sessionOf(await desk.run(desk.recorder.reserve), 'early', Date.now())
    const tap = desk.recorder.tap(session, newHeard().listener)
    give(tap, chats(2, 'early'))
    expect(await desk.rows('SELECT no FROM sessions WHERE no = ?', session.no)).toEqual([])
    await desk.run(desk.recorder.open({ ...session, handle: 'early' }))
    await flush(session.no)
    expect(await texts(session.no)).toEqual(['early 0', 'early 1'])
  })

  it('T01: the same message id twice in one batch is one row and one duplicate', async () => {
    const session = await desk.open()
    const tap = desk.recorder.tap(session, newHeard().listener)
    const one = chat(head(), person(1), 'once')
    give(tap, [one, one, chat(head(), person(2), 'other')])
    await flush(session.no)
    expect(await texts(session.no)).toEqual(['once', 'other'])
    const counted = { received: 3, event_count: 2, duplicates: 1, poison: 0 }
    expect(await sessionRow(desk, session.no)).toMatchObject(counted)
  })

  it('T02: a history replay on a new connection brings no new rows and is counted apart', async () => {
    const session = await desk.open()
    const first = desk.recorder.tap(session, newHeard().listener)
    const messages = chats(30)
    give(first, messages)
    first.close()
    await flush(session.no)
    const before = await Effect.runPromise(Metric.value(historyDuplicates))
    const second = desk.recorder.tap(session, newHeard().listener)
    give(second, messages, { history: true })
    give(second, [...messages.slice(20), chat(head(), person(9), 'missed')], { history: true })
    await flush(session.no)
    const after = await Effect.runPromise(Metric.value(historyDuplicates))
    expect(after.count - before.count).toBe(40)
    expect(await texts(session.no)).toHaveLength(31)
    expect(await sessionRow(desk, session.no)).toMatchObject({ event_count: 31, duplicates: 40, frames: 3 })
    // The frame that brought nothing is not stored; the one that brought one message is, with its connection.
    expect(await desk.rows('SELECT conn FROM frames WHERE session_id = ?', `s${session.no}`)).toEqual([
      { conn: 1 },
      { conn: 2 },
    ])
  })

  it('T03: the same message id in two rooms is two rows', async () => {
    const [a, b] = [await desk.open(), await desk.open()]
    const message = chat(head(), person(1), 'both')
    give(desk.recorder.tap(a, newHeard().listener), [message])
    give(desk.recorder.tap(b, newHeard().listener), [message])
    await flush(b.no)
    expect(await desk.rows('SELECT session_id FROM events WHERE msg_id = ?', message.msgId)).toEqual([
      { session_id: `s${a.no}` },
      { session_id: `s${b.no}` },
    ])
  })

  it('T04: a large packed frame and small ones behind it keep the order of their arrival', async () => {
    const session = await desk.open()
    const tap = desk.recorder.tap(session, newHeard().listener)
    const then = 1_700_000_000_000
    const big = Array.from({ length: 400 }, (_, n) =>
      chat(head(undefined, then - n), person(n), `big ${n} ${'x'.repeat(900)}`),
    )
    const frame = buildFrame(big, { level: 9 })
    expect(gzipSync(frame.bytes).length).toBeGreaterThan(10_000)
    tap.frame('push', frame.bytes, 1)
    for (let n = 0; n < 20; n += 1) give(tap, [chat(head(), person(n), `small ${n}`)], { gzip: false })
    await flush(session.no)
    const rows = await desk.rows(
      'SELECT text, source_at FROM events WHERE session_id = ? ORDER BY id',
      `s${session.no}`,
    )
    const names = rows.map((row) => String(row['text']).split(' ').slice(0, 2).join(' '))
    expect(names).toEqual([
      ...big.map((_, n) => `big ${n}`),
      ...Array.from({ length: 20 }, (_, n) => `small ${n}`),
    ])
    expect(rows[1]?.['source_at']).toBe(then - 1)
  })

  it('T08: a message that cannot be decoded is poison, its neighbours are events, and the take goes on', async () => {
    const session = await desk.open()
    const tap = desk.recorder.tap(session, newHeard().listener)
    const [a, b] = chats(2)
    const broken = {
      ...chat(head(), person(3), 'lost'),
      payload: Uint8Array.from([0x0a, 0xff, 0xff, 0xff, 0x7f, 1]),
    }
    give(tap, [a!, broken, b!])
    tap.frame('push', wrap(Buffer.from('not a batch, not gzip'), '77', false), 5)
    tap.frame('push', Buffer.from([0xff, 0xff, 0xff]), 6)
    give(tap, chats(1, 'after'))
    await flush(session.no)
    expect(await texts(session.no)).toEqual(['hello 0', 'hello 1', 'after 0'])
    const poison = await desk.rows(
      'SELECT * FROM poison WHERE session_id = ? ORDER BY frame_id',
      `s${session.no}`,
    )
    expect(poison.map((row) => [row['idx'], row['method'], String(row['error']).split(':')[0]])).toEqual([
      [1, 'WebcastChatMessage', 'WireError'],
      [-1, null, 'WireError'],
      [-1, null, 'WireError'],
    ])
    expect(poison[0]).toMatchObject({ size: 6, head: Buffer.from(broken.payload).toString('base64') })
    expect(poison[0]?.['sha256']).toMatch(/^[0-9a-f]{64}$/)
    const counted = { received: 6, event_count: 3, duplicates: 0, poison: 3 }
    expect(await sessionRow(desk, session.no)).toMatchObject(counted)
  })

  it('tells control messages in order, once, and not again when history repeats them', async () => {
    const session = await desk.open()
    const heard = newHeard()
    const tap = desk.recorder.tap(session, heard.listener)
    const messages = [control(head(), 1), control(head(), 2), control(head(), 4)]
    tap.frame('push', buildFrame(messages).bytes, 77)
    tap.frame('push', buildFrame(messages, { history: true }).bytes, 78)
    await flush(session.no)
    expect(heard.controls).toEqual([
      { action: 'paused', at: 77 },
      { action: 'unpaused', at: 77 },
      { action: 'suspended', at: 77 },
    ])
    const facts = 'SELECT name FROM journal WHERE session_id = ? ORDER BY seq'
    const written = async () => (await desk.rows(facts, `s${session.no}`)).map((row) => row['name'])
    await expect.poll(written).toEqual(['session.opened', 'session.paused', 'session.unpaused'])
    expect(
      await desk.rows('SELECT from_at, to_at FROM session_pauses WHERE session_no = ?', session.no),
    ).toEqual([{ from_at: 77, to_at: 77 }])
  })

  it('T05: chats that arrive with and right after the end, before the archive, are in the session', async () => {
    const session = await desk.open()
    const heard = newHeard()
    const tap = desk.recorder.tap(session, heard.listener)
    give(tap, [...chats(300, 'y'.repeat(1_000)), control(head(), 3)], { level: 9 })
    give(tap, chats(5, 'tail'), { gzip: false })
    tap.close()
    const { counters } = await desk.run(desk.recorder.archive(archiveSpec(session)))
    expect(heard.controls.map(({ action }) => action)).toEqual(['ended'])
    expect(counters).toMatchObject({ events: 306, chats: 305 })
    expect(await sessionRow(desk, session.no)).toMatchObject({ end_reason: 'stream_end', event_count: 306 })
    expect(
      await desk.rows('SELECT id FROM events WHERE session_id = ? AND late = 1', `s${session.no}`),
    ).toEqual([])
  })

  it('T06 T26: what comes after the archive is late, in its own session, and changes no row of it', async () => {
    const old = await desk.open('late1')
    const tap = desk.recorder.tap(old, newHeard().listener)
    give(tap, [chat(head(), person(1), 'before'), control(head(), 3), chat(head(), person(2), 'same batch')])
    tap.close()
    await desk.run(desk.recorder.archive(archiveSpec(old)))
    const archived = await sessionRow(desk, old.no)
    const next = {
      ...sessionOf(await desk.run(desk.recorder.reserve), 'late1', Date.now()),
      broadcastId: '74',
    }
    await desk.run(desk.recorder.open({ ...next, handle: 'late1' }))
    const nextTap = desk.recorder.tap(next, newHeard().listener)
    give(nextTap, [chat(head(), person(3), 'next')])
    give(tap, [chat(head(), person(4), 'late'), control(head(), 1)])
    await flush(next.no)
    expect(
      await desk.rows('SELECT text, late FROM events WHERE session_id = ? ORDER BY id', `s${old.no}`),
    ).toEqual([
      { text: 'before', late: 0 },
      { text: null, late: 0 },
      { text: 'same batch', late: 0 },
      { text: 'late', late: 1 },
      { text: null, late: 1 },
    ])
    expect(await texts(next.no)).toEqual(['next'])
    expect(await sessionRow(desk, old.no)).toEqual(archived)
    expect(await sessionRow(desk, next.no)).toMatchObject({ event_count: 1 })
  })

  it('gives the live stream exactly the new events, as the answers show them', async () => {
    const session = await desk.open()
    const tap = desk.recorder.tap(session, newHeard().listener)
    give(tap, chats(1, 'unheard'))
    await flush(session.no)
    const heard: string[] = []
    const stop = desk.recorder.follow(session.no, (events) => void heard.push(...events))
    const messages = chats(2, 'line\nbreak')
    give(tap, messages)
    give(tap, messages, { history: true })
    await flush(session.no)
    stop()
    give(tap, chats(1, 'unheard'))
    await flush(session.no)
    expect(heard.map((text) => JSON.parse(text) as unknown)).toMatchObject([
      { sessionId: `s${session.no}`, kind: 'chat', msgId: messages[0]!.msgId, text: 'line\nbreak 0' },
      { sessionId: `s${session.no}`, kind: 'chat', msgId: messages[1]!.msgId, text: 'line\nbreak 1' },
    ])
  })
})
