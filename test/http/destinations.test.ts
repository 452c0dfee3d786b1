// Destinations over HTTP: what goes in, what comes out, and what is refused by name.

import * as Redacted from 'effect/Redacted'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyAad } from '../../src/db/destinations.ts'
import { unseal } from '../../src/db/seal.ts'
import { rawAsk, OPERATOR, ringOf, startHarness, type Harness } from './harness.ts'

const KEY = 'abcd-efgh-ijkl-mnop-qrst'

let h: Harness
let room: { readonly id: string; readonly token: string }
let at: string
beforeAll(async () => {
  h = await startHarness({
    defaults: {
      youtube: { url: null, key: null },
      twitch: { url: null, key: Redacted.make('server-twitch-key') },
    },
  })
  room = await h.addRoom('send.me')
  at = `/api/rooms/${room.id}/destinations`
})
afterAll(() => h.stop())

const put = (platform: string, body: unknown, token = room.token) =>
  h.ask('PUT', `${at}/${platform}`, { token, body })
const stored = () => h.db.read('SELECT * FROM destinations')

describe('a destination', () => {
  it('is set by its owner, is shown without its key, and is removed', async () => {
    const set = await put('youtube', { key: KEY })
    expect(set.status).toBe(200)
    expect(set.json).toEqual({
      platform: 'youtube',
      url: 'rtmps://a.rtmps.youtube.com:443/live2',
      key_set: true,
      key_state: 'set',
      key_last4: 'qrst',
      source: { type: 'room', layout: 'speaker' },
      encoding: {
        preset: '1080p30',
        width: 1920,
        height: 1080,
        framerate: 30,
        video_kbps: 4500,
        audio_kbps: 128,
        keyframe_seconds: 2,
      },
      origin: 'room',
      updated_at: expect.any(Number),
    })
    expect((await h.ask('GET', `${at}/youtube`, { token: room.token })).json).toEqual(set.json)
    const changed = await put('youtube', {
      url: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1',
      source: { type: 'participant', identity: 'host' },
      encoding: { preset: '720p60', video_kbps: 4_000 },
    })
    expect(changed.json).toMatchObject({
      url: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1',
      key_last4: 'qrst',
      source: { type: 'participant', identity: 'host', screen_share: false },
      encoding: { preset: null, height: 720, framerate: 60, video_kbps: 4_000 },
    })
    const list = await h.ask('GET', at, { token: room.token })
    expect(
      (list.json['items'] as { platform: string; origin: string }[]).map((one) => [one.platform, one.origin]),
    ).toEqual([
      ['twitch', 'environment'],
      ['youtube', 'room'],
    ])
    expect((await h.ask('DELETE', `${at}/youtube`, { token: room.token })).status).toBe(204)
    expect((await h.ask('DELETE', `${at}/youtube`, { token: room.token })).json['code']).toBe(
      'destination_unknown',
    )
    expect((await h.ask('GET', `${at}/youtube`)).json['code']).toBe('destination_unknown')
    expect(await stored()).toEqual([])
  })

  it('of the server is shown without anything of its key, and cannot be removed', async () => {
    const { json, text } = await h.ask('GET', `${at}/twitch`, { token: room.token })
    expect(json).toMatchObject({ key_set: true, key_last4: null, origin: 'environment', updated_at: null })
    expect(text).not.toContain('-key"')
    expect((await h.ask('DELETE', `${at}/twitch`)).status).toBe(404)
  })

  it('is not removed while it is on air', async () => {
    await put('youtube', { key: KEY })
    h.outbound.set(room.id, 'youtube', { state: 'live', status: 'live' })
    const refused = await h.ask('DELETE', `${at}/youtube`)
    expect([refused.status, refused.json['code']]).toEqual([409, 'destination_in_use'])
    expect(await stored()).toHaveLength(1)
    h.outbound.set(room.id, 'youtube', { state: 'stopped', status: 'stopped' })
    expect((await h.ask('DELETE', `${at}/youtube`)).status).toBe(204)
  })
})

