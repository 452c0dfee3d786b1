// The stores of rooms, tokens, settings, claims and the log: what each promises, on a real file.

import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../../src/db/database.ts'
import type { DbError } from '../../src/domain/errors.ts'
import * as idempotency from '../../src/db/idempotency.ts'
import * as maintenanceLog from '../../src/db/maintenance-log.ts'
import * as rooms from '../../src/db/rooms.ts'
import * as settings from '../../src/db/settings.ts'
import * as tokens from '../../src/db/tokens.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db.remove())
const run = <A>(effect: Effect.Effect<A, DbError, Database>) =>
  Effect.runPromise(Effect.provideService(effect, Database, db.database))
const newRoom = (id: string, handle: string, at = 1) => ({
  id,
  handle,
  displayName: null,
  monitor: true,
  proxyUrlSealed: null,
  at,
})
const add = (id: string, handle: string, at = 1) =>
  db.write({ statements: rooms.insert(newRoom(id, handle, at)), guard: 0 })

describe('rooms', () => {
  it('are found by id and by handle, and a handle is taken once', async () => {
    const added = await add('r1', 'anna')
    expect(added.results[0]?.rows[0]?.['no']).toBe(1)
    expect(await run(rooms.find('r1'))).toMatchObject({
      id: 'r1',
      no: 1,
      handle: 'anna',
      monitor: true,
      epoch: 1,
      cooldownUntil: null,
      removedAt: null,
    })
    expect((await run(rooms.findByHandle('anna')))?.id).toBe('r1')
    expect(await run(rooms.find('r2'))).toBeNull()
    expect((await add('r2', 'anna')).applied).toBe(false)
    expect(await run(rooms.handles('r2'))).toEqual([])
  })

  it('change only what is given', async () => {
    await db.write({ statements: [rooms.update('r1', { displayName: 'Anna', monitor: false }, 5)] })
    await db.write({ statements: [rooms.update('r1', { proxyUrlSealed: 'gcm1.x' }, 6)] })
    expect(await run(rooms.find('r1'))).toMatchObject({
      displayName: 'Anna',
      monitor: false,
      proxyUrlSealed: 'gcm1.x',
      updatedAt: 6,
    })
    await db.write({ statements: [rooms.update('r1', { displayName: null, proxyUrlSealed: null }, 7)] })
    expect(await run(rooms.find('r1'))).toMatchObject({ displayName: null, proxyUrlSealed: null })
  })

  it('keep the history of their handles, also of renames in one millisecond', async () => {
    for (const handle of ['anna2', 'anna3']) {
      const renamed = await db.write({ statements: rooms.rename('r1', handle, 10), guard: 0 })
      expect(renamed.applied).toBe(true)
    }
    const history = await run(rooms.handles('r1'))
    expect(history.map(({ handle }) => handle)).toEqual(['anna', 'anna2', 'anna3'])
    expect(history.map(({ until }) => until === null)).toEqual([false, false, true])
    await add('r3', 'carl')
    expect((await db.write({ statements: rooms.rename('r1', 'carl', 11), guard: 0 })).applied).toBe(false)
    expect((await db.write({ statements: rooms.rename('r1', 'anna3', 11), guard: 0 })).applied).toBe(false)
    expect(await run(rooms.handles('r1'))).toEqual(history)
  })

  it('remember cooldown and quarantine, and give each owner a higher epoch', async () => {
    const [raised, again] = [rooms.raiseEpoch('r1', 20), rooms.raiseEpoch('r1', 21)]
    const done = await db.write({
      statements: [
        rooms.cooldown('r1', 99, 'manual_stop', 20),
        rooms.quarantine('r1', 'Defect', 20),
        raised,
        again,
      ],
    })
    expect(done.results.slice(2).map(({ rows }) => rows[0]?.['epoch'])).toEqual([2, 3])
    expect(await run(rooms.find('r1'))).toMatchObject({
      cooldownUntil: 99,
      cooldownReason: 'manual_stop',
      quarantinedAt: 20,
      quarantineError: 'Defect',
      epoch: 3,
    })
    await db.write({ statements: [rooms.quarantine('r1', null, 22), rooms.cooldown('r1', null, null, 22)] })
    expect(await run(rooms.find('r1'))).toMatchObject({ quarantinedAt: null, cooldownUntil: null })
  })

  it('leave their handle free when they are removed, and only once', async () => {
    expect((await db.write({ statements: rooms.remove('r1', 30), guard: 0 })).applied).toBe(true)
    expect((await db.write({ statements: rooms.remove('r1', 31), guard: 0 })).applied).toBe(false)
    expect(await run(rooms.findByHandle('anna3'))).toBeNull()
    expect((await run(rooms.find('r1')))?.removedAt).toBe(30)
    expect((await add('r4', 'anna3', 32)).applied).toBe(true)
    expect((await run(rooms.list)).map(({ id }) => id)).toEqual(['r3', 'r4'])
  })
})

