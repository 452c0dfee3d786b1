// Whose stream key goes where, and what belongs to a room goes with it.

import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationDefaults } from '../../src/actors/destination-view.ts'
import * as destinationRows from '../../src/db/destinations.ts'
import * as roomRows from '../../src/db/rooms.ts'
import { DbError } from '../../src/domain/errors.ts'
import type { TestDatabase } from '../_support/db.ts'
import { CALLER, KEY, openStudio, refused, secret, type Studio } from './destinations-kit.ts'

let studio: Studio
beforeEach(async () => {
  studio = await openStudio()
})
afterEach(() => studio.db.remove())

describe('whose key goes where', () => {
  const defaults: DestinationDefaults = {
    youtube: { url: 'rtmps://own.example.org/live2/', key: secret('server-youtube-key') },
    twitch: { url: null, key: secret('server-twitch-key') },
  }

  it('the server’s own serves rooms without their own, and shows nothing of its key', async () => {
    expect(await studio.keyOf('youtube', { defaults })).toBe('server-youtube-key')
    expect(await studio.find('youtube', { defaults })).toMatchObject({
      url: 'rtmps://own.example.org/live2',
      origin: 'environment',
    })
    const list = await studio.list({ defaults })
    expect(
      list.map(({ platform, keySet, keyLast4, origin }) => [platform, keySet, keyLast4, origin]),
    ).toEqual([
      ['twitch', true, null, 'environment'],
      ['youtube', true, null, 'environment'],
    ])
    expect(await studio.list()).toEqual([])
  })

  it('the server’s own key never goes to an address of a room', async () => {
    await studio.put('youtube', { url: 'rtmps://evil.example.org/live2' }, { defaults })
    expect(await studio.keyOf('youtube', { defaults })).toBeNull()
    await studio.put('twitch', { encoding: { framerate: 60 } }, { defaults })
    expect(await studio.keyOf('twitch', { defaults })).toBe('server-twitch-key')
  })

  it('a room’s key is not sent to another host than it was given for', async () => {
    await studio.put('youtube', { key: secret(KEY) })
    expect(await refused(studio.put('youtube', { url: 'rtmps://evil.example.org/live2' }))).toEqual([
      'invalid',
      '/key',
    ])
    await studio.put('youtube', { url: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1' })
    expect(await studio.keyOf('youtube')).toBe(KEY)
    await studio.put('youtube', { url: 'rtmps://mine.example.org/live2', key: secret('my-own-key-0001') })
    expect(await studio.keyOf('youtube')).toBe('my-own-key-0001')
  })
})

describe('what belongs to a room', () => {
  it('goes with it: neither key nor name is left, and none can be added any more', async () => {
    await studio.put('youtube', { key: secret(KEY) })
    await studio.use((service) => service.setLivekitRoom('r1', 'stage', CALLER))
    await studio.db.write({ statements: [...roomRows.remove('r1', 5), ...destinationRows.removeAll('r1')] })
    expect(await studio.rows('SELECT * FROM destinations')).toEqual([])
    expect(await studio.rows('SELECT * FROM livekit_rooms')).toEqual([])
    expect(await refused(studio.put('youtube', { key: secret(KEY) }))).toEqual(['room_unknown', undefined])
    expect(await refused(studio.use((service) => service.setLivekitRoom('r1', 'stage', CALLER)))).toEqual([
      'room_unknown',
      undefined,
    ])
    expect(await studio.rows('SELECT * FROM destinations')).toEqual([])
  })

  it('is sent from a LiveKit room of its handle’s name, or of the name that was set', async () => {
    const name = () => studio.use((service) => service.livekitRoom('r1', 'one'))
    expect(await name()).toBe('one')
    expect(await studio.use((service) => service.setLivekitRoom('r1', 'Main stage', CALLER))).toBe(
      'Main stage',
    )
    expect(await name()).toBe('Main stage')
    expect(await refused(studio.use((service) => service.setLivekitRoom('r1', 'a\nb', CALLER)))).toEqual([
      'invalid',
      '/name',
    ])
    expect(await name()).toBe('Main stage')
  })

  it('is changed once when the answer of the database is lost', async () => {
    let lost = 0
    const database: TestDatabase['database'] = {
      ...studio.db.database,
      write: (transaction) =>
        studio.db.database.write(transaction).pipe(
          Effect.flatMap((committed) => {
            if (lost > 0 || transaction.statements.length === 0) return Effect.succeed(committed)
            lost += 1
            return Effect.fail(new DbError({ kind: 'io', outcome: 'unknown', message: 'lost' }))
          }),
        ),
    }
    expect(await studio.put('youtube', { key: secret(KEY) }, { database })).toMatchObject({ keySet: true })
    expect(lost).toBe(1)
    expect(await studio.audit()).toHaveLength(1)
    expect(await studio.rows('SELECT * FROM journal')).toHaveLength(1)
  })
})
