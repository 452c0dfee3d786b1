import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeExporter } from '../../src/archive/exports/exporter-live.ts'
import type { ExportPlan } from '../../src/archive/exports/plan.ts'
import { until } from '../_support/db.ts'
import { OPERATOR, Raw, startHarness, type Harness } from './harness.ts'
import { eventId, pushFrame, seedSession, T0 } from './seed.ts'

let h: Harness
let room: { readonly id: string; readonly token: string }
const payload = new Uint8Array([0, 1, 2, 250, 255, 10, 13, 0])
beforeAll(async () => {
  h = await startHarness()
  room = await h.addRoom('session.room')
  const frame = pushFrame([
    { method: 'WebcastChatMessage', payload },
    { method: 'WebcastNeverSeenMessage', payload: new Uint8Array([9, 9]) },
  ])
  await seedSession(h, {
    no: 1,
    roomId: room.id,
    events: 1_234,
    frame,
    text: (seq) => `line ${seq}\n"quoted", ünï`,
  })
  await seedSession(h, { no: 2, roomId: 'rAnother', events: 3 })
  await seedSession(h, { no: 3, roomId: room.id, events: 0, open: true })
})
afterAll(() => h.stop())

interface Page {
  readonly items: readonly { readonly id: string; readonly text: string }[]
  readonly next: string | null
}
const page = async (path: string): Promise<Page> => (await h.ask('GET', path)).json as unknown as Page

/** All pages of a list. */
const everything = async (path: string): Promise<Page['items']> => {
  const items: Page['items'][number][] = []
  for (let cursor = ''; ;) {
    const { items: some, next } = await page(`${path}${cursor}`)
    items.push(...some)
    if (next === null) return items
    cursor = `&cursor=${next}`
  }
}

const ids = async (query: string) => (await everything(`/api/sessions?limit=2${query}`)).map(({ id }) => id)
const count = async (query: string) => (await everything(`/api/sessions/s1/events?limit=500&${query}`)).length
const payloadAsked = async (seq: number) =>
  fetch(`${h.url}/api/sessions/s1/events/${eventId(1, seq)}/payload`, {
    headers: { authorization: `Bearer ${OPERATOR}` },
  })

describe('lists of sessions', () => {
  it('are newest first, in pages, by room, state, reason and time', async () => {
    expect(await ids('')).toEqual(['s3', 's2', 's1'])
    expect(await ids('&room=session.room')).toEqual(['s3', 's1'])
    expect(await ids('&open=true')).toEqual(['s3'])
    expect(await ids('&open=false&reason=stream_end')).toEqual(['s2', 's1'])
    expect(await ids('&reason=manual_stop')).toEqual([])
    expect(await ids('&reason=manual_stop,stream_end')).toEqual(['s2', 's1'])
    expect(await ids(`&from=${T0 + 1}`)).toEqual([])
    expect(await ids(`&from=${T0}&to=${T0 + 1}`)).toEqual(['s3', 's2', 's1'])
    for (const query of [
      'reason=never',
      'reason=stream_end,never',
      'open=1',
      'from=-1',
      'cursor=x',
      'broadcastId=abc',
    ]) {
      const { status, json } = await h.ask('GET', `/api/sessions?${query}`)
      expect(status, query).toBe(400)
      if (json['code'] === 'query_invalid') expect(json['field']).toBe(`/${query.split('=')[0]}`)
    }
  })

  it('a session has its counters, report, gaps, pauses and attempts', async () => {
    await h.db.write({
      statements: [
        { sql: `INSERT INTO session_gaps (session_no, from_at, to_at, cause) VALUES (1, 5, 9, 'zombie')` },
        {
          sql: `INSERT INTO archive_attempts (session_no, trigger, started_at, finished_at, duration_ms, rows, outcome)
VALUES (1, 'stream_end', 10, 12, 2, 1234, 'done')`,
        },
      ],
    })
    const { json } = await h.ask('GET', '/api/sessions/s1', { token: room.token })
    expect(json).toMatchObject({
      id: 's1',
      roomId: room.id,
      endReason: 'stream_end',
      counters: { events: 1_234 },
      report: { events: 1_234 },
      gaps: [{ sessionId: 's1', fromAt: 5, toAt: 9, cause: 'zombie' }],
      attempts: [{ outcome: 'done', rows: 1_234 }],
    })
    const timeline = await h.ask('GET', '/api/sessions/s1/timeline')
    expect((timeline.json['entries'] as { type: string }[]).map(({ type }) => type)).toEqual([
      'gap',
      'attempt',
    ])
    const stats = await h.ask('GET', '/api/sessions/s1/stats?top=3')
    expect(stats.json).toMatchObject({ sessionId: 's1', totals: { events: 1_234 } })
    for (const id of ['s0', 's01', 'x1', 's99999999999999', '1']) {
      expect((await h.ask('GET', `/api/sessions/${id}`)).status, id).toBe(404)
    }
  })
})

