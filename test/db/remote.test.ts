// A database elsewhere, over HTTP, by the same SQL and the same promises.

import * as Redacted from 'effect/Redacted'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../src/db/migrate.ts'
import type { Fact } from '../../src/domain/facts.ts'
import { startHrana, type HranaServer } from '../_support/db-hrana.ts'
import { startDatabase, tempFolder, until, type TestDatabase } from '../_support/db.ts'

const TOKEN = 'canary-token-7f3a'
const fact = (at: number): Fact => ({ name: 'room.looked', at, roomId: null, sessionId: null, body: { at } })
const setting = (key: string) => ({
  sql: `INSERT INTO settings (key, value, updated_at) VALUES (?, 'v', 1) ON CONFLICT (key) DO NOTHING`,
  args: [key],
})

describe('a database elsewhere', () => {
  const folder = tempFolder()
  let server: HranaServer
  let db: TestDatabase
  beforeAll(async () => {
    server = await startHrana(`${folder.path}/elsewhere.db`, TOKEN)
    db = await startDatabase({ url: server.url, authToken: Redacted.make(TOKEN) })
  })
  afterAll(async () => {
    await db.remove()
    await server.close()
    folder.remove()
  })

  it('is migrated, written and read like a file', async () => {
    const done = await db.write({ statements: [setting('a')], facts: [fact(1), fact(2)] })
    expect(done.entries.map(({ at }) => at)).toEqual([1, 2])
    expect(await db.read('SELECT key FROM settings')).toEqual([{ key: 'a' }])
    expect(await db.read('SELECT version FROM schema_migrations')).toEqual(
      MIGRATIONS.map(({ version }) => ({ version })),
    )
    expect(await db.read(`SELECT 9223372036854775807 AS big, x'0102' AS bytes`)).toEqual([
      { big: '9223372036854775807', bytes: Uint8Array.of(1, 2) },
    ])
  })

  it('takes a batch of ingest by one json_each in one request', async () => {
    const before = server.requests()
    const rows = Array.from({ length: 1_000 }, (_, index) => [index + 1, `text ${index} 😀`])
    db.ingest({
      id: 1,
      statements: [
        {
          sql: `INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, kind, method, text)
SELECT value ->> 0, 1, value ->> 0, 1, 0, 1, 'chat', 'WebcastChatMessage', value ->> 1 FROM json_each(?)
WHERE true ON CONFLICT DO NOTHING`,
          args: [JSON.stringify(rows)],
        },
      ],
    })
    await until('the acknowledgement', () => db.acked().includes(1))
    expect(server.requests() - before).toBe(1)
    expect(await db.read('SELECT count(*) AS n, max(text) AS t FROM events')).toEqual([
      { n: 1_000, t: 'text 999 😀' },
    ])
  })

  it('keeps a guarded transaction whole and a refused batch out', async () => {
    const missed = await db.write({
      statements: [setting('b'), { sql: `UPDATE settings SET value = 'x' WHERE key = 'nobody'` }],
      guard: 1,
      otherwise: [setting('c')],
    })
    expect(missed.applied).toBe(false)
    db.ingest(
      { id: 2, statements: [setting('d')] },
      { id: 3, statements: [{ sql: `INSERT INTO settings VALUES ('e', NULL, 1)` }] },
    )
    await until('both outcomes', () => db.acked().includes(2) && db.said.some((one) => 'refused' in one))
    expect(db.said).toContainEqual({ refused: 3, kind: 'constraint' })
    await expect(
      db.write({ statements: [{ sql: `INSERT INTO settings VALUES ('f', NULL, 1)` }] }),
    ).rejects.toMatchObject({ kind: 'constraint', outcome: 'failed' })
    expect((await db.read('SELECT key FROM settings ORDER BY key')).map(({ key }) => key)).toEqual([
      'a',
      'c',
      'd',
    ])
  })

  it('does once what was asked when the answer to a commit is lost', async () => {
    const heard: number[] = []
    db.database.subscribe(({ at }) => void heard.push(at))
    server.loseAnswers(1, (body) => body.includes('COMMIT'))
    const done = await db.write({ statements: [setting('g')], facts: [fact(10)] })
    expect(server.lost(), 'the fault fired').toBe(1)
    expect(done).toMatchObject({ applied: true, entries: [{ at: 10 }] })
    server.loseAnswers(1, (body) => body.includes('COMMIT'))
    db.ingest({ id: 4, statements: [setting('h')] })
    await until('the acknowledgement', () => db.acked().includes(4))
    expect(server.lost()).toBe(2)
    expect(await db.read(`SELECT count(*) AS n FROM journal WHERE at = 10`)).toEqual([{ n: 1 }])
    expect(heard.filter((at) => at === 10)).toEqual([10])
  })

  it('refuses to start without the right token, and never shows it', async () => {
    const refusal = await startDatabase({ url: server.url, authToken: Redacted.make('wrong-canary') }).then(
      () => null,
      (error: unknown) => error,
    )
    expect(refusal).toMatchObject({ _tag: 'DatabaseRefused', code: 'cannot_open', exitCode: 78 })
    expect(String(refusal) + JSON.stringify(refusal)).not.toContain('canary')
  })
})
