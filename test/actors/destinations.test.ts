// Destinations on disk: set, changed, kept sealed, refused, removed.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as destinationRows from '../../src/db/destinations.ts'
import { KEY, LATER, NOTHING, openStudio, refused, secret, type Studio } from './destinations-kit.ts'

let studio: Studio
beforeEach(async () => {
  studio = await openStudio()
})
afterEach(() => studio.db.remove())

describe('a destination', () => {
  it('takes the platform’s preset, keeps its key sealed and shows its last four', async () => {
    const shown = await studio.put('youtube', { key: secret(KEY) })
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
    expect(await studio.keyOf('youtube')).toBe(KEY)
    const [row] = await studio.rows('SELECT * FROM destinations')
    expect(String(row?.['key_sealed'])).toMatch(/^gcm1\.v1\./)
    expect(await studio.audit()).toMatchObject([
      { action: 'destination.set', room_id: 'r1', target: 'youtube', outcome: 'done', detail: 'key' },
    ])
    const [fact] = await studio.rows('SELECT name, room_id, body FROM journal')
    expect(fact).toMatchObject({ name: 'destination.changed', room_id: 'r1' })
    expect(JSON.parse(String(fact?.['body']))).toEqual({ platform: 'youtube', changed: ['key'] })
  })

  it('keeps what a change leaves out, and tells the same again apart from a change', async () => {
    await studio.put('twitch', {
      key: secret('live_1_abcdefgh'),
      encoding: { framerate: 60, videoKbps: 6_000 },
    })
    await studio.put('twitch', { source: { type: 'participant', identity: 'host', screenShare: true } })
    const again = await studio.put('twitch', {
      key: secret('live_1_abcdefgh'),
      encoding: { framerate: 60 },
      source: { type: 'participant', identity: 'host', screenShare: true },
    })
    expect(again).toMatchObject({
      keyLast4: 'efgh',
      source: { type: 'participant', identity: 'host' },
      encoding: { framerate: 60, videoKbps: 6_000, height: 1_080 },
    })
    expect((await studio.audit()).map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['done', 'key, encoding'],
      ['done', 'source'],
      ['noop', null],
    ])
  })

  it('of another platform needs an address, and is removed without a trace of its key', async () => {
    expect(await refused(studio.put('studio', { key: secret('abc') }))).toEqual(['invalid', '/url'])
    await studio.put('studio', { url: 'RTMP://Ingest.Example.org/live/', key: secret('studio-key-0001') })
    expect(await studio.find('studio')).toMatchObject({ url: 'rtmp://ingest.example.org/live' })
    await studio.remove('studio')
    expect(await studio.find('studio')).toBeNull()
    expect(await studio.rows('SELECT * FROM destinations')).toEqual([])
    expect(await refused(studio.remove('studio'))).toEqual(['destination_unknown', undefined])
    const facts = await studio.rows(`SELECT body FROM journal WHERE name = 'destination.removed'`)
    expect(facts.map(({ body }) => JSON.parse(String(body)) as unknown)).toEqual([{ platform: 'studio' }])
  })

  it('is not the same as another of its room: one key is published once', async () => {
    const url = 'rtmp://ingest.example.org/live'
    await studio.put('one', { url, key: secret(KEY) })
    expect(
      await refused(studio.put('two', { url: 'rtmp://INGEST.example.org/live/', key: secret(KEY) })),
    ).toEqual(['conflict', undefined])
    await studio.put('two', { url, key: secret(`${KEY}-2`) })
    await studio.put('three', { url: 'rtmp://backup.example.org/live', key: secret(KEY) })
    expect(await refused(studio.put('three', { url, key: secret(KEY) }))).toEqual(['conflict', undefined])
    expect((await studio.put('one', { url, key: secret(KEY) })).keySet).toBe(true)
  })

  it('is not removed while it is on air', async () => {
    await studio.put('youtube', { key: secret(KEY) })
    studio.onAir.add('r1 youtube')
    expect(await refused(studio.remove('youtube'))).toEqual(['destination_in_use', undefined])
    expect(await studio.keyOf('youtube')).toBe(KEY)
    studio.onAir.clear()
    await studio.remove('youtube')
  })

  it('whose key cannot be opened any more says so, and is whole again with a new one', async () => {
    await studio.put('youtube', { key: secret(KEY) })
    const lost = {
      keys: LATER,
      defaults: { ...NOTHING, youtube: { url: null, key: secret('server-key') } },
    }
    expect(await studio.keyOf('youtube', lost)).toBeNull()
    const [shown] = await studio.list(lost)
    expect(shown).toMatchObject({ keySet: false, keyState: 'unreadable', keyLast4: null })
    expect(await studio.put('youtube', { key: secret(KEY) }, lost)).toMatchObject({
      keyState: 'set',
      keyLast4: 'qrst',
    })
    expect(await studio.keyOf('youtube', lost)).toBe(KEY)
  })

  it('does not open a key that was moved to another room or platform in the table', async () => {
    await studio.put('youtube', { key: secret(KEY) })
    await studio.put('youtube', { key: secret('another-key-0001') }, {}, 'r2')
    await studio.db.write({
      statements: [
        {
          sql: `UPDATE destinations SET key_sealed = (SELECT key_sealed FROM destinations WHERE room_id = 'r2') WHERE room_id = 'r1'`,
        },
      ],
    })
    expect(await studio.list()).toMatchObject([{ keyState: 'unreadable' }])
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
      expect(await refused(studio.put('twitch', change)), JSON.stringify(change)).toEqual(['invalid', field])
    }
    expect(await studio.rows('SELECT * FROM destinations')).toEqual([])
    expect(await studio.rows('SELECT * FROM journal')).toEqual([])
    expect(await studio.audit()).toEqual(
      hostile.map(() => expect.objectContaining({ outcome: 'refused', code: 'invalid', detail: null })),
    )
  })

  it('takes private hosts that are listed, and a limited number for a room', async () => {
    const options = { privateHosts: ['127.0.0.1:1935'] }
    await studio.put('youtube', { url: 'rtmp://127.0.0.1:1935/live', key: secret(KEY) }, options)
    for (let n = 1; n < destinationRows.DESTINATIONS_MAX; n += 1) {
      await studio.put(`studio${n}`, { url: 'rtmp://ingest.example.org/live' })
    }
    expect(await refused(studio.put('studio99', { url: 'rtmp://ingest.example.org/live' }))).toEqual([
      'conflict',
      undefined,
    ])
    for (const platform of ['constructor', 'tostring']) {
      expect(await studio.find(platform)).toBeNull()
      expect(await refused(studio.put(platform, {}))).toEqual(['conflict', undefined])
    }
    for (const platform of ['__proto__', 'A', 'a/b']) {
      expect(await refused(studio.put(platform, {}))).toEqual(['invalid', '/platform'])
    }
  })
})