describe('a broadcast in several sessions', () => {
  it('is added up in lists and by itself, and each part keeps its own numbers', async () => {
    const own = await h.addRoom('merged.room')
    for (const [no, events] of [
      [11, 3],
      [12, 4],
      [13, 5],
    ] as const) {
      await seedSession(h, { no, roomId: own.id, events })
    }
    await h.db.write({
      statements: [
        {
          sql: `UPDATE sessions SET viewers_peak = no, viewers_last = no, opened_at = ${T0} + no, ended_at = ${T0} + 9 * no WHERE no > 10`,
        },
        { sql: `UPDATE sessions SET merged_into = 12, merge_kind = 'fragment' WHERE no IN (11, 13)` },
      ],
    })
    const whole = {
      fragments: ['s11', 's13'],
      openedAt: T0 + 11,
      endedAt: T0 + 9 * 13,
      durationMs: 9 * 13 - 11,
      counters: { events: 12, received: 12, chats: 12, frames: 3, viewersPeak: 13, viewersLast: 13 },
    }
    const listed = (await h.ask('GET', '/api/sessions?room=merged.room')).json['items']
    const one = (await h.ask('GET', '/api/sessions/s12', { token: own.token })).json
    expect(listed).toMatchObject([{ id: 's12', counters: { events: 4 }, withFragments: whole }])
    expect(one).toMatchObject({ id: 's12', counters: { events: 4 }, withFragments: whole })
    expect((await h.ask('GET', '/api/sessions/s13')).json).toMatchObject({
      mergedInto: 's12',
      counters: { events: 5 },
      withFragments: null,
    })
  })
})

describe('events', () => {
  it('come in pages that together hold each once, forwards and backwards', async () => {
    const forwards = await everything('/api/sessions/s1/events?limit=500')
    expect(forwards.map(({ id }) => id)).toEqual(
      Array.from({ length: 1_234 }, (_, index) => String(eventId(1, index + 1))),
    )
    const backwards = await everything('/api/sessions/s1/events?limit=499&order=desc')
    expect(backwards.map(({ id }) => id)).toEqual(forwards.map(({ id }) => id).toReversed())
    expect(forwards[0]).not.toHaveProperty('frameId')
  })

  it('are filtered by kind, user, text and border', async () => {
    expect(await count('kind=chat')).toBe(1_234)
    expect(await count('kind=gift,like')).toBe(0)
    expect(await count(`user=${9_007_199_254_740_993n + 7n}`)).toBe(1)
    expect(await count('q=line%201234')).toBe(1)
    expect(await count(`after=${eventId(1, 1_230)}`)).toBe(4)
    expect(await count(`after=${eventId(1, 10)}&before=${eventId(1, 13)}`)).toBe(2)
    for (const query of ['kind=never', 'user=x', 'order=up', 'after=-1', 'q=']) {
      expect((await h.ask('GET', `/api/sessions/s1/events?${query}`)).status, query).toBe(400)
    }
  })

  it('the payload of a message is there byte for byte, known or not, and is nothing a browser would run', async () => {
    const first = await payloadAsked(1)
    expect(new Uint8Array(await first.arrayBuffer())).toEqual(payload)
    expect(first.headers.get('content-type')).toBe('application/octet-stream')
    expect(first.headers.get('content-security-policy')).toContain('sandbox')
    expect(new Uint8Array(await (await payloadAsked(2)).arrayBuffer())).toEqual(new Uint8Array([9, 9]))
    for (const path of [
      `s1/events/${eventId(2, 1)}`,
      's1/events/x',
      `s1/events/${eventId(1, 9_999)}`,
      `s2/events/${eventId(1, 1)}`,
    ]) {
      const answer = await h.ask('GET', `/api/sessions/${path}/payload`)
      expect([answer.status, answer.json['code']], path).toEqual([404, 'event_unknown'])
    }
  })
})

