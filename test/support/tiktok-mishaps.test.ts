// What goes wrong on an open socket, and on the wire below it: it happens, and it is counted.

import { WebSocket } from 'ws'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startNetProxy, type NetProxy } from '../_support/net-proxy.ts'
import { spawnTikTok } from '../_support/tiktok/remote.ts'
import { openStage, type Heard, type Stage } from '../_support/tiktok/stage.ts'
import { person, type Creator, type Viewer } from '../_support/tiktok/standin.ts'
import type { UnmodifiedConnector } from '../_support/tiktok/unmodified.ts'

let stage: Stage
let ana: Creator
let connector: UnmodifiedConnector
let viewer: Viewer
let heard: readonly Heard[]

beforeEach(async () => {
  stage = await openStage()
  ana = stage.tiktok.creator('ana')
  ana.goLive()
  connector = stage.connector('ana')
  heard = stage.listen(connector, 'chat', 'websocketData', 'disconnected', 'error', 'streamEnd')
  viewer = await stage.connect(connector)
})
afterEach(() => stage.close())

const until = (claim: () => boolean) => expect.poll(claim, { interval: 5 }).toBe(true)
const of = <T>(name: string): readonly T[] =>
  heard.flatMap((one) => (one.name === name ? [one.data as T] : []))
const texts = () => of<{ content: string }>('chat').map(({ content }) => content)

describe('a drop', () => {
  it('is a reset when it is hard', async () => {
    await ana.mishaps.dropHard()
    await until(() => of('disconnected').length === 1)
    expect(of('disconnected')).toMatchObject([{ code: 1006 }])
    expect(stage.tiktok.fired('socket.dropped_hard')).toBe(1)
  })

  it('is a close frame when it is soft', async () => {
    ana.mishaps.dropSoft()
    await until(() => of('disconnected').length === 1)
    expect(of('disconnected')).toMatchObject([{ code: 1001 }])
    expect(stage.tiktok.fired('socket.dropped_soft')).toBe(1)
  })

  it.each(['soft', 'hard', 'ended', 'suspended'] as const)(
    'right behind the last frames reaches the client after them: %s',
    async (how) => {
      const before = of('websocketData').length
      const messages = ana.compose(() => {
        for (let n = 0; n < 80; n += 1) ana.say(`word ${n}`)
      })
      await ana.mishaps.lastWords(messages, how, { messagesPerFrame: 4 })
      await until(() => of('disconnected').length === 1)
      const controls = how === 'ended' || how === 'suspended' ? 1 : 0
      expect(of('websocketData').length - before).toBe(20 + controls)
      expect(stage.tiktok.truth.delivered({ handle: 'ana', method: 'WebcastChatMessage' })).toHaveLength(80)
      expect(stage.tiktok.fired(`tail.${how}`)).toBe(1)
    },
  )

  it('leaves a stalled socket open and silent', async () => {
    ana.mishaps.stall()
    ana.say('into the void')
    ana.mishaps.stall(false)
    ana.say('back')
    await until(() => texts().length === 1)
    expect(texts()).toEqual(['back'])
    expect(stage.tiktok.fired('socket.stalled')).toBe(1)
    expect(stage.tiktok.truth.missed({ handle: 'ana' })).toHaveLength(1)
  })
})

describe('damage', () => {
  it('of one payload leaves its neighbours whole', async () => {
    ana.batch(() => {
      ana.say('before')
      ana.mishaps.corruptPayload()
      ana.say('after')
    })
    await until(() => texts().length === 2)
    expect(texts()).toEqual(['before', 'after'])
    expect(stage.tiktok.fired('payload.corrupt')).toBe(1)
    expect(stage.tiktok.truth.delivered({ handle: 'ana' })).toHaveLength(3)
  })

  it.each(['push', 'gzip', 'result'] as const)(
    'of a frame is an error of the connector: %s',
    async (where) => {
      ana.mishaps.corruptFrame(where)
      await until(() => of('error').length === 1)
      expect(stage.tiktok.fired('frame.corrupt')).toBe(1)
    },
  )

  it('unpacks a small frame to a huge message', async () => {
    const sent = ana.mishaps.gzipBomb(16 << 20)
    expect(sent).toBeLessThan(40_000)
    await until(() => of('chat').length + of('error').length === 1)
    expect(stage.tiktok.fired('frame.bomb')).toBe(1)
  })

  it('sends texts that are huge, and texts that are no text', async () => {
    ana.mishaps.hugeText(5 << 20)
    await until(() => texts().length === 1)
    expect(texts()[0]).toHaveLength(5 << 20)
    const odd = ana.mishaps.oddTexts()
    await until(() => texts().length === 1 + odd.length)
    expect(texts()).toContain('nul \u0000 inside')
    expect(texts().at(-1)).toContain('\uFFFD')
    expect(stage.tiktok.fired('text.huge') + stage.tiktok.fired('text.odd')).toBe(2)
  })
})