describe('L37: what is refused', () => {
  it.each([
    ['twitch', { url: 'http://live.twitch.tv/app' }, '/url', 'rtmp://'],
    ['twitch', { url: 'rtmp://169.254.169.254/' }, '/url', 'public internet'],
    ['twitch', { url: 'rtmp://169.254.169.254/latest' }, '/url', 'public internet'],
    ['twitch', { url: 'rtmp://[::ffff:a00:1]/live' }, '/url', 'public internet'],
    ['twitch', { url: 'rtmp://live.twitch.tv/app\r\nX-Evil: 1' }, '/url', 'printable ASCII'],
    ['twitch', { url: `rtmp://live.twitch.tv/${'a'.repeat(10_000)}` }, '/url', '2048'],
    ['twitch', { url: 'rtmp://user:pass@live.twitch.tv/app' }, '/url', 'without a user'],
    ['twitch', { url: 'rtmp://l\u0131ve.twitch.tv/app' }, '/url', 'xn--'],
    ['twitch', { url: 'rtmp://live.twitch.tv/app/live_123_abcdef' }, '/url', 'stream key'],
    ['twitch', { url: null }, '/url', 'string'],
    ['twitch', { key: '' }, '/key', 'printable ASCII'],
    ['twitch', { key: 'two words' }, '/key', 'printable ASCII'],
    ['twitch', { key: 17 }, '/key', 'string'],
    ['twitch', { encoding: { video_kbps: 6_001 } }, '/encoding/video_kbps', '6000'],
    ['twitch', { encoding: { framerate: 29.97 } }, '/encoding/framerate', 'integer'],
    ['twitch', { encoding: { preset: '4k' } }, '/encoding/preset', '1080p60'],
    ['twitch', { source: { type: 'web', url: 'http://127.0.0.2/' } }, '/source/url', 'public internet'],
    ['twitch', { source: { type: 'room', layout: 'a b' } }, '/source/layout', 'letters'],
    ['twitch', { stream_key: KEY }, '/stream_key', 'url, key, source, encoding'],
    ['twitch', { key: KEY, key_set: true }, '/key_set', 'no other fields'],
    ['studio', { key: KEY }, '/url', 'to be there'],
    ['Studio', { url: 'rtmp://a.example.org/live' }, '/platform', 'a-z'],
    ['both', { url: 'rtmp://a.example.org/live' }, '/platform', 'not both'],
  ])('L37: %s %j is 422 at %s and stores nothing', async (platform, body, field, said) => {
    const { status, json, text } = await put(platform, body)
    expect([status, json['code'], json['field']]).toEqual([422, 'invalid', field])
    expect(String(json['detail'])).toContain(said)
    for (const value of ['169.254', 'Evil', 'user:pass', 'abcdef', KEY, 'two words', '127.0.0.2']) {
      expect(text).not.toContain(value)
    }
    expect(await stored()).toEqual([])
  })

  it('L37: another host needs the key again', async () => {
    await put('youtube', { key: KEY })
    const moved = await put('youtube', { url: 'rtmps://evil.example.org/live2' })
    expect([moved.status, moved.json['field']]).toEqual([422, '/key'])
    expect(String(moved.json['detail'])).toContain('the host it was given for')
    expect(
      (await put('youtube', { url: 'rtmps://mine.example.org/live2', key: 'another-key-0001' })).status,
    ).toBe(200)
    await h.ask('DELETE', `${at}/youtube`)
  })

  it('L37: bodies and paths that are no request change nothing either', async () => {
    const head = `PUT ${at}/youtube HTTP/1.1\r\nHost: l\r\nConnection: close\r\nAuthorization: Bearer ${OPERATOR}\r\nContent-Type: application/json\r\n`
    for (const body of [
      '{',
      '{"key":"a","key":"b"}',
      '{"__proto__":{"key":"a"}}',
      '[]',
      '"x"',
      '{"encoding":[]}',
    ]) {
      const heard = await rawAsk(h.port, `${head}Content-Length: ${body.length}\r\n\r\n${body}`)
      expect(heard, body).toMatch(/^HTTP\/1\.1 4(00|22) /)
    }
    for (const platform of ['a%2fb', '..', 'x%00', 'a'.repeat(40)]) {
      const heard = await rawAsk(h.port, `${head.replace('youtube', platform)}Content-Length: 2\r\n\r\n{}`)
      expect(heard, platform).toMatch(/^HTTP\/1\.1 4\d\d /)
    }
    expect(await stored()).toEqual([])
  })
})

describe('the LiveKit room', () => {
  it('is the handle until an operator names another; its owner may not', async () => {
    const path = `/api/rooms/${room.id}/livekit`
    expect((await h.ask('GET', path, { token: room.token })).json).toEqual({ room: room.id, name: 'send.me' })
    expect((await h.ask('PUT', path, { token: room.token, body: { name: 'theirs' } })).json['code']).toBe(
      'not_found',
    )
    expect((await h.ask('PUT', path, { body: { name: 'Main stage' } })).json).toEqual({
      room: room.id,
      name: 'Main stage',
    })
    expect((await h.ask('PUT', path, { body: { name: 'a\u0007' } })).json).toMatchObject({
      code: 'invalid',
      field: '/name',
    })
    expect((await h.ask('PUT', '/api/rooms/nobody/livekit', { body: { name: 'x' } })).json['code']).toBe(
      'room_unknown',
    )
    expect((await h.ask('GET', path, { token: room.token })).json['name']).toBe('Main stage')
  })
})

describe('rotation', () => {
  it('puts every key under the first of the ring, dry first, for operators alone', async () => {
    await put('youtube', { key: KEY })
    const later = await startHarness({ db: h.db, keys: ringOf('v2', 'v1'), boot: 'boot-2' })
    const rotate = (body: unknown, token?: string) =>
      later.ask('POST', '/api/maintenance/rotate', { body, ...(token !== undefined && { token }) })
    expect((await rotate({}, room.token)).status).toBe(404)
    const dry = await rotate({ dryRun: true })
    expect(dry.json).toMatchObject({ dryRun: true, key: 'v2', checked: 1, resealed: 1, unreadable: 0 })
    expect(String((await stored())[0]?.['key_sealed'])).toContain('gcm1.v1.')
    expect((await rotate({})).json).toMatchObject({ dryRun: false, resealed: 1 })
    expect(String((await stored())[0]?.['key_sealed'])).toContain('gcm1.v2.')
    await later.stop()
    const about = keyAad(room.id, 'youtube')
    expect(unseal(ringOf('v2'), about, String((await stored())[0]?.['key_sealed']))).toBe(KEY)
    // This server has the old key alone.
    expect((await h.ask('GET', `${at}/youtube`)).json).toMatchObject({
      key_set: false,
      key_state: 'unreadable',
      key_last4: null,
    })
  })
})
