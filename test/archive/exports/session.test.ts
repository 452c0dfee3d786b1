import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planExport, type ExportOptions } from '../../../src/archive/exports/plan.ts'
import { addRoom, addSession, eventId, T0, type EventSeed } from '../record.ts'
import { openStore, type Store } from '../store.ts'
import { exported as exportedFrom, gathered, opened, textOf } from './exported.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
  await addRoom(store, { no: 1, handle: 'maker' })
})
afterEach(() => store.close())

const chat = (text: string, more: Partial<EventSeed> = {}): EventSeed => ({ kind: 'chat', text, ...more })

const exported = async (no: number, options: ExportOptions) => {
  const found = await exportedFrom(store, no, options)
  return { ...found, text: textOf(found.bytes) }
}

const lines = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('NDJSON', () => {
  it('gives these bytes for this session, ids as text', async () => {
    const events = [
      chat('hello "you"', {
        userId: 7_123_456_789_012_345_678n,
        handle: 'ann',
        nickname: 'Ann 🌸',
        data: { a: [1] },
      }),
      { kind: 'gift', userId: 5n, giftId: 5655n, groupId: 9n, amount: 3, value: 1, final: true, msgId: -12n },
    ] as const
    await addSession(store, { no: 4, roomNo: 1, handle: 'maker', events })
    const { text, totalRows, contentType, fileName, archived } = await exported(4, { format: 'ndjson' })
    expect(text).toBe(
      '{"id":"268435457","sessionId":"s4","at":1767323041000,"sourceAt":null,"kind":"chat",' +
        '"method":"Webcast_chat","msgId":"7000000000268435457","userId":"7123456789012345678","handle":"ann",' +
        '"nickname":"Ann 🌸","text":"hello \\"you\\"","amount":null,"total":null,"value":null,"giftId":null,' +
        '"groupId":null,"final":false,"history":false,"late":false,"data":{"a":[1]}}\n' +
        '{"id":"268435458","sessionId":"s4","at":1767323042000,"sourceAt":null,"kind":"gift",' +
        '"method":"Webcast_gift","msgId":null,"userId":"5","handle":null,"nickname":null,"text":null,"amount":3,' +
        '"total":null,"value":1,"giftId":"5655","groupId":"9","final":true,"history":false,"late":false,"data":null}\n',
    )
    expect(totalRows).toBe(2)
    expect(archived).toBe(true)
    expect(contentType).toBe('application/x-ndjson')
    expect(fileName).toBe('maker-20260102T030400Z-s4.ndjson')
  })

  it('keeps every hostile text exactly, one event a line, whatever reads lines', async () => {
    const texts = [
      'a\nb\r\nc\u2028d\u2029e\u0085f\u000bg',
      '\u202egpj.exe\u202c \u2066x\u2069 \ufeff\u061c',
      '=HYPERLINK("x")',
      "'); DROP TABLE events; --",
      '\\" \\u0000 {"kind":"gift"}',
      'العربية \u200f و 日本語 👩‍👩‍👧‍👦',
      '\u0001\u001f\u007f\u009f',
    ]
    await addSession(store, { no: 1, roomNo: 1, events: texts.map((text) => chat(text)) })
    const { text } = await exported(1, { format: 'ndjson' })
    expect(text.split(/[\p{Cc}\u2028\u2029]/u)).toHaveLength(texts.length + 1)
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u007f-\u009f]/)
    expect(lines(text).map((line) => line['text'])).toEqual(texts)
  })

  it('is the same bytes each time, over many pages, in the order of ids', async () => {
    const events = Array.from({ length: 2_345 }, (_, index) => chat(`message ${index}`))
    await addSession(store, { no: 9, roomNo: 1, events })
    const first = await exported(9, { format: 'ndjson' })
    const second = await exported(9, { format: 'ndjson' })
    expect(first.text).toBe(second.text)
    expect(first.totalRows).toBe(2_345)
    expect(lines(first.text).map((line) => line['text'])).toEqual(events.map((event) => event.text))
  })

  it('holds only the kinds asked for, and says how many, even when they are rare', async () => {
    const events = Array.from({ length: 2_100 }, (_, index): EventSeed =>
      index % 1_000 === 999 ? { kind: 'follow' } : chat(`${index}`),
    )
    await addSession(store, { no: 2, roomNo: 1, events })
    const { text, totalRows } = await exported(2, { format: 'ndjson', kinds: ['follow', 'share'] })
    expect(totalRows).toBe(2)
    expect(lines(text).map((line) => line['id'])).toEqual([
      String(eventId(2, 1_000)),
      String(eventId(2, 2_000)),
    ])
  })

  it('has the fragments of a broadcast in order, and none of its duplicates', async () => {
    await addSession(store, { no: 3, roomNo: 1, events: [chat('first')] })
    await addSession(store, { no: 5, roomNo: 1, events: [chat('second')], openedAt: T0 + 1 })
    await addSession(store, { no: 6, roomNo: 1, events: [chat('twice')], openedAt: T0 + 2 })
    await addSession(store, { no: 7, roomNo: 1, events: [chat('another broadcast')] })
    await store.rows(`UPDATE sessions SET merged_into = 3, merge_kind = 'fragment' WHERE no = 5`)
    await store.rows(`UPDATE sessions SET merged_into = 3, merge_kind = 'duplicate' WHERE no = 6`)
    const { text, totalRows } = await exported(3, { format: 'ndjson' })
    expect(lines(text).map((line) => [line['sessionId'], line['text']])).toEqual([
      ['s3', 'first'],
      ['s5', 'second'],
    ])
    expect(totalRows).toBe(2)
    expect((await exported(5, { format: 'ndjson' })).totalRows).toBe(1)
  })

  it('counts and gives late rows, marked as such', async () => {
    await addSession(store, { no: 3, roomNo: 1, events: [chat('in time'), chat('too late', { late: true })] })
    const { text, totalRows } = await exported(3, { format: 'ndjson' })
    expect(totalRows).toBe(2)
    expect(lines(text).map((line) => line['late'])).toEqual([false, true])
  })

  it('of an open session, holds what was durable when it was asked for, and says that it is open', async () => {
    await addSession(store, { no: 3, roomNo: 1, open: true, events: [chat('one')] })
    const found = await opened(store, 3, { format: 'ndjson' })
    await store.rows(
      `INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, kind, method)
VALUES (?1, 1, 99, 1, 1, 1, 'chat', 'm')`,
      [eventId(3, 2)],
    )
    expect(found.archived).toBe(false)
    expect(found.totalRows).toBe(1)
    expect(lines(textOf(await gathered(found.stream)))).toHaveLength(1)
  })

  it('of a session without events is empty, and of a pruned one too, and says so', async () => {
    await addSession(store, { no: 3, roomNo: 1 })
    const empty = await exported(3, { format: 'ndjson' })
    expect([empty.text, empty.totalRows, empty.pruned]).toEqual(['', 0, false])
    await addSession(store, { no: 4, roomNo: 1, events: [chat('gone')] })
    await store.rows('UPDATE sessions SET pruned_at = 1 WHERE no = 4')
    await store.rows('DELETE FROM events')
    const pruned = await exported(4, { format: 'ndjson' })
    expect([pruned.text, pruned.totalRows, pruned.pruned]).toEqual(['', 0, true])
  })

  it('refuses a session that does not exist', async () => {
    const error = await store.run(Effect.flip(planExport(77, { format: 'ndjson' })))
    expect(error).toMatchObject({ _tag: 'CommandRefused', code: 'session_unknown' })
  })

  it('survives a row whose data is no JSON', async () => {
    await addSession(store, { no: 1, roomNo: 1, events: [chat('x', { data: 'fine' })] })
    await store.rows(`UPDATE events SET data = '{broken'`)
    expect(lines((await exported(1, { format: 'ndjson' })).text)[0]).toMatchObject({ data: '{broken' })
  })
})