describe('order and repetition', () => {
  it('sends a big frame with small ones behind it', async () => {
    const sent = ana.mishaps.reorderBait({ bytes: 100_000, small: 5 })
    await until(() => texts().length === sent.length)
    expect(stage.tiktok.fired('frame.reorder_bait')).toBe(1)
  })

  it('says the same message twice in a frame, on the next connection, and its id in another room', async () => {
    const twice = ana.mishaps.duplicateInBatch()
    await until(() => texts().length === 2)
    ana.mishaps.dropSoft()
    await until(() => of('disconnected').length === 1)
    // The second connect answer, numbered -2, repeats it as history.
    const again = await stage.connect(connector)
    ana.send([twice])
    await until(() => texts().length === 4)
    const [entry] = stage.tiktok.truth.entries({ handle: 'ana' })
    expect(entry?.deliveries.map(({ connection }) => connection)).toEqual([viewer.n, viewer.n, -2, again.n])
    const bo = stage.tiktok.creator('bo')
    bo.goLive()
    bo.forceIds(twice.msgId)
    expect(bo.say('other').msgId).toBe(twice.msgId)
  })

  it('speaks on after the end in the same frame', async () => {
    ana.mishaps.endInTheMiddle()
    await until(() => texts().length === 2)
    expect(heard.map(({ name }) => name).filter((name) => name !== 'websocketData')).toEqual([
      'chat',
      'streamEnd',
      'disconnected',
      'chat',
    ])
    expect(stage.tiktok.fired('batch.words_after_end')).toBe(1)
  })

  it('flaps, and sends late frames of the broadcast before', async () => {
    await ana.mishaps.flap({ times: 3, everyMs: 1 })
    expect(stage.tiktok.fired('flap')).toBe(6)
    expect(ana.isLive).toBe(true)
    const before = ana.broadcastId ?? ''
    ana.newBroadcast()
    ana.say('to the new one, where nobody is')
    ana.send(
      ana.compose(() => ana.say('late')),
      { broadcastId: before },
    )
    await until(() => texts().length === 1)
    expect(texts()).toEqual(['late'])
  })
})

describe('the wire', () => {
  let proxy: NetProxy
  let socket: WebSocket
  let frames = 0

  beforeEach(async () => {
    proxy = await startNetProxy(stage.tiktok.port)
    stage.tiktok.socketThrough(proxy.port)
    const room = `?room_id=${ana.broadcastId ?? ''}`
    frames = 0
    socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/webcast/im/ws_proxy/ws_reuse_supplement/${room}`)
    socket.on('error', () => undefined)
    socket.on('message', () => (frames += 1))
    await new Promise((done) => socket.once('open', done))
  })
  afterEach(async () => {
    socket.terminate()
    await proxy.close()
  })

  it('freezes with everything open, and thaws with nothing lost', async () => {
    proxy.freeze()
    ana.say('frozen')
    const beside = stage.connector('ana')
    await until(() => texts().length === 1)
    expect([frames, socket.readyState, proxy.fired('frozen')]).toEqual([0, WebSocket.OPEN, 1])
    proxy.thaw()
    await until(() => frames === 1)
    await stage.connect(beside)
    expect(proxy.accepted()).toBe(2)
  })

  it('delays, cuts in the middle of a frame, and resets', async () => {
    proxy.delay(20)
    ana.say('late')
    await until(() => frames === 1)
    expect(proxy.fired('delayed')).toBe(1)
    proxy.delay(0)
    proxy.cutAfter(10)
    const closed = new Promise((done) => socket.once('close', done))
    ana.say('never whole')
    expect(await closed).toBe(1006)
    expect([frames, proxy.fired('cut')]).toEqual([1, 1])
    proxy.cutAfter(null)
    const again = new WebSocket(socket.url)
    await new Promise((done) => again.once('open', done))
    const lost = new Promise((done) => again.once('close', done))
    again.on('error', () => undefined)
    proxy.reset()
    expect(await lost).toBe(1006)
    expect(proxy.fired('reset')).toBe(1)
  })
})

it('runs in a process of its own by remote control', async () => {
  const remote = await spawnTikTok({ history: 0 })
  const broadcastId = await remote.call('bo', 'goLive')
  const { connectorAt } = await import('../_support/tiktok/unmodified.ts')
  const away = connectorAt(remote.origin, 'bo')
  const said: string[] = []
  away.on('chat', ({ content }: { content: string }) => said.push(content))
  await Promise.all([remote.watched('bo'), away.connect()])
  await remote.call('bo', 'say', 'from afar', person(2))
  await until(() => said.length === 1)
  const gone = new Promise((done) => away.once('disconnected', done))
  await remote.mishap('bo', 'dropHard')
  await gone
  expect(await remote.truth({ handle: 'bo' })).toMatchObject([{ broadcastId, method: 'WebcastChatMessage' }])
  expect(await remote.state()).toMatchObject({
    fired: { 'socket.dropped_hard': 1 },
    viewers: [{ entered: true }],
  })
  await remote.fault('html', { kind: 'captcha', times: 1 })
  await expect(remote.call('bo', 'nonsense' as 'say')).rejects.toThrow('nothing is called nonsense')
  await remote.close()
})
