// Destinations on disk: sealed keys, whose key goes where, what is refused, and what goes with a room.

import { readdirSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationDefaults } from '../../src/actors/destination-view.ts'
import { destinationsLive } from '../../src/actors/destinations-live.ts'
import { type DestinationChange, Destinations } from '../../src/actors/destinations.ts'
import { makeRotate } from '../../src/actors/rotation.ts'
import { Database } from '../../src/db/database.ts'
import * as destinationRows from '../../src/db/destinations.ts'
import * as roomRows from '../../src/db/rooms.ts'
import { parseKeys, seal, unseal, type KeyRing } from '../../src/db/seal.ts'
import { CommandRefused, DbError } from '../../src/domain/errors.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'
import { leaks } from '../_support/product-secrets.ts'

const [one, two] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
const ring = (text: string): KeyRing => parseKeys(text) ?? { keys: new Map() }
const KEYS = ring(`v1:${one}`)
const NOTHING: DestinationDefaults = {
  youtube: { url: null, key: null },
  twitch: { url: null, key: null },
}
const CALLER = { actor: 'operator', ip: '127.0.0.1' }
const secret = (text: string) => Redacted.make(text)
const KEY = 'abcd-efgh-ijkl-mnop-qrst'

let db: TestDatabase
const onAir = new Set<string>()
beforeEach(async () => {
  db = await startDatabase()
  onAir.clear()
  for (const [id, handle] of [
    ['r1', 'one'],
    ['r2', 'two'],
  ] as const) {
    const row = { id, handle, displayName: null, monitor: true, proxyUrlSealed: null, at: 1 }
    await db.write({ statements: roomRows.insert(row) })
  }
})
afterEach(() => db.remove())

interface Options {
  readonly keys?: KeyRing
  readonly defaults?: DestinationDefaults
  readonly privateHosts?: readonly string[]
  readonly database?: TestDatabase['database']
}
const use = <A, E>(
  ask: (service: Destinations['Service']) => Effect.Effect<A, E>,
  { keys = KEYS, defaults = NOTHING, privateHosts = [], database = db.database }: Options = {},
): Promise<A> =>
  Effect.runPromise(
    Destinations.use(ask).pipe(
      Effect.provide(
        destinationsLive({
          keys,
          defaults,
          privateHosts,
          isOnAir: (roomId, platform) => onAir.has(`${roomId} ${platform}`),
        }).pipe(Layer.provide(Layer.succeed(Database, database))),
      ),
    ),
  )

const put = (platform: string, change: DestinationChange, options?: Options, roomId = 'r1') =>
  use((service) => service.put(roomId, platform, change, CALLER), options)
const find = (platform: string, options?: Options, roomId = 'r1') =>
  use((service) => service.find(roomId, platform), options)
const refused = async (ask: Promise<unknown>): Promise<readonly [string, string | undefined]> => {
  const error: unknown = await ask.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof CommandRefused)) throw new Error(`was not refused: ${String(error)}`)
  return [error.code, error.field]
}
const audit = () =>
  db.read('SELECT actor, action, room_id, target, outcome, code, detail FROM audit ORDER BY seq')
const keyOf = async (platform: string, options?: Options) => {
  const destination = await find(platform, options)
  const key = destination?.key ?? null
  return key === null ? null : Redacted.value(key)
}

