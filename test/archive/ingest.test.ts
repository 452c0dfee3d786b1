// The ingest in the test's own thread, with a decoder that can be made to misbehave: what cannot be stored, what
// is repeated, what belongs to somebody else.

import { afterEach, describe, expect, it } from 'vitest'
import { TEXT_MAX } from '../../src/archive/ingest/event-row.ts'
import type { DecodedMessage } from '../../src/domain/event.ts'
import * as tiktok from '../../src/tiktok/decode.ts'
import { startBench, type Bench } from '../_support/archive-ingest.ts'
import { chats, head } from '../_support/archive.ts'
import { buildFrame } from '../_support/tiktok/frames.ts'
import { person } from '../_support/tiktok/ids.ts'
import { chat, control, type Message } from '../_support/tiktok/messages.ts'

let bench: Bench
afterEach(() => bench.close())

/** TikTok's decoder, with what a message's text asks for done to its event. */
const spoiling = (spoil: Readonly<Record<string, (event: DecodedMessage) => object>>) => ({
  ...tiktok,
  decodeMessage: (...args: Parameters<typeof tiktok.decodeMessage>): DecodedMessage => {
    const event = tiktok.decodeMessage(...args)
    const change = spoil[event.text ?? '']
    return change === undefined ? event : { ...event, ...change(event) }
  },
})

const say = (text: string): Message => chat(head(), person(1), text)
const counted = () =>
  bench.row('SELECT frames, received, event_count, duplicates, poison, chats, last_seq FROM sessions')
const texts = async () => (await bench.rows('SELECT text FROM events ORDER BY id')).map((row) => row['text'])