describe('exports', () => {
  it('NDJSON has every event in order, and says how many before it begins', async () => {
    const { headers, text } = await h.ask('GET', '/api/sessions/s1/export')
    expect(headers.get('x-total-rows')).toBe('1234')
    expect(headers.get('content-type')).toContain('ndjson')
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+\.ndjson"$/)
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(1_234)
    const events = lines.map((line) => JSON.parse(line) as { id: string; text: string })
    expect(events).toEqual(await everything('/api/sessions/s1/events?limit=500'))
  })

  it('CSV is a table of the same; kinds are chosen; other formats are refused', async () => {
    const { text, headers } = await h.ask('GET', '/api/sessions/s1/export?format=csv')
    expect(headers.get('content-type')).toContain('text/csv')
    expect(text.trimEnd().split('\r\n')).toHaveLength(1_235)
    const none = await h.ask('GET', '/api/sessions/s1/export?kind=gift')
    expect([none.headers.get('x-total-rows'), none.text]).toEqual(['0', ''])
    expect((await h.ask('GET', '/api/sessions/s1/export?format=xlsx')).status).toBe(400)
    expect((await h.ask('GET', '/api/sessions/s1/export?kind=never')).status).toBe(400)
  })

  it('HEAD answers the headers and opens nothing, and clients that leave half way leave nothing behind', async () => {
    const full = await startHarness({ db: h.db, limits: { exports: 2 } })
    for (let count = 0; count < 10; count += 1) {
      const { status, headers, text } = await full.ask('HEAD', '/api/sessions/s1/export')
      expect([status, headers.get('x-total-rows'), text]).toEqual([200, '1234', ''])
    }
    for (let count = 0; count < 6; count += 1) {
      await new Promise<void>((resolve) => {
        const asked = request(
          `${full.url}/api/sessions/s1/export`,
          { headers: { authorization: `Bearer ${OPERATOR}` } },
          (response) => {
            expect([200, 503]).toContain(response.statusCode)
            response.destroy()
            resolve()
          },
        )
        asked.on('error', () => undefined)
        asked.end()
      })
    }
    let status = 0
    void (async () => {
      while (status !== 200) status = (await full.ask('GET', '/api/sessions/s1/export')).status
    })()
    await until('every place is free again', () => status === 200)
    await full.stop()
  })

  it('are read no faster than the client takes them, and only so many at once', async () => {
    const lines = 'x'.repeat(3_500)
    await seedSession(h, { no: 5, roomId: room.id, events: 8_000, text: () => lines })
    const real = makeExporter({ url: `file:${h.db.path}`, authToken: null })
    let pages = 0
    const counting = async function* (plan: ExportPlan) {
      for await (const page of real.exporter.open(plan)) {
        pages += 1
        yield page
      }
    }
    const slow = await startHarness({
      db: h.db,
      limits: { exports: 1 },
      deps: { exporter: { ...real.exporter, open: counting } },
    })
    const response = await new Promise<IncomingMessage>((resolve) => {
      request(
        `${slow.url}/api/sessions/s5/export`,
        { headers: { authorization: `Bearer ${OPERATOR}` } },
        resolve,
      ).end()
    })
    response.pause()
    await until('the first pages', () => pages >= 2)
    const busy = await slow.ask('GET', '/api/sessions/s1/export')
    expect([busy.status, busy.json['code']]).toEqual([503, 'busy'])
    // 28 MB in all; a socket on the loopback holds a few of them.
    const few = pages
    expect(few).toBeLessThan(20)
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    response.resume()
    await new Promise((resolve) => response.on('end', resolve))
    expect(bytes).toBeGreaterThan(28_000_000)
    expect(pages).toBeGreaterThan(few)
    await real.close()
    await slow.stop()
  })

  it('give up their place when their client takes nothing, and their connection breaks', async () => {
    const stuck = await startHarness({ db: h.db, limits: { exports: 1, exportStallMs: 200 } })
    const raw = new Raw(stuck.port)
    raw.socket.pause()
    raw.say(`GET /api/sessions/s5/export HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\n\r\n`)
    let status = 0
    void (async () => {
      // It must have begun before its place can be waited for.
      while ((await stuck.ask('GET', '/api/sessions/s1/export')).status !== 503);
      while (status !== 200) status = (await stuck.ask('GET', '/api/sessions/s1/export')).status
    })()
    await until('its place is free', () => status === 200)
    raw.socket.resume()
    await raw.done
    expect(raw.heard.endsWith('0\r\n\r\n')).toBe(false)
    await stuck.stop()
  })
})
