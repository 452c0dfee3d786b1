// How a connection ends, and what giving an attempt up leaves behind: nothing.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import { WebSocketServer, type WebSocket } from 'ws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTikTok, type TikTok as StandIn } from '../_support/tiktok/standin.ts'
import { closeServer, listener, listenOn, portOf, serviceAt, spec, until, using } from './kit.ts'

let standIn: StandIn

beforeAll(async () => {
  standIn = await startTikTok()
})
afterEach(() => standIn.clearFaults())
afterAll(() => standIn.close())

const run = Effect.runPromise

describe('how a connection ends', () => {
  const ends: readonly (readonly [string, number, (handle: string) => void])[] = [
    ['a close frame of the server', 1001, (handle) => standIn.creator(handle).mishaps.dropSoft(1001)],
    ['a TCP reset', 1006, (handle) => void standIn.creator(handle).mishaps.dropHard()],
  ]
  it.each(ends)('%s is told once as %i', async (name, code, act) => {
    const handle = `ends${code}`
    const broadcastId = standIn.creator(handle).goLive()
    await using(serviceAt(standIn), (tiktok) =>
      Effect.promise(async () => {
        const heard = listener()
        const connection = await run(tiktok.connect(spec(handle, broadcastId), heard))
        act(handle)
        await heard.closed
        await run(connection.finish(100))
        expect(
          heard.closes.map((info) => info.code),
          name,
        ).toEqual([code])
        expect(heard.late()).toBe(0)
      }),
    )
  })

  it('finish is told as 1005, can be called twice, and is done only after the close was told', async () => {
    const broadcastId = standIn.creator('finish').goLive()
    await using(serviceAt(standIn), (tiktok) =>
      Effect.gen(function* () {
        const heard = listener()
        const connection = yield* tiktok.connect(spec('finish', broadcastId), heard)
        yield* Effect.all([connection.finish(30_000), connection.finish(30_000)], { concurrency: 2 })
        expect(heard.closes).toEqual([{ code: 1005, reason: '' }])
        yield* connection.finish(30_000)
        connection.hold(true)
        connection.ack('1', '2')
        expect(heard.closes.length).toBe(1)
      }),
    )
  })

  it('finish terminates at its limit when the other side does not answer', async () => {
    // A server that completes the handshake and then ignores the close frame.
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false })
    const sockets: Socket[] = []
    server.on('connection', (_ws, request) => {
      request.socket.removeAllListeners('data')
      request.socket.pause()
      sockets.push(request.socket)
    })
    await once(server, 'listening')
    const url = `ws://127.0.0.1:${portOf(server.address())}/deaf/`
    const broadcastId = standIn.creator('deaf').goLive()
    const fault = standIn.fault('sign', { kind: 'foreign_host', url })
    await using(serviceAt(standIn), (tiktok) =>
      Effect.gen(function* () {
        const heard = listener()
        const connection = yield* tiktok.connect(spec('deaf', broadcastId), heard)
        yield* connection.finish(50)
        expect(heard.closes.map(({ code }) => code)).toEqual([1006])
      }),
    )
    expect(fault.fired()).toBe(1)
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })

  it('a socket that closes in the moment it opens is a connection that closes, told after it was handed over', async () => {
    const broadcastId = standIn.creator('flash').goLive()
    const fault = standIn.fault('socket', { kind: 'closed', code: 4404 })
    await using(serviceAt(standIn), (tiktok) =>
      Effect.promise(async () => {
        const heard = listener()
        const connection = await run(tiktok.connect(spec('flash', broadcastId), heard))
        expect(connection.broadcastId).toBe(broadcastId)
        await heard.closed
        expect(heard.closes.map(({ code }) => code)).toEqual([4404])
      }),
    )
    expect(fault.fired()).toBe(1)
  })

  it('a ping of the server is answered with its own pong, which the library alone does not do', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    const url = `ws://127.0.0.1:${portOf(server.address())}/`
    const broadcastId = standIn.creator('ping').goLive()
    standIn.fault('sign', { kind: 'foreign_host', url })
    const connected: Promise<[WebSocket]> = once(server, 'connection') as Promise<[WebSocket]>
    await using(serviceAt(standIn), (tiktok) =>
      Effect.promise(async () => {
        const connection = await run(tiktok.connect(spec('ping', broadcastId), listener()))
        const [ws] = await connected
        const pong = once(ws, 'pong')
        ws.ping('are you there')
        expect(String((await pong)[0])).toBe('are you there')
        await run(connection.finish(30_000))
      }),
    )
    await new Promise((done) => server.close(done))
  })
})

describe('giving an attempt up', () => {
  const phases = [
    ['while the page is asked', () => standIn.fault('room_info', { kind: 'hang', ms: 5_000 }), 'room_info'],
    ['while the sign server thinks', () => standIn.fault('sign', { kind: 'hang', ms: 5_000 }), 'sign'],
    ['while the socket opens', () => standIn.fault('socket', { kind: 'slow', ms: 5_000 }), 'socket'],
  ] as const
  it.each(phases)('interrupted %s, it leaves no socket and no request behind', async (_name, arm, route) => {
    const handle = `zombie.${route}`
    const creator = standIn.creator(handle)
    const broadcastId = creator.goLive()
    const fault = arm()
    const heard = listener()
    await using(serviceAt(standIn), (tiktok) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(tiktok.connect(spec(handle, broadcastId), heard))
        yield* Effect.promise(() => until(() => fault.fired() === 1, 'the slow part'))
        yield* Fiber.interrupt(fiber)
      }),
    )
    fault.clear()
    const frames = heard.frames.length
    await new Promise((done) => setTimeout(done, 30))
    expect(creator.audience.length).toBe(0)
    expect(heard.frames.length).toBe(frames)
    expect(heard.closes).toEqual([])
  })

  it('interrupted at every moment of a connect, it never leaves a viewer in the room', async () => {
    const creator = standIn.creator('anytime')
    const broadcastId = creator.goLive()
    let connected = 0
    await using(serviceAt(standIn), (tiktok) =>
      Effect.gen(function* () {
        for (let i = 0; i < 60; i += 1) {
          const heard = listener()
          const fiber = yield* Effect.forkChild(
            Effect.uninterruptibleMask((restore) =>
              Effect.flatMap(restore(tiktok.connect(spec('anytime', broadcastId), heard)), (connection) => {
                connected += 1
                return connection.finish(30_000)
              }),
            ),
          )
          yield* Effect.sleep(i / 3)
          yield* Fiber.interrupt(fiber)
          yield* Effect.promise(() => until(() => creator.audience.length === 0, 'an empty room'))
        }
      }),
    )
    expect(standIn.asked('sign', 'anytime').length).toBeGreaterThan(0)
    expect(connected).toBeLessThan(60)
  })

  it('a socket that is not answered at all ends as connect_timeout and is destroyed', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket.resume()))
    const url = (await listenOn(silent)).replace('http', 'ws')
    const broadcastId = standIn.creator('silent').goLive()
    standIn.fault('sign', { kind: 'foreign_host', url })
    await using(serviceAt(standIn, { socketTimeoutMs: 60 }), (tiktok) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(tiktok.connect(spec('silent', broadcastId), listener()))
        expect(error.code).toBe('connect_timeout')
      }),
    )
    await until(() => sockets.length === 1, 'the socket')
    await until(() => sockets[0]?.readableEnded === true, 'the end')
    for (const socket of sockets) socket.destroy()
    await closeServer(silent)
  })
})
