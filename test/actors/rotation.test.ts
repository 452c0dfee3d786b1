// Every secret at rest under a new key, and no part of any in what is on the disk.

import { dirname } from 'node:path'
import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeRotate } from '../../src/actors/rotation.ts'
import { Database } from '../../src/db/database.ts'
import * as destinationRows from '../../src/db/destinations.ts'
import * as roomRows from '../../src/db/rooms.ts'
import { type KeyRing, seal, unseal } from '../../src/db/seal.ts'
import type { TestDatabase } from '../_support/db.ts'
import { awkwardCanary, canary, filesIn, leaks } from '../_support/product-secrets.ts'
import {
  BOTH,
  CALLER,
  KEY,
  KEYS,
  LATER,
  NOTHING,
  openStudio,
  refused,
  secret,
  type Studio,
} from './destinations-kit.ts'

let studio: Studio
beforeEach(async () => {
  studio = await openStudio()
})
afterEach(() => studio.db.remove())

describe('rotation', () => {
  const rotate = (keys: KeyRing, dryRun: boolean) =>
    Effect.runPromise(
      makeRotate(keys)({ dryRun }, CALLER).pipe(Effect.provideService(Database, studio.db.database)),
    )
  const texts = async () =>
    [
      ...(await studio.rows(
        'SELECT key_sealed AS sealed FROM destinations WHERE key_sealed IS NOT NULL ORDER BY room_id, platform',
      )),
      ...(await studio.rows(
        'SELECT proxy_url_sealed AS sealed FROM rooms WHERE proxy_url_sealed IS NOT NULL',
      )),
    ].map(({ sealed }) => String(sealed))

  beforeEach(async () => {
    await studio.put('youtube', { key: secret(KEY) })
    await studio.put('twitch', { key: secret('live_1_abcdefgh') }, {}, 'r2')
    await studio.put('studio', { url: 'rtmp://ingest.example.org/live' })
    const proxy = seal(KEYS, roomRows.proxyAad('r1'), 'http://u:p@proxy.example.org:1')
    await studio.db.write({ statements: [roomRows.update('r1', { proxyUrlSealed: proxy }, 5)] })
  })

  it('seals every key and proxy again with the first key, so that the old one can go', async () => {
    const before = await texts()
    expect(await rotate(BOTH, true)).toEqual({
      dryRun: true,
      key: 'v2',
      checked: 3,
      resealed: 3,
      unreadable: 0,
      kinds: {
        destination_key: 2,
        room_proxy: 1,
        webhook_url: 0,
        webhook_secret: 0,
        webhook_old_secret: 0,
      },
    })
    expect(await texts()).toEqual(before)
    expect(await rotate(BOTH, false)).toMatchObject({ resealed: 3, unreadable: 0 })
    for (const sealed of await texts()) expect(sealed).toMatch(/^gcm1\.v2\./)
    expect(await studio.keyOf('youtube', { keys: LATER })).toBe(KEY)
    const [proxy] = await studio.rows(`SELECT proxy_url_sealed AS sealed FROM rooms WHERE id = 'r1'`)
    expect(unseal(LATER, roomRows.proxyAad('r1'), String(proxy?.['sealed']))).toBe(
      'http://u:p@proxy.example.org:1',
    )
    expect(await rotate(BOTH, false)).toMatchObject({ checked: 3, resealed: 0 })
    const rows = (await studio.audit()).filter(({ action }) => action === 'maintenance.rotate')
    expect(rows.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['noop', 'dry_run'],
      ['done', null],
      ['noop', null],
    ])
    const facts = await studio.rows(`SELECT body FROM journal WHERE name = 'maintenance.done'`)
    expect(facts.map(({ body }) => JSON.parse(String(body)) as unknown)).toMatchObject([
      { kind: 'rotate', resealed: 3 },
    ])
  })

  it('leaves LATER what it cannot open, and what was changed while it ran', async () => {
    await studio.db.write({
      statements: [{ sql: `UPDATE destinations SET key_sealed = 'gcm1.v0.AAAA' WHERE platform = 'twitch'` }],
    })
    let raced = 0
    const newer = seal(BOTH, destinationRows.keyAad('r1', 'youtube'), 'newer-key-0001')
    const database: TestDatabase['database'] = {
      ...studio.db.database,
      write: (transaction) =>
        Effect.gen(function* () {
          if (transaction.statements.length > 0 && raced === 0) {
            raced += 1
            const sql = `UPDATE destinations SET key_sealed = ? WHERE platform = 'youtube'`
            yield* studio.db.database.write({ statements: [{ sql, args: [newer] }] })
          }
          return yield* studio.db.database.write(transaction)
        }),
    }
    const report = await Effect.runPromise(
      makeRotate(BOTH)({ dryRun: false }, CALLER).pipe(Effect.provideService(Database, database)),
    )
    expect(raced).toBe(1)
    expect(report).toMatchObject({ checked: 3, resealed: 2, unreadable: 1 })
    expect((await texts()).slice(0, 2)).toEqual([newer, 'gcm1.v0.AAAA'])
  })
})

it('S22: no part of a key is in the database, its log, the journal or the audit in any encoding', async () => {
  const secrets = {
    youtube: canary(),
    twitch: awkwardCanary(),
  }
  const defaults = { ...NOTHING, twitch: { url: null, key: secret(canary()) } }
  for (const [platform, key] of Object.entries(secrets))
    await studio.put(platform, { key: secret(key) }, { defaults })
  await refused(studio.put('youtube', { url: `rtmp://ingest.example.org/live/${secrets.youtube}` }))
  await refused(studio.put('youtube', { key: secret(`${secrets.youtube} x`) }))
  await refused(studio.put('studio', { url: `rtmp://u:${secrets.youtube}@ingest.example.org/live` }))
  await Effect.runPromise(
    makeRotate(BOTH)({ dryRun: false }, CALLER).pipe(Effect.provideService(Database, studio.db.database)),
  )
  await studio.remove('twitch')
  const places = filesIn(dirname(studio.db.path))
  expect(Object.keys(places)).toEqual(
    expect.arrayContaining(['the file roomkeeper.db', 'the file roomkeeper.db-wal']),
  )
  expect(places['the file roomkeeper.db-wal']).toContain('destination.changed')
  expect(leaks(secrets, places)).toEqual([])
})
