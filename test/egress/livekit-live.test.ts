// LiveKit through the unmodified SDK: what is asked of it, and how its answers and failures are read.

import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { liveKitLive } from '../../src/egress/livekit-live.ts'
import { livekitCounts } from '../../src/egress/livekit-metrics.ts'
import { LiveKit } from '../../src/egress/livekit.ts'
import { makeScrubber } from '../../src/egress/scrub.ts'
import { API_KEY, find, info, json, KEY, listActive, start, stop, Twirp, twirpError } from './twirp.ts'

const server = new Twirp()
beforeAll(() => server.listen())
afterAll(() => server.close())
beforeEach(() => server.reset())

describe('start', () => {
  it('asks for a room composite with 2 s keyframes, H.264 main and AAC, and the webhook of this request', async () => {
    server.on('StartRoomCompositeEgress', json(info()))
    const view = await server.run(start({ webhookUrl: 'https://keeper.example/api/livekit/webhook' }))
    expect(view).toMatchObject({ egressId: 'EG_1', roomName: 'stage', status: 'starting' })
    const [asked] = server.asked
    expect(asked?.body).toMatchObject({
      roomName: 'stage',
      layout: 'grid',
      advanced: {
        width: 1920,
        height: 1080,
        framerate: 30,
        videoBitrate: 6000,
        videoCodec: 'H264_MAIN',
        audioCodec: 'AAC',
        audioBitrate: 160,
        keyFrameInterval: 2,
      },
      streamOutputs: [{ protocol: 'RTMP', urls: [`rtmps://a.rtmps.youtube.com:443/live2/${KEY}`] }],
      webhooks: [{ url: 'https://keeper.example/api/livekit/webhook', signingKey: API_KEY }],
    })
    expect(asked?.body).not.toHaveProperty('stream')
    expect(asked?.headers.authorization).toMatch(/^Bearer eyJ/)
  })

  it('asks for a participant and for a page', async () => {
    server.on('StartParticipantEgress', json(info()))
    server.on('StartWebEgress', json(info({ room_name: '' })))
    await server.run(start({ source: { type: 'participant', identity: 'host', screenShare: true } }))
    await server.run(start({ source: { type: 'web', url: 'https://scene.example/' } }))
    expect(server.asked.map(({ method, body }) => [method, body['identity'] ?? body['url']])).toEqual([
      ['StartParticipantEgress', 'host'],
      ['StartWebEgress', 'https://scene.example/'],
    ])
    expect(server.asked[0]?.body['screenShare']).toBe(true)
  })

  it('uses the unified method when LiveKit has no other', async () => {
    server.on('StartEgress', json(info()))
    const views = await server.run(Effect.all([start(), start()]))
    expect(views).toHaveLength(2)
    expect(server.asked.map(({ method }) => method)).toEqual([
      'StartRoomCompositeEgress',
      'StartEgress',
      'StartEgress',
    ])
    expect(server.asked[1]?.body).toMatchObject({
      roomName: 'stage',
      template: { layout: 'grid' },
      outputs: [{ stream: { protocol: 'RTMP' } }],
    })
  })

  it('is never sent twice, whatever comes back', async () => {
    server.on('StartRoomCompositeEgress', twirpError(500, 'internal', 'oops'))
    await server.fails(start())
    expect(server.asked).toHaveLength(1)
  })
})

