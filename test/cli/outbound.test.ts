// Destinations, live and rotate on the command line: what they ask of the server, and what becomes of a key.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, problem, startFakeServer, TOKEN, type FakeServer } from './fake-server.ts'
import { run } from './run.ts'

const KEY = 'abcd-efgh-ijkl-CANARY'

let server: FakeServer
let folder: string
beforeEach(async () => {
  server = await startFakeServer()
  folder = await mkdtemp(join(tmpdir(), 'cli-'))
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const cli = (
  args: readonly string[],
  { stdin, ...env }: Readonly<Record<string, string>> & { readonly stdin?: string } = {},
) =>
  run(
    args,
    { ROOMKEEPER_URL: server.url, ROOMKEEPER_TOKEN: TOKEN, DATA_DIR: folder, ...env },
    undefined,
    stdin,
  )

const DESTINATION = {
  platform: 'youtube',
  url: 'rtmps://a.rtmps.youtube.com:443/live2',
  key_set: true,
  key_state: 'set',
  key_last4: 'NARY',
  source: { type: 'room', layout: 'speaker' },
  encoding: { preset: '1080p30', width: 1920, height: 1080, framerate: 30, video_kbps: 4500 },
  origin: 'room',
  updated_at: 1,
}

describe('destinations', () => {
  it('takes the key from standard input, and neither prints it nor has it among its arguments', async () => {
    server.answer = json(DESTINATION)
    const args = ['destinations', 'set', '@maker', 'youtube', '--key-stdin', '--preset', '1080p30']
    const { out, err, error } = await cli(args, { stdin: `${KEY}\n` })
    expect(error).toBeNull()
    expect(server.asked).toMatchObject([
      {
        method: 'PUT',
        path: '/api/rooms/%40maker/destinations/youtube',
        body: { key: KEY, encoding: { preset: '1080p30' } },
      },
    ])
    expect(out).toContain('…NARY')
    expect(out + err).not.toContain('CANARY')
  })

  it('takes the key from STREAM_KEY, or changes the rest without one', async () => {
    server.answer = json(DESTINATION)
    await cli(['destinations', 'set', 'maker', 'twitch', '--ingest', 'rtmp://live.twitch.tv/app'], {
      STREAM_KEY: KEY,
    })
    await cli(['destinations', 'set', 'maker', 'twitch', '--video-kbps', '6000', '--participant', 'host'])
    expect(server.asked.map(({ body }) => body)).toEqual([
      { key: KEY, url: 'rtmp://live.twitch.tv/app' },
      { encoding: { video_kbps: 6000 }, source: { type: 'participant', identity: 'host' } },
    ])
  })

  it('has no flag that takes a key, and reads none from a terminal or from too much', async () => {
    expect((await cli(['destinations', 'set', 'maker', 'youtube', '--key', KEY])).error).not.toBeNull()
    expect((await cli(['destinations', 'set', 'maker', 'youtube', '--key-stdin'])).error).toMatchObject({
      exitCode: 2,
    })
    for (const stdin of ['', '\n', 'x'.repeat(5_000)]) {
      const { error } = await cli(['destinations', 'set', 'maker', 'youtube', '--key-stdin'], { stdin })
      expect(error).toMatchObject({ exitCode: 2 })
    }
    const two = await cli([
      'destinations',
      'set',
      'maker',
      'youtube',
      '--layout',
      'grid',
      '--web',
      'https://a.example.org',
    ])
    expect(two.error).toMatchObject({ exitCode: 2 })
    expect(server.asked).toEqual([])
  })

  it('says what is wrong with what was set, in the server’s words', async () => {
    server.answer = problem(422, {
      code: 'invalid',
      title: 'The request cannot be carried out as it is written',
      detail: 'Expected 1 to 512 printable ASCII characters without spaces.',
      field: '/key',
    })
    const { error, err } = await cli(['destinations', 'set', 'maker', 'youtube', '--key-stdin'], {
      stdin: 'CANARY key',
    })
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringContaining('key: Expected 1 to 512') })
    expect(String(error) + err).not.toContain('CANARY')
  })

  it('lists them, and removes one when it is sure', async () => {
    server.answer = json({
      items: [
        DESTINATION,
        { ...DESTINATION, platform: 'twitch', key_set: false, key_state: 'unreadable', key_last4: null },
      ],
    })
    const { out } = await cli(['destinations', 'list', 'maker'])
    expect(out).toMatch(/^PLATFORM +URL +KEY +ENCODING/)
    expect(out).toMatch(/youtube .* …NARY +1920x1080@30 4500 kb\/s +room speaker +room/)
    expect(out).toMatch(/twitch .* unreadable/)
    expect((await cli(['destinations', 'remove', 'maker', 'twitch'])).error).toMatchObject({ exitCode: 2 })
    server.answer = (_, response) => void response.writeHead(204).end()
    expect((await cli(['destinations', 'rm', 'maker', 'twitch', '-y'])).out).toContain('Removed twitch')
    expect(server.asked.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/api/rooms/maker/destinations/twitch',
    })
  })
})

