// What a connection hands on: everything, once, in order, as it came.

import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import * as Effect from 'effect/Effect'
import { ProtoMessageFetchResult } from 'tiktok-live-proto/v3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTikTok, type TikTok as StandIn } from '../_support/tiktok/standin.ts'
import { closeServer, idsIn, listener, listenOn, pushed, serviceAt, spec, until, using } from './kit.ts'

let standIn: StandIn

beforeAll(async () => {
  standIn = await startTikTok()
})
afterEach(() => standIn.clearFaults())
afterAll(() => standIn.close())

const run = Effect.runPromise

describe('what a connection hands on', () => {
  it('T10: the first batch comes byte for byte as the sign server sent it, before any frame of the socket', async () => {
    const creator = standIn.creator('first')
    const broadcastId = creator.goLive()
    const said = ['one', 'two', 'three'].map((text) => creator.say(text).msgId)
    // A sign server whose answers carry a field that no schema knows: decoding and encoding again would drop it.
    const answers: Buffer[] = []
    const server = createServer((request, response) => {
      const answer = async () => {
        const real = await fetch(`${standIn.origin}${request.url ?? ''}`)
        const body = Buffer.concat([Buffer.from(await real.arrayBuffer()), Buffer.of(0xfa, 0x7f, 2, 1, 2)])
        answers.push(body)
        response.writeHead(200, { 'x-set-tt-cookie': 'ttwid=1', 'x-room-id': broadcastId }).end(body)
      }
      void answer()
    })
    const signApiUrl = await listenOn(server)
    const heard = listener()
    await using(serviceAt(standIn, {}, { signApiUrl }), (tiktok) =>
      Effect.promise(async () => {
        const connection = await run(tiktok.connect(spec('first', broadcastId), heard))
        expect(connection.broadcastId).toBe(broadcastId)
        const live = creator.say('four')
        await until(() => pushed(heard).includes(live.msgId), 'the live message')
        await run(connection.finish(30_000))
      }),
    )
    expect(answers.length).toBe(1)
    expect(heard.frames.map(({ kind }) => kind).slice(0, 2)).toEqual(['fetch', 'push'])
    const first = heard.frames[0]?.bytes ?? new Uint8Array()
    expect(Buffer.from(first)).toEqual(answers[0])
    expect(ProtoMessageFetchResult.decode(first).messages.map(({ msgId }) => msgId)).toEqual(said)
    await closeServer(server)
  })

  it('the broadcast is the one that the sign server names, when it names another, and no frame of it is handed on', async () => {
    const creator = standIn.creator('other')
    const old = creator.goLive()
    creator.say('of the old one')
    const now = creator.newBroadcast()
    creator.say('of the new one')
    const heard = listener()
    const fault = standIn.fault('sign', { kind: 'other_room', roomId: now, times: 1 })
    standIn.fault('room_info', { kind: 'says', status: 2 })
    await using(serviceAt(standIn), (tiktok) =>
      Effect.gen(function* () {
        const connection = yield* tiktok.connect(spec('other', old), heard)
        expect(connection.broadcastId).toBe(now)
        creator.say('while it is open')
        yield* connection.finish(30_000)
      }),
    )
    expect(heard.closes).toHaveLength(1)
    expect(heard.frames).toEqual([])
    expect(fault.fired()).toBe(1)
  })

  it('acks reach TikTok with the log id and the internal ext, and the library sends none of its own', async () => {
    const creator = standIn.creator('acks')
    const broadcastId = creator.goLive()
    await using(serviceAt(standIn), (tiktok) =>
      Effect.promise(async () => {
        const heard = listener()
        const coming = standIn.next()
        const connection = await run(tiktok.connect(spec('acks', broadcastId), heard))
        const viewer = await coming
        creator.say('please acknowledge')
        await until(() => pushed(heard).length === 1, 'the message')
        expect(viewer.asked.length).toBe(1)
        connection.ack(viewer.asked[0] ?? '', 'ext:1')
        connection.ack('', 'nothing to say')
        await until(() => viewer.acks.length > 0, 'the ack')
        await run(connection.finish(30_000))
        expect(viewer.acks.map(({ logId, internalExt }) => [logId, internalExt])).toEqual([
          [viewer.asked[0], 'ext:1'],
        ])
        expect(viewer.entered).toBe(true)
      }),
    )
  })

  it('holding stops reading and loses nothing: the other side is made to wait', async () => {
    const creator = standIn.creator('held')
    const broadcastId = creator.goLive()
    await using(serviceAt(standIn), (tiktok) =>
      Effect.promise(async () => {
        const heard = listener()
        const coming = standIn.next()
        const connection = await run(tiktok.connect(spec('held', broadcastId), heard))
        const viewer = await coming
        creator.say('before')
        await until(() => pushed(heard).length === 1, 'the first message')
        connection.hold(true)
        const noise = randomBytes(30_000).toString('base64')
        const sent = creator.batch(
          (c) => {
            for (let i = 0; i < 300; i += 1) c.say(`held ${i} ${noise}`)
          },
          { messagesPerFrame: 1, gzip: false },
        )
        await until(() => viewer.backlog > 0, 'the sender waits')
        const before = pushed(heard).length
        await new Promise((done) => setTimeout(done, 50))
        expect(pushed(heard).length).toBe(before)
        expect(before).toBeLessThan(10)
        expect(viewer.backlog).toBeGreaterThan(0)
        connection.ack('77', 'while held')
        connection.hold(false)
        await until(() => pushed(heard).length === 301, 'the rest')
        await until(() => viewer.acks.some(({ logId }) => logId === '77'), 'the ack that waited')
        expect(pushed(heard).slice(1)).toEqual(sent.map(({ msgId }) => msgId))
        await run(connection.finish(30_000))
      }),
    )
  })

  it('a held connection that is reset still gives what had arrived, then its close', async () => {
    const creator = standIn.creator('held.reset')
    const broadcastId = creator.goLive()
    await using(serviceAt(standIn), (tiktok) =>
      Effect.promise(async () => {
        const heard = listener()
        const connection = await run(tiktok.connect(spec('held.reset', broadcastId), heard))
        connection.hold(true)
        const sent = creator.batch(
          (c) => {
            for (let i = 0; i < 200; i += 1) c.say(`held ${i}`)
          },
          { messagesPerFrame: 10 },
        )
        await creator.mishaps.dropHard()
        connection.hold(false)
        await heard.closed
        expect(pushed(heard)).toEqual(sent.map(({ msgId }) => msgId))
        expect(heard.closes).toEqual([{ code: 1006, reason: '' }])
      }),
    )
  })

  it('a listener that throws at the first batch fails the connect and opens no socket', async () => {
    const creator = standIn.creator('throws.first')
    const broadcastId = creator.goLive()
    const sockets = standIn.asked('socket').length
    const throwing = {
      ...listener(),
      onFrame: () => {
        throw new Error('the listener is broken')
      },
    }
    await using(serviceAt(standIn), (tiktok) =>
      Effect.flip(tiktok.connect(spec('throws.first', broadcastId), throwing)),
    )
    expect(standIn.asked('socket').length).toBe(sockets)
  })

  it('a hundred rooms connect at the same time, more than the agent has sockets for a host', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => standIn.creator(`many${n}`).goLive())
    await using(serviceAt(standIn), (tiktok) =>
      Effect.gen(function* () {
        const all = ids.map((id, n) => tiktok.connect(spec(`many${n}`, id), listener()))
        const connections = yield* Effect.all(all, { concurrency: 'unbounded' })
        expect(connections.map(({ broadcastId }) => broadcastId)).toEqual(ids)
        yield* Effect.all(
          connections.map((connection) => connection.finish(30_000)),
          { concurrency: 'unbounded' },
        )
      }),
    )
  })

  it('a listener that throws ends its own connection as closed, passes nothing on after it and harms no other', async () => {
    const creator = standIn.creator('throws')
    const broadcastId = creator.goLive()
    await using(serviceAt(standIn), (tiktok) =>
      Effect.promise(async () => {
        const good = listener()
        const bad = listener()
        let calls = 0
        const throwing = {
          ...bad,
          onFrame: () => {
            calls += 1
            if (calls > 1) throw new Error('the listener is broken')
          },
        }
        const connection = await run(tiktok.connect(spec('throws', broadcastId), good))
        await run(tiktok.connect(spec('throws', broadcastId), throwing))
        for (let i = 0; i < 5; i += 1) creator.say(`message ${i}`)
        await bad.closed
        await until(() => pushed(good).length === 5, 'the other listener')
        expect(bad.closes).toEqual([{ code: 1006, reason: 'the listener failed' }])
        expect(calls).toBe(2)
        await run(connection.finish(30_000))
      }),
    )
  })
})

it('a thousand frames in one burst arrive once and in order', async () => {
  const creator = standIn.creator('burst')
  const broadcastId = creator.goLive()
  await using(serviceAt(standIn), (tiktok) =>
    Effect.promise(async () => {
      const heard = listener()
      const connection = await run(tiktok.connect(spec('burst', broadcastId), heard))
      const sent = creator.batch(
        (c) => {
          for (let i = 0; i < 1_000; i += 1) c.say(`burst ${i} ${'x'.repeat((i % 50) * 20)}`)
        },
        { messagesPerFrame: 1 },
      )
      await run(connection.finish(5_000))
      const ids = heard.frames.filter(({ kind }) => kind === 'push').flatMap(({ bytes }) => idsIn(bytes))
      expect(ids).toEqual(sent.map(({ msgId }) => msgId))
      expect(heard.late()).toBe(0)
    }),
  )
})