describe('failures', () => {
  const table: readonly (readonly [
    name: string,
    status: number,
    code: string,
    msg: string,
    expected: object,
  ])[] = [
    ['L05: no capacity', 429, 'resource_exhausted', 'x', { code: 'quota', mayHaveHappened: false }],
    ['L05: no CPU', 503, 'unavailable', 'not enough CPU', { code: 'quota', mayHaveHappened: false }],
    [
      'L06: no room',
      404,
      'not_found',
      'requested room does not exist',
      { code: 'room_not_found', mayHaveHappened: false },
    ],
    [
      'L16: an unknown egress',
      404,
      'not_found',
      'egress does not exist',
      { code: 'not_found', mayHaveHappened: false },
    ],
    [
      'L16: an ended egress',
      412,
      'failed_precondition',
      'cannot be stopped',
      { code: 'precondition', mayHaveHappened: false },
    ],
    [
      'L35: a rotated secret',
      401,
      'unauthenticated',
      'invalid token',
      { code: 'unauthorized', mayHaveHappened: false },
    ],
    ['no permission', 403, 'permission_denied', 'x', { code: 'unauthorized', mayHaveHappened: false }],
    [
      'a wrong URL',
      400,
      'invalid_argument',
      `invalid url rtmp://h/a/${KEY}`,
      { code: 'invalid', mayHaveHappened: false },
    ],
    [
      'L12: no egress node',
      503,
      'unavailable',
      'no response from servers',
      { code: 'no_response', mayHaveHappened: true },
    ],
    ['a late bus', 408, 'deadline_exceeded', 'request timed out', { code: 'timeout', mayHaveHappened: true }],
    ['L02: an internal error', 500, 'internal', 'oops', { code: 'internal', mayHaveHappened: true }],
    ['a code never heard of', 500, 'novel', 'oops', { code: 'internal', mayHaveHappened: true }],
  ]
  it.each(table)('%s', async (_name, status, code, msg, expected) => {
    server.on('StartRoomCompositeEgress', twirpError(status, code, msg))
    const error = await server.fails(start())
    expect(error).toMatchObject(expected)
    expect(error.message).not.toContain(KEY)
    expect(server.asked).toHaveLength(1)
  })

  it('L02: HTML, truncated JSON and JSON of another kind are no answers of LiveKit', async () => {
    const html = json('<html>', 502, 'text/html')
    for (const [reply, happened] of [
      [html, true],
      [json('<html>', 404, 'text/html'), false],
      [json('<html>', 200, 'text/html'), true],
      [json({ egress_id: 5 }), true],
      [json({}), true],
      [json({ items: [{ egress_id: 'EG_0' }] }), true],
    ] as const) {
      server.on('StartRoomCompositeEgress', reply)
      expect(await server.fails(start())).toMatchObject({ code: 'bad_answer', mayHaveHappened: happened })
    }
    server.on('StartRoomCompositeEgress', (response) => response.end('{"egress_id":"EG'))
    expect(await server.fails(start())).toMatchObject({ code: 'bad_answer', mayHaveHappened: true })
  })

  it('reads the code of a Twirp error whose content type has a charset', async () => {
    const body = { code: 'not_found', msg: 'requested room does not exist' }
    server.on('StartRoomCompositeEgress', json(body, 404, 'application/json; charset=utf-8'))
    expect(await server.fails(start())).toMatchObject({ code: 'room_not_found' })
  })

  it('L01: a refused connection did nothing', async () => {
    const gone = new Twirp()
    await gone.listen()
    await gone.close()
    expect(await gone.fails(start())).toMatchObject({ code: 'unreachable', mayHaveHappened: false })
  })

  it('L04: a connection reset after the request may have done it', async () => {
    server.on('StartRoomCompositeEgress', (response) => response.socket?.resetAndDestroy())
    expect(await server.fails(start())).toMatchObject({ code: 'unreachable', mayHaveHappened: true })
    expect(server.asked).toHaveLength(1)
  })

  it('L04: an answer that breaks off may have done it', async () => {
    server.on('StartRoomCompositeEgress', (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' })
      response.write('{"egress_id":', () => response.socket?.resetAndDestroy())
    })
    expect(await server.fails(start())).toMatchObject({ mayHaveHappened: true })
  })

  it('L03: no answer in ten seconds may have done it', { timeout: 15_000 }, async () => {
    const sockets = new Set<Socket>()
    const silent = createServer((socket) => void sockets.add(socket.on('error', () => {})))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const config = { url: `http://127.0.0.1:${port}`, apiKey: 'k', apiSecret: Redacted.make('secret-secret') }
    const error = await Effect.runPromise(
      Effect.flip(start()).pipe(Effect.provide(liveKitLive(config, makeScrubber()))),
    )
    expect(error).toMatchObject({ code: 'timeout', mayHaveHappened: true })
    expect(sockets.size).toBe(1)
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  it('a list or a look has done nothing, however it failed', async () => {
    server.on('ListEgress', twirpError(503, 'unavailable', 'no response from servers'))
    expect(await server.fails(listActive(null))).toMatchObject({
      code: 'no_response',
      mayHaveHappened: false,
    })
    expect(await server.fails(find('EG_1'))).toMatchObject({ mayHaveHappened: false })
  })

  it('without configuration everything fails, and says so', async () => {
    const layer = liveKitLive(null, makeScrubber())
    const errors = await Effect.runPromise(
      Effect.all([
        Effect.flip(start()),
        Effect.flip(listActive(null)),
        Effect.flip(find('x')),
        Effect.flip(stop('x')),
      ]).pipe(Effect.provide(layer)),
    )
    expect(errors.map(({ code }) => code)).toEqual(Array(4).fill('unconfigured'))
    const configured = LiveKit.useSync((livekit) => livekit.configured)
    expect(await Effect.runPromise(configured.pipe(Effect.provide(layer)))).toBe(false)
  })

  it('counts requests and failures', async () => {
    const before = livekitCounts()
    const value = (counts: typeof before.failures, labels: object): number =>
      counts.find(([own]) => JSON.stringify(own) === JSON.stringify(labels))?.[1] ?? 0
    server.on('StopEgress', twirpError(412, 'failed_precondition', 'x'))
    await server.fails(stop('EG_1'))
    const after = livekitCounts()
    const failed = { method: 'stop', code: 'precondition' }
    expect(value(after.failures, failed) - value(before.failures, failed)).toBe(1)
    expect(value(after.requests, { method: 'stop' }) - value(before.requests, { method: 'stop' })).toBe(1)
  })
})