describe('a destination', () => {
  it('takes the platform’s preset, keeps its key sealed and shows its last four', async () => {
    const shown = await put('youtube', { key: secret(KEY) })
    expect(shown).toMatchObject({
      platform: 'youtube',
      url: 'rtmps://a.rtmps.youtube.com:443/live2',
      keySet: true,
      keyState: 'set',
      keyLast4: 'qrst',
      source: { type: 'room' },
      encoding: { width: 1_920, height: 1_080, framerate: 30, keyframeSeconds: 2 },
      origin: 'room',
    })
    expect(await keyOf('youtube')).toBe(KEY)
    const [row] = await db.read('SELECT * FROM destinations')
    expect(String(row?.['key_sealed'])).toMatch(/^gcm1\.v1\./)
    expect(await audit()).toMatchObject([
      { action: 'destination.set', room_id: 'r1', target: 'youtube', outcome: 'done', detail: 'key' },
    ])
    const [fact] = await db.read('SELECT name, room_id, body FROM journal')
    expect(fact).toMatchObject({ name: 'destination.changed', room_id: 'r1' })
    expect(JSON.parse(String(fact?.['body']))).toEqual({ platform: 'youtube', changed: ['key'] })
  })

  it('keeps what a change leaves out, and tells the same again apart from a change', async () => {
    await put('twitch', { key: secret('live_1_abcdefgh'), encoding: { framerate: 60, videoKbps: 6_000 } })
    await put('twitch', { source: { type: 'participant', identity: 'host', screenShare: true } })
    const again = await put('twitch', {
      key: secret('live_1_abcdefgh'),
      encoding: { framerate: 60 },
      source: { type: 'participant', identity: 'host', screenShare: true },
    })
    expect(again).toMatchObject({
      keyLast4: 'efgh',
      source: { type: 'participant', identity: 'host' },
      encoding: { framerate: 60, videoKbps: 6_000, height: 1_080 },
    })
    expect((await audit()).map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['done', 'key, encoding'],
      ['done', 'source'],
      ['noop', null],
    ])
  })

  it('of another platform needs an address, and is removed without a trace of its key', async () => {
    expect(await refused(put('studio', { key: secret('abc') }))).toEqual(['invalid', '/url'])
    await put('studio', { url: 'RTMP://Ingest.Example.org/live/', key: secret('studio-key-0001') })
    expect(await find('studio')).toMatchObject({ url: 'rtmp://ingest.example.org/live' })
    await use((service) => service.remove('r1', 'studio', CALLER))
    expect(await find('studio')).toBeNull()
    expect(await db.read('SELECT * FROM destinations')).toEqual([])
    expect(await refused(use((service) => service.remove('r1', 'studio', CALLER)))).toEqual([
      'destination_unknown',
      undefined,
    ])
    const facts = await db.read(`SELECT body FROM journal WHERE name = 'destination.removed'`)
    expect(facts.map(({ body }) => JSON.parse(String(body)) as unknown)).toEqual([{ platform: 'studio' }])
  })

  it('is not the same as another of its room: one key is published once', async () => {
    const url = 'rtmp://ingest.example.org/live'
    await put('one', { url, key: secret(KEY) })
    expect(await refused(put('two', { url: 'rtmp://INGEST.example.org/live/', key: secret(KEY) }))).toEqual([
      'conflict',
      undefined,
    ])
    await put('two', { url, key: secret(`${KEY}-2`) })
    await put('three', { url: 'rtmp://backup.example.org/live', key: secret(KEY) })
    expect(await refused(put('three', { url, key: secret(KEY) }))).toEqual(['conflict', undefined])
    expect((await put('one', { url, key: secret(KEY) })).keySet).toBe(true)
  })

  it('is not removed while it is on air', async () => {
    await put('youtube', { key: secret(KEY) })
    onAir.add('r1 youtube')
    expect(await refused(use((service) => service.remove('r1', 'youtube', CALLER)))).toEqual([
      'destination_in_use',
      undefined,
    ])
    expect(await keyOf('youtube')).toBe(KEY)
    onAir.clear()
    await use((service) => service.remove('r1', 'youtube', CALLER))
  })

  it('whose key cannot be opened any more says so, and is whole again with a new one', async () => {
    await put('youtube', { key: secret(KEY) })
    const lost = {
      keys: ring(`v2:${two}`),
      defaults: { ...NOTHING, youtube: { url: null, key: secret('server-key') } },
    }
    expect(await keyOf('youtube', lost)).toBeNull()
    const [shown] = await use((service) => service.list('r1'), lost)
    expect(shown).toMatchObject({ keySet: false, keyState: 'unreadable', keyLast4: null })
    expect(await put('youtube', { key: secret(KEY) }, lost)).toMatchObject({
      keyState: 'set',
      keyLast4: 'qrst',
    })
    expect(await keyOf('youtube', lost)).toBe(KEY)
  })

  it('does not open a key that was moved to another room or platform in the table', async () => {
    await put('youtube', { key: secret(KEY) })
    await put('youtube', { key: secret('another-key-0001') }, {}, 'r2')
    await db.write({
      statements: [
        {
          sql: `UPDATE destinations SET key_sealed = (SELECT key_sealed FROM destinations WHERE room_id = 'r2') WHERE room_id = 'r1'`,
        },
      ],
    })
    expect(await use((service) => service.list('r1'))).toMatchObject([{ keyState: 'unreadable' }])
  })

  it('L37: refuses hostile addresses, keys, encodings and sources by field, and stores nothing', async () => {
    const hostile = [
      [{ url: 'http://evil.example.org/live' }, '/url'],
      [{ url: 'rtmp://169.254.169.254/live' }, '/url'],
      [{ url: 'rtmp://a.example.org/live\r\nx: y' }, '/url'],
      [{ url: `rtmp://a.example.org/${'a'.repeat(10_000)}` }, '/url'],
      [{ url: 'rtmp://u:p@a.example.org/live' }, '/url'],
      [{ url: 'rtmp://b\u00fccher.example.org/live' }, '/url'],
      [{ url: 'rtmp://a.example.org/sekret', key: secret('sekret') }, '/url'],
      [{ key: secret('a b') }, '/key'],
      [{ key: secret('a'.repeat(513)) }, '/key'],
      [{ key: secret('') }, '/key'],
      [{ encoding: { videoKbps: 6_001 } }, '/encoding/video_kbps'],
      [{ encoding: { keyframeSeconds: 5 } }, '/encoding/keyframe_seconds'],
      [{ source: { type: 'web', url: 'http://localhost/' } }, '/source/url'],
      [{ source: { type: 'room', layout: '../x' } }, '/source/layout'],
    ] as const
    for (const [change, field] of hostile) {
      expect(await refused(put('twitch', change)), JSON.stringify(change)).toEqual(['invalid', field])
    }
    expect(await db.read('SELECT * FROM destinations')).toEqual([])
    expect(await db.read('SELECT * FROM journal')).toEqual([])
    expect(await audit()).toEqual(
      hostile.map(() => expect.objectContaining({ outcome: 'refused', code: 'invalid', detail: null })),
    )
  })

  it('takes private hosts that are listed, and a limited number for a room', async () => {
    const options = { privateHosts: ['127.0.0.1:1935'] }
    await put('youtube', { url: 'rtmp://127.0.0.1:1935/live', key: secret(KEY) }, options)
    for (let n = 1; n < destinationRows.DESTINATIONS_MAX; n += 1) {
      await put(`studio${n}`, { url: 'rtmp://ingest.example.org/live' })
    }
    expect(await refused(put('studio99', { url: 'rtmp://ingest.example.org/live' }))).toEqual([
      'conflict',
      undefined,
    ])
    for (const platform of ['constructor', 'tostring']) {
      expect(await find(platform)).toBeNull()
      expect(await refused(put(platform, {}))).toEqual(['conflict', undefined])
    }
    for (const platform of ['__proto__', 'A', 'a/b']) {
      expect(await refused(put(platform, {}))).toEqual(['invalid', '/platform'])
    }
  })
})

