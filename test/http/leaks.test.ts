// What must not get out: secrets in errors, tenants in health, what was sent in headers.

import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DbError } from '../../src/domain/errors.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'
import { OPERATOR, rawAsk, startHarness, type Answered, type Harness } from './harness.ts'
import { seedSession } from './seed.ts'

const CANARY = 'CANARY-9f8e7d6c5b4a-secret'

const windowsOf = (secret: string): readonly string[] =>
  Array.from({ length: secret.length - 7 }, (_, index) => secret.slice(index, index + 8)).flatMap((part) => [
    part,
    Buffer.from(part).toString('hex'),
    encodeURIComponent(part),
  ])

const expectClean = (text: string, what: string): void => {
  for (const window of windowsOf(CANARY)) expect(text.includes(window), `${what}: ${window}`).toBe(false)
}

describe('H22: a failure says that it failed, and nothing else', () => {
  let db: TestDatabase
  let h: Harness
  let failing: (() => Effect.Effect<never, DbError>) | null = null
  const said: string[] = []
  const original = { log: console.log, error: console.error, info: console.info }

  beforeAll(async () => {
    db = await startDatabase()
    const real = db.database
    // Between the product and its database: as the test says, each read and write fails with the canary.
    const database = {
      ...real,
      read: (...args: Parameters<typeof real.read>) => failing?.() ?? real.read(...args),
      write: (...args: Parameters<typeof real.write>) => failing?.() ?? real.write(...args),
    }
    for (const name of ['log', 'error', 'info'] as const) {
      console[name] = (...args: unknown[]) =>
        void said.push(args.map((arg) => JSON.stringify(arg) ?? String(arg)).join(' '))
    }
    h = await startHarness({ db: { ...db, database } })
    await h.addRoom('leaky.room')
    await seedSession(h, { no: 1, roomId: 'rX', events: 2 })
  })
  afterAll(async () => {
    Object.assign(console, original)
    await h.stop()
    await db.remove()
  })

  const failures: readonly (readonly [string, () => Effect.Effect<never, DbError>, number])[] = [
    [
      'a typed error of the database',
      () => Effect.fail(new DbError({ kind: 'io', outcome: 'unknown', message: CANARY })),
      503,
    ],
    [
      'an error of SQL',
      () => Effect.fail(new DbError({ kind: 'sql', outcome: 'failed', message: CANARY })),
      500,
    ],
    ['an exception', () => Effect.die(new Error(CANARY)), 500],
    ['a rejected promise', () => Effect.promise(() => Promise.reject(new Error(CANARY))), 500],
    ['something thrown that is no error', () => Effect.die({ secret: CANARY }), 500],
  ]
  const requests: readonly (readonly [string, string, unknown])[] = [
    ['GET', '/api/sessions', undefined],
    ['GET', '/api/sessions/s1', undefined],
    ['GET', '/api/sessions/s1/events', undefined],
    ['GET', '/api/sessions/s1/stats', undefined],
    ['GET', '/api/sessions/s1/export', undefined],
    ['GET', '/api/audit', undefined],
    ['GET', '/api/maintenance/log', undefined],
    ['POST', '/api/rooms', { handle: 'never.there' }],
    ['POST', '/api/rooms/leaky.room/stop', {}],
    ['POST', '/api/rooms/leaky.room/tokens/rotate', {}],
    ['PATCH', '/api/settings', { cooldownMs: 1 }],
    ['GET', '/api/rooms/leaky.room/destinations', undefined],
    ['PUT', '/api/rooms/leaky.room/destinations/youtube', { key: 'abcd-efgh-ijkl' }],
    ['PUT', '/api/rooms/leaky.room/livekit', { name: 'stage' }],
    ['POST', '/api/live/start', { room: 'leaky.room', platforms: 'both' }],
    ['POST', '/api/maintenance/rotate', {}],
    ['POST', '/api/maintenance/repair', { dryRun: true }],
  ]
  for (const [name, fail, status] of failures) {
    it(`H22 S22: ${name} becomes ${status} with a correlation id; no stack, no message, in answers and in logs`, async () => {
      let fired = 0
      failing = () => {
        fired += 1
        return fail()
      }
      const answers: Answered[] = []
      for (const [method, path, body] of requests)
        answers.push(await h.ask(method, path, body === undefined ? {} : { body }))
      const keyed = { 'idempotency-key': `key ${name}`.replaceAll(' ', '-') }
      answers.push(await h.ask('POST', '/api/rooms/leaky.room/stop', { headers: keyed }))
      failing = null
      expect(fired).toBeGreaterThanOrEqual(requests.length)
      for (const { json, text, headers, status: answered } of answers) {
        expect(answered, text).toBe(status)
        expect(Object.keys(json).filter((key) => !['retryAfterMs'].includes(key))).toEqual([
          'type',
          'title',
          'status',
          'code',
          'correlationId',
        ])
        expectClean(text + JSON.stringify([...headers]), 'answer')
        expect(text).not.toMatch(/at \S+ \(|node:|\.ts\b|\/src\//)
        expect(
          said.some((line) => line.includes(String(json['correlationId']))),
          'the log knows the id',
        ).toBe(true)
      }
      expectClean(said.join('\n'), 'log')
    })
  }

  it('H22: an export that fails half way breaks its connection, so that nobody takes a part for the whole', async () => {
    let begun = 0
    failing = null
    const open = async function* () {
      begun += 1
      yield new TextEncoder().encode('id,sessionId\r\n')
      throw new Error(CANARY)
    }
    const broken = await startHarness({ db, deps: { exporter: { open, running: () => 0 } } })
    const heard = await rawAsk(
      broken.port,
      `GET /api/sessions/s1/export?format=csv HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\n\r\n`,
    )
    expect(begun, 'it was begun').toBe(1)
    expect(heard.endsWith('0\r\n\r\n'), 'no proper end').toBe(false)
    expectClean(heard + said.join('\n'), 'export')
    await broken.stop()
  })
})

describe('what anybody may read', () => {
  let h: Harness
  beforeAll(async () => {
    h = await startHarness()
  })
  afterAll(() => h.stop())

  it('H23: metrics say what is recorded and how the writer does', async () => {
    const { text } = await h.ask('GET', '/metrics', { token: null })
    for (const name of ['sessions_open', 'events_per_second', 'frames_total', 'writer_commits_total']) {
      expect(text, name).toMatch(new RegExp(`^roomkeeper_${name} [0-9.]+$`, 'm'))
    }
  })

  it('H23: health, readiness, metrics, the document and the page name no tenant and no secret', async () => {
    const { id, token } = await h.addRoom('tenant.name')
    await h.ask('PATCH', `/api/rooms/${id}`, { body: { displayName: 'Tenant Display' } })
    await seedSession(h, { no: 1, roomId: id, events: 2 })
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/', '/api/nothing']) {
      const { text, status } = await h.ask('GET', path, { token: null })
      expect(status, path).toBe(path === '/api/nothing' ? 404 : 200)
      for (const secret of ['tenant.name', 'Tenant Display', id, token, OPERATOR, 'seeded.room', 'viewer1']) {
        expect(text, path).not.toContain(secret)
      }
    }
    for (const path of ['/debug', '/health', '/api/debug', '/.env', '/server-status', '/actuator/env']) {
      expect((await h.ask('GET', path, { token: null })).status, path).toBe(404)
    }
  })

  it('H23: health needs no database, and readiness says why not', async () => {
    const reasons: string[] = []
    const other = await startHarness({ db: h.db, deps: { unready: () => reasons } })
    const before = await other.ask('GET', '/readyz', { token: null })
    expect([before.status, before.json]).toEqual([200, { ready: true, reasons: [] }])
    reasons.push('starting')
    const after = await other.ask('GET', '/readyz', { token: null })
    expect([after.status, after.json]).toEqual([503, { ready: false, reasons: ['starting'] }])
    await other.stop()
  })

  it('H11: line breaks in names are refused or escaped; no answer gets another header, and the audit stays a line', async () => {
    const { id } = await h.addRoom('header.room')
    const evil = 'name\r\nSet-Cookie: stolen=1\r\n\r\n<script>'
    const changes = [
      await h.ask('PATCH', `/api/rooms/${id}`, { body: { displayName: evil } }),
      await h.ask('POST', '/api/rooms', { body: { handle: evil } }),
      await h.ask('POST', `/api/rooms/${id}/rename`, { body: { handle: evil } }),
      await h.ask('POST', `/api/rooms/${id}/tokens/rotate`, { body: { label: 'a\u2028b' } }),
      await h.ask('PATCH', `/api/rooms/${id}`, { body: { proxyUrl: 'http://a\r\nb' } }),
    ]
    for (const { status, headers, text } of changes) {
      expect(status, text).toBe(422)
      expect(headers.has('set-cookie')).toBe(false)
      expect(text).not.toContain('stolen')
    }
    const queries = [
      `/api/rooms?q=${encodeURIComponent(evil)}`,
      `/api/audit?actor=${encodeURIComponent(evil)}`,
    ]
    for (const path of queries) {
      const heard = await rawAsk(
        h.port,
        `GET ${path} HTTP/1.1\r\nHost: l\r\nConnection: close\r\nAuthorization: Bearer ${OPERATOR}\r\n\r\n`,
      )
      expect(heard.split('\r\n\r\n')[0]?.toLowerCase()).not.toContain('set-cookie')
    }
    await h.ask('POST', `/api/rooms/${encodeURIComponent('x\u007f')}/stop`, { token: null })
    const rows = await h.db.read(`SELECT * FROM audit`)
    for (const row of rows) expect(JSON.stringify(Object.values(row))).not.toMatch(/\\r|\\n/)
  })

  it('H11: the name of an exported file has nothing in it that a header could misread', async () => {
    const statement = `UPDATE sessions SET handle = 'a"; filename=evil.exe' || char(13, 10) || 'X-Evil: 1' WHERE no = 1`
    await h.db.write({ statements: [{ sql: statement }] })
    const { status, headers } = await h.ask('GET', '/api/sessions/s1/export')
    expect(status).toBe(200)
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/)
    expect(headers.has('x-evil')).toBe(false)
  })
})