describe('what cannot be stored', () => {
  it('T09: an event that no column can hold is poison, and its neighbours in the same batch are committed', async () => {
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = cyclic
    bench = await startBench(
      spoiling({
        bigint: () => ({ data: { n: 1n } }),
        cyclic: () => ({ data: cyclic }),
        'five megabytes': () => ({ text: 'x'.repeat(5_000_000) }),
        'much data': () => ({ data: { s: 'x'.repeat(TEXT_MAX) } }),
        'half an emoji': () => ({ text: 'a\ud83d' }),
        nul: () => ({ text: 'a\u0000b' }),
      }),
    )
    await bench.session(1)
    const spoiled = ['bigint', 'cyclic', 'five megabytes', 'much data', 'half an emoji', 'nul']
    bench.frame(
      1,
      buildFrame([say('first'), ...spoiled.flatMap((text) => [say(text), say(`after ${text}`)])]).bytes,
    )
    expect(await bench.commit()).toBe(1)
    expect(await texts()).toEqual(['first', ...spoiled.map((text) => `after ${text}`)])
    const poison = await bench.rows('SELECT idx, error, method FROM poison ORDER BY idx')
    expect(poison.map((row) => row['error'])).toEqual([
      'Unfit: the data is not JSON',
      'Unfit: the data is not JSON',
      'Unfit: the text is too long',
      'Unfit: the data is too long',
      'Unfit: the text is not well formed',
      'Unfit: the text is not well formed',
    ])
    expect(await counted()).toMatchObject({ received: 13, event_count: 7, duplicates: 0, poison: 6 })
    expect(JSON.stringify(poison)).not.toContain('xxx')
  })

  it('names are mended and cut instead: a gift must not be lost for its giver’s name', async () => {
    bench = await startBench(
      spoiling({
        named: () => ({
          nickname: `a\u0000b\ud83d${'c'.repeat(300)}`,
          handle: 'x\u0000',
          userId: '99999999999999999999',
        }),
      }),
    )
    await bench.session(1)
    bench.frame(1, buildFrame([say('named')]).bytes)
    await bench.commit()
    const row = await bench.row('SELECT nickname, handle, user_id FROM events')
    expect(row).toMatchObject({ handle: 'x\ufffd', user_id: null })
    expect(row['nickname']).toMatch(/^a\ufffdb\ufffdc{252}$/)
  })

  it('T09: an event that the database itself refuses becomes poison alone, after its batch was split', async () => {
    bench = await startBench(spoiling({ bad: () => ({ kind: null }) }))
    await bench.session(1)
    const many = [...chats(40), say('bad'), ...chats(20, 'more'), say('bad'), say('last')]
    bench.frame(1, buildFrame(many).bytes)
    bench.frame(1, buildFrame(chats(3, 'next frame')).bytes)
    await bench.commit()
    expect(await texts()).toHaveLength(64)
    const poison = await bench.rows('SELECT idx, error, method, size FROM poison ORDER BY idx')
    expect(poison).toMatchObject([
      { idx: 40, error: 'Refused: constraint', method: 'WebcastChatMessage', size: many[40]!.payload.length },
      { idx: 61, error: 'Refused: constraint' },
    ])
    expect(await counted()).toMatchObject({
      received: 66,
      event_count: 64,
      duplicates: 0,
      poison: 2,
      chats: 64,
    })
    bench.frame(1, buildFrame(chats(1)).bytes)
    await bench.commit()
    expect(await counted()).toMatchObject({
      received: 67,
      event_count: 65,
      duplicates: 0,
      poison: 2,
      chats: 65,
    })
  })

  it('poison that comes after the archive is late, like an event: the row counts the rest of it', async () => {
    bench = await startBench()
    await bench.session(1)
    const broken = { ...say('lost'), payload: Uint8Array.from([0x0a, 0xff, 0xff, 0xff, 0x7f, 1]) }
    bench.frame(1, buildFrame([say('in time'), broken]).bytes)
    await bench.commit()
    await bench.connection.query(`UPDATE sessions SET archived_at = 9, end_reason = 'stream_end'`)
    const archived = await counted()
    // Before the recorder knows of the archive, and after.
    for (let n = 0; n < 2; n += 1) {
      bench.frame(1, buildFrame([say('late'), { ...broken, msgId: String(n + 1) }]).bytes)
      await bench.commit()
      bench.accept({ type: 'archived', no: 1 })
    }
    const lateness = (table: string) => bench.rows(`SELECT late FROM ${table} ORDER BY id`)
    expect(await lateness('events')).toEqual([{ late: 0 }, { late: 1 }, { late: 1 }])
    expect(await lateness('poison')).toEqual([{ late: 0 }, { late: 1 }, { late: 1 }])
    expect(await counted()).toEqual(archived)
    expect(archived).toMatchObject({ event_count: 1, poison: 1 })
  })

  it('a frame that unpacks to more than it may is poison', async () => {
    bench = await startBench()
    await bench.session(1)
    const bomb = buildFrame([chat(head(), person(1), 'x'.repeat(40 * 1024 * 1024))], { level: 9 })
    expect(bomb.bytes.length).toBeLessThan(1024 * 1024)
    bench.frame(1, bomb.bytes)
    await bench.commit()
    expect(await bench.row('SELECT idx, error FROM poison')).toEqual({
      idx: -1,
      error: 'RangeError: ERR_BUFFER_TOO_LARGE',
    })
    expect(await bench.rows('SELECT id FROM frames')).toEqual([])
  })

  it('D19 D20: a text of SQL is stored as it is, and ids of 63 bits without loss', async () => {
    bench = await startBench()
    await bench.session(1)
    const drop = `'); DROP TABLE events; --`
    bench.frame(
      1,
      buildFrame([chat(head('9223372036854775807'), { ...person(1), id: '9223372036854775806' }, drop)])
        .bytes,
    )
    await bench.commit()
    expect(
      await bench.row('SELECT CAST(msg_id AS TEXT) AS msg, CAST(user_id AS TEXT) AS user, text FROM events'),
    ).toEqual({ msg: '9223372036854775807', user: '9223372036854775806', text: drop })
  })
})