describe('live', () => {
  const LIVE = {
    session_id: 'o1',
    room: 'r1',
    handle: 'maker',
    state: 'degraded',
    platforms: {
      youtube: { status: 'live', state: 'live', since: Date.UTC(2026, 0, 2), attempt: 1, attempts_max: 8 },
      twitch: {
        status: 'error',
        state: 'backoff',
        since: Date.UTC(2026, 0, 2),
        attempt: 3,
        attempts_max: 8,
        next_attempt_at: Date.UTC(2026, 0, 2, 0, 0, 30),
        error: 'The platform closed the connection.',
      },
    },
  }

  it.each([
    [['start', '@maker'], '/api/live/start', { room: '@maker', platforms: 'both' }],
    [
      ['start', 'maker', 'twitch', 'studio'],
      '/api/live/start',
      { room: 'maker', platforms: ['twitch', 'studio'] },
    ],
    [
      ['start', 'maker', 'twitch', '--force'],
      '/api/live/start',
      { room: 'maker', platforms: ['twitch'], force: true },
    ],
    [['stop', 'maker'], '/api/live/stop', { room: 'maker', platforms: 'all' }],
    [['stop', 'maker', 'youtube'], '/api/live/stop', { room: 'maker', platforms: ['youtube'] }],
    [['retry', 'maker', 'twitch'], '/api/rooms/maker/destinations/twitch/retry', {}],
  ] as const)('asks for %j', async (args, path, body) => {
    server.answer = json(LIVE, 202)
    const { out, error } = await cli(['live', ...args])
    expect(error).toBeNull()
    expect(server.asked).toMatchObject([{ method: 'POST', path, body }])
    expect(server.asked[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/)
    expect(out).toMatch(/@maker +youtube +live +live +2026-01-02 00:00:00Z +1\/8/)
    expect(out).toMatch(/@maker +twitch +error +backoff .* 3\/8 +2026-01-02 00:00:30Z .*The platform closed/)
  })

  it('shows one room or all', async () => {
    server.answer = json(LIVE)
    expect((await cli(['live', 'status', '@maker'])).out).toContain('@maker')
    expect(server.asked[0]?.query).toEqual({ room: '@maker' })
    server.answer = json({ items: [LIVE, { ...LIVE, handle: 'second' }] })
    expect((await cli(['live', 'status'])).out).toContain('@second')
    server.answer = json({ items: [] })
    expect((await cli(['live', 'status'])).out).toBe('Nothing is sent out.')
  })
})

describe('rotate', () => {
  it('asks the server, dry or not, and says what is lost', async () => {
    server.answer = json({
      dryRun: true,
      key: 'v2',
      checked: 5,
      resealed: 4,
      unreadable: 1,
      kinds: { destination_key: 3, room_proxy: 1 },
    })
    const { out } = await cli(['rotate', '--dry-run'])
    expect(server.asked).toMatchObject([
      { method: 'POST', path: '/api/maintenance/rotate', body: { dryRun: true } },
    ])
    expect(out).toMatch(/^Dry run: nothing was changed\.\nkey +v2\nsecrets +5\nsealed again +4\n/)
    expect(out).toContain('set it anew')
    await cli(['rotate'])
    expect(server.asked[1]?.body).toEqual({ dryRun: false })
  })
})