describe('whose key goes where', () => {
  const defaults: DestinationDefaults = {
    youtube: { url: 'rtmps://own.example.org/live2/', key: secret('server-youtube-key') },
    twitch: { url: null, key: secret('server-twitch-key') },
  }

  it('the server’s own serves rooms without their own, and shows nothing of its key', async () => {
    expect(await keyOf('youtube', { defaults })).toBe('server-youtube-key')
    expect(await find('youtube', { defaults })).toMatchObject({
      url: 'rtmps://own.example.org/live2',
      origin: 'environment',
    })
    const list = await use((service) => service.list('r1'), { defaults })
    expect(
      list.map(({ platform, keySet, keyLast4, origin }) => [platform, keySet, keyLast4, origin]),
    ).toEqual([
      ['twitch', true, null, 'environment'],
      ['youtube', true, null, 'environment'],
    ])
    expect(await use((service) => service.list('r1'))).toEqual([])
  })

  it('the server’s own key never goes to an address of a room', async () => {
    await put('youtube', { url: 'rtmps://evil.example.org/live2' }, { defaults })
    expect(await keyOf('youtube', { defaults })).toBeNull()
    await put('twitch', { encoding: { framerate: 60 } }, { defaults })
    expect(await keyOf('twitch', { defaults })).toBe('server-twitch-key')
  })

  it('a room’s key is not sent to another host than it was given for', async () => {
    await put('youtube', { key: secret(KEY) })
    expect(await refused(put('youtube', { url: 'rtmps://evil.example.org/live2' }))).toEqual([
      'invalid',
      '/key',
    ])
    await put('youtube', { url: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1' })
    expect(await keyOf('youtube')).toBe(KEY)
    await put('youtube', { url: 'rtmps://mine.example.org/live2', key: secret('my-own-key-0001') })
    expect(await keyOf('youtube')).toBe('my-own-key-0001')
  })
})

describe('what belongs to a room', () => {
  it('goes with it: neither key nor name is left, and none can be added any more', async () => {
    await put('youtube', { key: secret(KEY) })
    await use((service) => service.setLivekitRoom('r1', 'stage', CALLER))
    await db.write({ statements: [...roomRows.remove('r1', 5), ...destinationRows.removeAll('r1')] })
    expect(await db.read('SELECT * FROM destinations')).toEqual([])
    expect(await db.read('SELECT * FROM livekit_rooms')).toEqual([])
    expect(await refused(put('youtube', { key: secret(KEY) }))).toEqual(['room_unknown', undefined])
    expect(await refused(use((service) => service.setLivekitRoom('r1', 'stage', CALLER)))).toEqual([
      'room_unknown',
      undefined,
    ])
    expect(await db.read('SELECT * FROM destinations')).toEqual([])
  })

  it('is sent from a LiveKit room of its handle’s name, or of the name that was set', async () => {
    const name = () => use((service) => service.livekitRoom('r1', 'one'))
    expect(await name()).toBe('one')
    expect(await use((service) => service.setLivekitRoom('r1', 'Main stage', CALLER))).toBe('Main stage')
    expect(await name()).toBe('Main stage')
    expect(await refused(use((service) => service.setLivekitRoom('r1', 'a\nb', CALLER)))).toEqual([
      'invalid',
      '/name',
    ])
    expect(await name()).toBe('Main stage')
  })

  it('is changed once when the answer of the database is lost', async () => {
    let lost = 0
    const database: TestDatabase['database'] = {
      ...db.database,
      write: (transaction) =>
        db.database.write(transaction).pipe(
          Effect.flatMap((committed) => {
            if (lost > 0 || transaction.statements.length === 0) return Effect.succeed(committed)
            lost += 1
            return Effect.fail(new DbError({ kind: 'io', outcome: 'unknown', message: 'lost' }))
          }),
        ),
    }
    expect(await put('youtube', { key: secret(KEY) }, { database })).toMatchObject({ keySet: true })
    expect(lost).toBe(1)
    expect(await audit()).toHaveLength(1)
    expect(await db.read('SELECT * FROM journal')).toHaveLength(1)
  })
})

describe('rotation', () => {
  const rotate = (keys: KeyRing, dryRun: boolean) =>
    Effect.runPromise(makeRotate(keys)({ dryRun }, CALLER).pipe(Effect.provideService(Database, db.database)))
  const texts = async () =>
    [
      ...(await db.read(
        'SELECT key_sealed AS sealed FROM destinations WHERE key_sealed IS NOT NULL ORDER BY room_id, platform',
      )),
      ...(await db.read('SELECT proxy_url_sealed AS sealed FROM rooms WHERE proxy_url_sealed IS NOT NULL')),
    ].map(({ sealed }) => String(sealed))

  beforeEach(async () => {
    await put('youtube', { key: secret(KEY) })
    await put('twitch', { key: secret('live_1_abcdefgh') }, {}, 'r2')
    await put('studio', { url: 'rtmp://ingest.example.org/live' })
    const proxy = seal(KEYS, roomRows.proxyAad('r1'), 'http://u:p@proxy.example.org:1')
    await db.write({ statements: [roomRows.update('r1', { proxyUrlSealed: proxy }, 5)] })
  })

  it('seals every key and proxy again with the first key, so that the old one can go', async () => {
    const both = ring(`v2:${two},v1:${one}`)
    const before = await texts()
    expect(await rotate(both, true)).toEqual({
      dryRun: true,
      key: 'v2',
      checked: 3,
      resealed: 3,
      unreadable: 0,
      kinds: { destination_key: 2, room_proxy: 1 },
    })
    expect(await texts()).toEqual(before)
    expect(await rotate(both, false)).toMatchObject({ resealed: 3, unreadable: 0 })
    for (const sealed of await texts()) expect(sealed).toMatch(/^gcm1\.v2\./)
    const alone = ring(`v2:${two}`)
    expect(await keyOf('youtube', { keys: alone })).toBe(KEY)
    const [proxy] = await db.read(`SELECT proxy_url_sealed AS sealed FROM rooms WHERE id = 'r1'`)
    expect(unseal(alone, roomRows.proxyAad('r1'), String(proxy?.['sealed']))).toBe(
      'http://u:p@proxy.example.org:1',
    )
    expect(await rotate(both, false)).toMatchObject({ checked: 3, resealed: 0 })
    const rows = (await audit()).filter(({ action }) => action === 'maintenance.rotate')
    expect(rows.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['noop', 'dry_run'],
      ['done', null],
      ['noop', null],
    ])
    const facts = await db.read(`SELECT body FROM journal WHERE name = 'maintenance.done'`)
    expect(facts.map(({ body }) => JSON.parse(String(body)) as unknown)).toMatchObject([
      { kind: 'rotate', resealed: 3 },
    ])
  })

  it('leaves alone what it cannot open, and what was changed while it ran', async () => {
    const both = ring(`v2:${two},v1:${one}`)
    await db.write({
      statements: [{ sql: `UPDATE destinations SET key_sealed = 'gcm1.v0.AAAA' WHERE platform = 'twitch'` }],
    })
    let raced = 0
    const newer = seal(both, destinationRows.keyAad('r1', 'youtube'), 'newer-key-0001')
    const database: TestDatabase['database'] = {
      ...db.database,
      write: (transaction) =>
        Effect.gen(function* () {
          if (transaction.statements.length > 0 && raced === 0) {
            raced += 1
            const sql = `UPDATE destinations SET key_sealed = ? WHERE platform = 'youtube'`
            yield* db.database.write({ statements: [{ sql, args: [newer] }] })
          }
          return yield* db.database.write(transaction)
        }),
    }
    const report = await Effect.runPromise(
      makeRotate(both)({ dryRun: false }, CALLER).pipe(Effect.provideService(Database, database)),
    )
    expect(raced).toBe(1)
    expect(report).toMatchObject({ checked: 3, resealed: 2, unreadable: 1 })
    expect((await texts()).slice(0, 2)).toEqual([newer, 'gcm1.v0.AAAA'])
  })
})

it('S22: no part of a key is in the database, its log, the journal or the audit in any encoding', async () => {
  const secrets = {
    youtube: randomBytes(18).toString('base64url'),
    twitch: `live_1_"\\${randomBytes(12).toString('hex')}`,
  }
  const defaults = { ...NOTHING, twitch: { url: null, key: secret(randomBytes(18).toString('base64url')) } }
  for (const [platform, key] of Object.entries(secrets))
    await put(platform, { key: secret(key) }, { defaults })
  await refused(put('youtube', { url: `rtmp://ingest.example.org/live/${secrets.youtube}` }))
  await refused(put('youtube', { key: secret(`${secrets.youtube} x`) }))
  await refused(put('studio', { url: `rtmp://u:${secrets.youtube}@ingest.example.org/live` }))
  await Effect.runPromise(
    makeRotate(ring(`v2:${two},v1:${one}`))({ dryRun: false }, CALLER).pipe(
      Effect.provideService(Database, db.database),
    ),
  )
  await use((service) => service.remove('r1', 'twitch', CALLER))
  const folder = dirname(db.path)
  const places = Object.fromEntries(
    readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'latin1')]),
  )
  expect(Object.keys(places)).toEqual(expect.arrayContaining(['roomkeeper.db', 'roomkeeper.db-wal']))
  expect(places['roomkeeper.db-wal']).toContain('destination.changed')
  expect(leaks(secrets, places)).toEqual([])
})