describe('what is repeated', () => {
  it('a message that the window has forgotten is told by the database, and counted as a duplicate', async () => {
    bench = await startBench()
    await bench.session(1)
    const old = chats(10, 'old')
    bench.frame(1, buildFrame(old).bytes)
    await bench.commit()
    // Another session of the room, whose window has never seen them.
    await bench.session(2, { roomNo: 1 })
    bench.frame(2, buildFrame([...old.slice(5), ...chats(3, 'new')]).bytes)
    await bench.commit()
    expect(
      await bench.row('SELECT received, event_count, duplicates, chats FROM sessions WHERE no = 2'),
    ).toEqual({ received: 8, event_count: 3, duplicates: 5, chats: 3 })
    bench.frame(2, buildFrame(chats(2)).bytes)
    await bench.commit()
    expect(
      await bench.row('SELECT received, event_count, duplicates, chats FROM sessions WHERE no = 2'),
    ).toEqual({ received: 10, event_count: 5, duplicates: 5, chats: 5 })
  })

  it('T36: a batch that is run again after an unknown outcome adds nothing', async () => {
    bench = await startBench()
    await bench.session(1)
    bench.frame(1, buildFrame([...chats(5), control(head(), 1)]).bytes)
    bench.frame(1, Buffer.from([0xff]))
    const units = bench.take()
    await bench.commitUnits(units)
    const once = await counted()
    const said = bench.said.length
    await bench.commitUnits(units)
    expect(await counted()).toEqual(once)
    expect(once).toMatchObject({ frames: 2, received: 7, event_count: 6, duplicates: 0, poison: 1 })
    expect(
      await bench.row(
        'SELECT (SELECT count(*) FROM events) AS e, (SELECT count(*) FROM frames) AS f, (SELECT count(*) FROM poison) AS p',
      ),
    ).toEqual({ e: 6, f: 1, p: 1 })
    expect(bench.said.length).toBeGreaterThan(said)
  })

  it.each(['new', 'recounted'])('a total that the row knows better never goes back (%s)', async (how) => {
    bench = await startBench()
    await bench.session(1)
    const [old] = chats(1)
    await bench.session(2, { roomNo: 1 })
    bench.frame(2, buildFrame([old!]).bytes)
    bench.frame(1, buildFrame(chats(5)).bytes)
    await bench.commit()
    // Pieces of unknown outcome that a crashed process left were on disk after all.
    await bench.connection.query(
      'UPDATE sessions SET frames = 50, bytes = 5000, received = 80, poison = 70, duplicates = 5 WHERE no = 1',
    )
    bench.frame(1, buildFrame([...chats(2, 'more'), ...(how === 'new' ? [] : [old!])]).bytes)
    await bench.commit()
    const row = await bench.row('SELECT * FROM sessions WHERE no = 1')
    expect(row).toMatchObject({ frames: 50, bytes: 5_000, received: 80, poison: 70, event_count: 7 })
    expect(row['duplicates']).toBe(3)
  })

  it('messages without an id keep apart when live, and are found again in a replay', async () => {
    bench = await startBench()
    await bench.session(1)
    const pause = control(head('0'), 1)
    const unpause = control(head('0'), 2)
    const same = { ...pause, payload: pause.payload }
    bench.frame(1, buildFrame([pause, unpause]).bytes)
    bench.frame(1, buildFrame([same, unpause]).bytes)
    bench.frame(1, buildFrame([pause, unpause, pause], { history: true }).bytes)
    await bench.commit()
    const ids = (await bench.rows('SELECT CAST(msg_id AS TEXT) AS id FROM events ORDER BY id')).map((row) =>
      String(row['id']),
    )
    expect(new Set(ids).size).toBe(4)
    expect(ids.every((id) => id.startsWith('-'))).toBe(true)
    expect(await counted()).toMatchObject({ received: 7, event_count: 4, duplicates: 3 })
    expect(bench.said.filter((one) => one.type === 'control').map((one) => one.action)).toEqual([
      'paused',
      'unpaused',
      'paused',
      'unpaused',
    ])
  })
})

describe('what belongs to somebody else', () => {
  it('nothing is written for a session whose epoch is another owner’s, and the recorder is told once', async () => {
    bench = await startBench()
    await bench.session(1)
    await bench.session(2, { roomNo: 2 })
    bench.frame(1, buildFrame(chats(2)).bytes)
    await bench.commit()
    await bench.connection.query('UPDATE sessions SET epoch = 2 WHERE no = 1')
    for (let n = 0; n < 3; n += 1) {
      bench.frame(1, buildFrame(chats(2, 'stolen')).bytes)
      bench.frame(2, buildFrame(chats(1, 'other room')).bytes)
      await bench.commit()
    }
    expect(await bench.rows('SELECT no, event_count FROM sessions ORDER BY no')).toEqual([
      { no: 1, event_count: 2 },
      { no: 2, event_count: 3 },
    ])
    expect(await texts()).not.toContain('stolen 0')
    expect(await bench.row('SELECT count(*) AS n FROM frames WHERE session_id = ?', 's1')).toEqual({ n: 1 })
    expect(bench.said.filter((one) => one.type === 'fenced')).toEqual([{ type: 'fenced', no: 1 }])
  })
})