describe('the stream', () => {
  it('reads a page when it is pulled and none after it was left', async () => {
    const events = Array.from({ length: 2_500 }, (_, index) => chat(`${index}`))
    await addSession(store, { no: 1, roomNo: 1, events })
    const { stream } = await opened(store, 1, { format: 'ndjson' })
    const before = store.asked.length
    const pages = stream[Symbol.asyncIterator]()
    expect(store.asked.length).toBe(before)
    await pages.next()
    expect(store.asked.length).toBe(before + 1)
    await pages.return?.()
    expect((await pages.next()).done).toBe(true)
    expect(store.asked.length).toBe(before + 1)
  })

  it('asks for smaller pages where a page is heavier than is held, and cuts it the same each time', async () => {
    const long = 'x'.repeat(60_000)
    const events = Array.from({ length: 300 }, (_, index) => chat(`${index} ${long}`))
    await addSession(store, { no: 1, roomNo: 1, events })
    const before = store.asked.length
    const found = await opened(store, 1, { format: 'ndjson' })
    const chunks: Uint8Array[] = []
    for await (const chunk of found.stream) chunks.push(chunk)
    expect(chunks.length).toBeGreaterThan(4)
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(6_000_000)
    expect(store.asked.length - before, 'one was refused').toBeGreaterThan(chunks.length + 1)
    const { text, bytes } = await exported(1, { format: 'ndjson' })
    expect(lines(text).map((line) => String(line['text']).split(' ')[0])).toEqual(
      Array.from({ length: 300 }, (_, index) => `${index}`),
    )
    expect(Buffer.compare(bytes, Buffer.concat(chunks))).toBe(0)
  })

  it('fails where the database fails, instead of ending as if it were complete', async () => {
    await addSession(store, { no: 1, roomNo: 1, events: [chat('x')] })
    const { stream } = await opened(store, 1, { format: 'ndjson' })
    await store.rows('ALTER TABLE events RENAME COLUMN text TO gone')
    await expect(gathered(stream)).rejects.toMatchObject({ kind: 'sql' })
  })
})

