// The audit over HTTP: each change has its row, rows cannot be changed, and denials cannot fill the disk.

import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as audit from '../../src/db/audit.ts'
import { Database } from '../../src/db/database.ts'
import { startHarness, type Answered, type Harness } from './harness.ts'

let h: Harness
let mine: { readonly id: string; readonly token: string }
let other: { readonly id: string; readonly token: string }

beforeAll(async () => {
  h = await startHarness()
  mine = await h.addRoom('mine.room')
  other = await h.addRoom('other.room')
})
afterAll(() => h.stop())

const auditCount = async (): Promise<number> =>
  Number((await h.db.read('SELECT count(*) AS n FROM audit'))[0]?.['n'])

describe('S24: the audit', () => {
  it('S24: each change that is denied, refused or done leaves exactly one row', async () => {
    const { id } = mine
    const requests: readonly (readonly [() => Promise<Answered>, number, string, string])[] = [
      [() => h.ask('POST', `/api/rooms/${other.id}/stop`, { token: mine.token }), 404, 'room.stop', 'denied'],
      [() => h.ask('POST', `/api/rooms/${id}/stop`, { token: null }), 401, 'room.stop', 'denied'],
      [
        () => h.ask('PATCH', '/api/settings', { token: mine.token, body: {} }),
        404,
        'settings.change',
        'denied',
      ],
      [() => h.ask('POST', `/api/rooms/${id}/start`, { body: { never: 1 } }), 422, 'room.start', 'refused'],
      [() => h.ask('POST', `/api/rooms/${id}/start`, { body: '{' }), 400, 'room.start', 'refused'],
      [() => h.ask('POST', `/api/rooms/${id}/end-session`), 409, 'room.end_session', 'refused'],
      [() => h.ask('POST', `/api/rooms/${id}/stop`), 200, 'room.stop', 'done'],
      [
        () => h.ask('PATCH', `/api/rooms/${id}`, { token: mine.token, body: { monitor: false } }),
        200,
        'room.change',
        'done',
      ],
      [() => h.ask('POST', `/api/rooms/${id}/tokens/rotate`), 201, 'token.rotate', 'done'],
      [() => h.ask('DELETE', `/api/rooms/${id}/tokens/tnobody`), 204, 'token.revoke', 'done'],
      [
        () => h.ask('PATCH', '/api/settings', { body: { cooldownMs: 1_000 } }),
        200,
        'settings.change',
        'done',
      ],
      [
        () => h.ask('PUT', `/api/rooms/${id}/destinations/youtube`, { body: { key: 'abcd-efgh-ijkl' } }),
        200,
        'destination.set',
        'done',
      ],
      [
        () => h.ask('PUT', `/api/rooms/${id}/destinations/youtube`, { body: { key: 'a b' } }),
        422,
        'destination.set',
        'refused',
      ],
      [
        () => h.ask('PUT', `/api/rooms/${id}/livekit`, { token: other.token, body: { name: 'x' } }),
        404,
        'livekit.set',
        'denied',
      ],
      [
        () => h.ask('POST', '/api/live/start', { body: { room: id, platforms: 'both' } }),
        202,
        'live.start',
        'done',
      ],
      [
        () =>
          h.ask('POST', '/api/live/start', {
            token: other.token,
            body: { room: id, platforms: 'both' },
          }),
        404,
        'live.start',
        'denied',
      ],
      [
        () => h.ask('POST', '/api/live/stop', { body: { room: id, platforms: 7 } }),
        422,
        'live.stop',
        'refused',
      ],
      [() => h.ask('DELETE', `/api/rooms/${id}/destinations/twitch`), 404, 'destination.remove', 'refused'],
      [() => h.ask('POST', '/api/maintenance/rotate', { body: {} }), 200, 'maintenance.rotate', 'done'],
      [
        () => h.ask('POST', '/api/maintenance/repair', { body: { dryRun: true } }),
        200,
        'maintenance.repair',
        'done',
      ],
    ]
    for (const [request, status, action, outcome] of requests) {
      const before = await auditCount()
      const answer = await request()
      expect(answer.status, `${action} ${answer.text}`).toBe(status)
      const rows = await h.db.read('SELECT * FROM audit ORDER BY seq DESC LIMIT 2')
      expect(await auditCount(), action).toBe(before + 1)
      expect([rows[0]?.['action'], String(rows[0]?.['outcome']).replace('noop', 'done')]).toEqual([
        action,
        outcome,
      ])
      expect(rows[0]?.['ip']).toBe('127.0.0.1')
    }
  })

  it('S24: rows cannot be changed or removed, and the chain holds', async () => {
    for (const sql of [`UPDATE audit SET actor = 'x'`, 'DELETE FROM audit']) {
      await expect(h.db.write({ statements: [{ sql }] })).rejects.toThrow()
    }
    const report = await Effect.runPromise(Effect.provideService(audit.verify, Database, h.db.database))
    expect(report.brokenAt).toBeNull()
    expect((await h.ask('GET', '/api/audit/verify')).json).toEqual({ ...report })
  })

  it('S24: denied requests cannot fill the disk: beyond the limit they are counted, and the next row says how many', async () => {
    const few = await startHarness({ db: h.db, limits: { denials: { perSecond: 1, burst: 3 } } })
    const before = await auditCount()
    for (let count = 0; count < 40; count += 1) await few.ask('PATCH', '/api/settings', { token: null })
    const written = (await auditCount()) - before
    expect(written).toBeGreaterThanOrEqual(3)
    expect(written).toBeLessThan(40)
    const metrics = await few.ask('GET', '/metrics', { token: null })
    const unwritten = Number(/^roomkeeper_audit_unwritten (\d+)$/m.exec(metrics.text)?.[1])
    const said = await h.db.read(`SELECT detail FROM audit WHERE detail LIKE '%not written down'`)
    const told = said.reduce((sum, { detail }) => sum + Number(/^\d+/.exec(String(detail))?.[0]), 0)
    expect(written + unwritten + told).toBe(40)
    await few.stop()
  })
})