const token = (id: string, roomId: string | null) => ({
  id,
  hash: `hash-${id}`,
  scope: roomId === null ? ('operator' as const) : ('owner' as const),
  roomId,
  label: null,
  createdAt: 1,
  expiresAt: null,
})

describe('tokens', () => {
  it('are found by digest, listed by room and revoked once', async () => {
    await db.write({
      statements: ['t1', 't2']
        .map((id) => tokens.insert(token(id, 'r3')))
        .concat(tokens.insert(token('t3', null))),
    })
    expect(await run(tokens.findByHash('hash-t1'))).toEqual({ ...token('t1', 'r3'), revokedAt: null })
    expect(await run(tokens.findByHash('hash-t9'))).toBeNull()
    expect((await db.write({ statements: [tokens.revoke('t1', 5, 'r4')], guard: 0 })).applied).toBe(false)
    expect((await db.write({ statements: [tokens.revoke('t1', 5, 'r3')], guard: 0 })).applied).toBe(true)
    expect((await db.write({ statements: [tokens.revoke('t1', 6)], guard: 0 })).applied).toBe(false)
    await db.write({ statements: [tokens.revokeAll('r3', 7)] })
    const ofRoom = await run(tokens.list({ roomId: 'r3', limit: 10 }))
    expect(ofRoom.map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
      ['t1', 5],
      ['t2', 7],
    ])
    expect((await run(tokens.list({ after: 't1', limit: 1 }))).map(({ id }) => id)).toEqual(['t2'])
  })
})

describe('settings', () => {
  it('are what was set, and a row that makes no sense any more is passed over', async () => {
    expect(await run(settings.list)).toEqual({})
    await db.write({ statements: settings.update({ cooldownMs: 5_000, autoMonitorEnabled: false }, 1) })
    await db.write({ statements: settings.update({ cooldownMs: 6_000 }, 2) })
    await db.write({
      statements: [
        {
          sql: `INSERT INTO settings VALUES ('watchIntervalMs', '-5', 1), ('gone', '1', 1), ('cut', '{', 1)`,
        },
      ],
    })
    expect(await run(settings.list)).toEqual({ cooldownMs: 6_000, autoMonitorEnabled: false })
  })
})

describe('claims on idempotency keys', () => {
  it('are made once, answered by their maker, and given back', async () => {
    expect(await run(idempotency.claim('o', 'k', 'h', 'boot1'))).toBeNull()
    const taken = { requestHash: 'h', boot: 'boot1', status: null, body: null }
    expect(await run(idempotency.claim('o', 'k', 'other', 'boot1'))).toEqual(taken)
    expect(await run(idempotency.takeOver('o', 'k', 'boot1', 'boot1'))).toBe(false)
    expect(await run(idempotency.takeOver('o', 'k', 'boot1', 'boot2'))).toBe(true)
    expect(await run(idempotency.takeOver('o', 'k', 'boot1', 'boot3'))).toBe(false)
    await run(idempotency.settle('o', 'k', 'boot1', 200, 'not mine'))
    await run(idempotency.settle('o', 'k', 'boot2', 201, '{}'))
    await run(idempotency.release('o', 'k', 'boot2'))
    expect(await run(idempotency.claim('o', 'k', 'h', 'boot4'))).toEqual({
      requestHash: 'h',
      boot: 'boot2',
      status: 201,
      body: '{}',
    })
    expect(await run(idempotency.claim('o', 'k2', 'h', 'b'))).toBeNull()
    await run(idempotency.release('o', 'k2', 'b'))
    expect(await run(idempotency.claim('o', 'k2', 'h', 'b'))).toBeNull()
    expect(await run(idempotency.expire(Date.now() + 1_000))).toBe(2)
    expect(await run(idempotency.expire(Date.now() + 1_000))).toBe(0)
  })

  it('let one of two that come at once through', async () => {
    const both = await Promise.all([1, 2].map((n) => run(idempotency.claim('o', 'race', `h${n}`, 'b'))))
    expect(both.filter((claim) => claim === null)).toHaveLength(1)
  })
})

const entry = (kind: 'repair' | 'prune', at: number) =>
  maintenanceLog.insert({ at, kind, dryRun: true, actor: 'operator', result: { at } })

describe('the log of maintenance', () => {
  it('is read newest first, by kind', async () => {
    const done = await db.write({ statements: [entry('repair', 1), entry('prune', 2), entry('repair', 3)] })
    expect(done.results[2]?.rows[0]?.['id']).toBe(3)
    const repairs = await run(maintenanceLog.list({ kind: 'repair', limit: 10 }))
    expect(repairs.map(({ at }) => at)).toEqual([3, 1])
    expect(await run(maintenanceLog.list({ before: 3, limit: 1 }))).toEqual([
      { id: 2, at: 2, kind: 'prune', dryRun: true, actor: 'operator', result: { at: 2 } },
    ])
  })
})