describe('CSV', () => {
  it('gives these bytes for this session: a header, CRLF, quotes doubled', async () => {
    const events = [
      chat('he said "hi", twice', { userId: 7_123_456_789_012_345_678n, handle: 'ann', data: { a: 1 } }),
      { kind: 'like', amount: 15, total: 900, history: true } as const,
    ]
    await addSession(store, { no: 4, roomNo: 1, handle: 'maker', events })
    const { text, totalRows, fileName, contentType } = await exported(4, { format: 'csv' })
    expect(text).toBe(
      'id,sessionId,at,time,sourceAt,kind,method,msgId,userId,handle,nickname,text,amount,total,value,giftId,groupId,' +
        'final,history,late,data\r\n' +
        '268435457,s4,1767323041000,2026-01-02T03:04:01.000Z,,chat,Webcast_chat,7000000000268435457,' +
        '7123456789012345678,ann,,"he said ""hi"", twice",,,,,,false,false,false,"{""a"":1}"\r\n' +
        '268435458,s4,1767323042000,2026-01-02T03:04:02.000Z,,like,Webcast_like,7000000000268435458,,,,,15,900,,,,' +
        'false,true,false,\r\n',
    )
    expect(totalRows).toBe(2)
    expect(fileName).toBe('maker-20260102T030400Z-s4.csv')
    expect(contentType).toContain('text/csv; charset=utf-8')
  })

  it('lets no text become a formula, a second line or a change of direction', async () => {
    const texts = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '\r\n=cmd|x',
      '＝1',
      'a\nb\r\nc',
      '\u202eabc',
      '\ufeff=1',
    ]
    await addSession(store, { no: 1, roomNo: 1, events: texts.map((text) => chat(text)) })
    const { text } = await exported(1, { format: 'csv' })
    const [, ...records] = text.split('\r\n').slice(0, -1)
    expect(records).toHaveLength(texts.length)
    for (const record of records) expect(record).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/u)
    const cells = records.map((record) => record.split(',')[11] ?? '')
    for (const cell of cells) expect(cell.replace(/^"/, '').trimStart()).not.toMatch(/^[=+\-@＝]/)
    expect(cells).toContain('a b c')
  })

  it('is a header alone when nothing was asked for that exists', async () => {
    await addSession(store, { no: 1, roomNo: 1, events: [chat('x')] })
    const { text, totalRows } = await exported(1, { format: 'csv', kinds: ['gift'] })
    expect(totalRows).toBe(0)
    expect(text.split('\r\n')).toHaveLength(2)
  })
})
