// What can be made to go wrong with the LiveKit stand-in: each fault as the unmodified SDK meets it, and counted.

import { EgressInfo, WebhookEvent } from '@livekit/protocol'
import { EgressClient, EgressStatus, StartEgressRequest, StreamProtocol } from 'livekit-server-sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spawnLiveKit } from '../_support/livekit/remote.ts'
import { startReceiver, type Receiver } from '../_support/livekit/receiver.ts'
import { startLiveKit, type LiveKitStandIn } from '../_support/livekit/standin.ts'
import { webhookToken } from '../_support/livekit/token.ts'

const YOUTUBE = 'rtmps://a.rtmps.youtube.com:443/live2/yt-canary-0123456789'

let livekit: LiveKitStandIn
let receiver: Receiver
let egress: EgressClient

beforeEach(async () => {
  receiver = await startReceiver('APIstandin', () => livekit.apiSecret())
  livekit = await startLiveKit({ scale: 0.01 })
  livekit.room('show')
  egress = client()
})

const client = (options: { readonly requestTimeout?: number } = {}) =>
  new EgressClient(livekit.origin, livekit.apiKey, livekit.apiSecret(), { failover: false, ...options })

afterEach(async () => {
  await livekit.close()
  await receiver.close()
})

/** The webhooks go where the request says. */
const start = (url = YOUTUBE) =>
  egress.startEgress(
    new StartEgressRequest({
      roomName: 'show',
      source: { case: 'template', value: { layout: 'grid' } },
      outputs: [{ config: { case: 'stream', value: { protocol: StreamProtocol.RTMP, urls: [url] } } }],
      webhooks: [{ url: receiver.url, signingKey: livekit.apiKey }],
    }),
  )

/** Where nobody answers: everybody else may take the time that a busy machine needs. */
const impatient = async <T>(ask: () => Promise<T>): Promise<T> => {
  egress = client({ requestTimeout: 0.3 })
  try {
    return await ask()
  } finally {
    egress = client()
  }
}

describe('a request', () => {
  it('L01: finds nobody while the server is down, and the same egresses afterwards', async () => {
    const { egressId } = await start()
    await livekit.down()
    await expect(egress.listEgress()).rejects.toThrow('fetch failed')
    await livekit.up()
    expect((await egress.listEgress()).map((info) => info.egressId)).toEqual([egressId])
  })

  it('L03 L04: is done although its answer is lost, late or an error', async () => {
    livekit.fault('StartEgress', { kind: 'reset', done: true, times: 1 })
    await expect(start()).rejects.toThrow('fetch failed')
    livekit.fault('StartEgress', { kind: 'hang', done: true, times: 1 })
    await expect(impatient(start)).rejects.toMatchObject({ name: 'TimeoutError' })
    livekit.fault('StartEgress', { kind: 'status', status: 500, done: true, times: 1 })
    await expect(start()).rejects.toMatchObject({ status: 500 })
    livekit.fault('StartEgress', { kind: 'delay', ms: 100, times: 1 })
    const { egressId } = await start()
    expect(livekit.truth.lives).toHaveLength(4)
    expect(livekit.truth.callsOf('StartEgress').map(({ done, answered }) => [done, answered])).toEqual([
      [true, 0],
      [true, 0],
      [true, 500],
      [true, 200],
    ])
    expect(livekit.truth.callsOf('StartEgress').at(-1)?.made).toBe(egressId)
    expect(livekit.fired('StartEgress.reset')).toBe(1)
  })

  it('L02 L05: is not done when it is refused, reset, answered by a proxy or cut short', async () => {
    livekit.fault('StartEgress', { kind: 'reset', times: 1 })
    await expect(start()).rejects.toThrow('fetch failed')
    livekit.fault('StartEgress', { kind: 'hang', times: 1 })
    await expect(impatient(start)).rejects.toMatchObject({ name: 'TimeoutError' })
    livekit.fault('StartEgress', { kind: 'html', times: 1 })
    await expect(start()).rejects.toThrow(SyntaxError)
    livekit.fault('StartEgress', { kind: 'truncated', times: 1 })
    await expect(start()).rejects.toThrow(SyntaxError)
    livekit.fault('StartEgress', { kind: 'quota', times: 1 })
    await expect(start()).rejects.toMatchObject({ status: 429, code: 'resource_exhausted' })
    livekit.fault('StartEgress', { kind: 'unauthorized', times: 1, url: 'youtube' })
    await expect(start()).rejects.toMatchObject({ status: 401 })
    livekit.fault('StartEgress', { kind: 'twirp', code: 'unavailable', msg: 'no response from servers' })
    await expect(start()).rejects.toMatchObject({ status: 503, code: 'unavailable' })
    livekit.clearFaults()
    await start()
    expect(livekit.truth.lives).toHaveLength(1)
    expect(Object.values(livekit.allFired()).reduce((sum, n) => sum + n, 0)).toBe(7)
  })

  it('L33: gets a list that is not whole, in pages or with something left out', async () => {
    const made = []
    for (let n = 0; n < 3; n += 1) made.push((await start(`${YOUTUBE}-${n}`)).egressId)
    livekit.fault('ListEgress', { kind: 'incomplete', omit: 1, times: 1 })
    expect((await egress.listEgress()).map((info) => info.egressId)).toEqual(made.slice(1))
    livekit.paginate(2)
    expect((await egress.listEgress()).map((info) => info.egressId)).toEqual(made.slice(0, 2))
    livekit.paginate(null)
    expect(await egress.listEgress()).toHaveLength(3)
  })
})

describe('a webhook', () => {
  const events = () => receiver.events.map(({ event, egressInfo }) => [event, egressInfo?.status])
  const whole = [
    ['egress_started', EgressStatus.EGRESS_STARTING],
    ['egress_updated', EgressStatus.EGRESS_ACTIVE],
    ['egress_updated', EgressStatus.EGRESS_ACTIVE],
    ['egress_updated', EgressStatus.EGRESS_ENDING],
    ['egress_ended', EgressStatus.EGRESS_COMPLETE],
  ]

  const liveAndStop = async (): Promise<EgressInfo> => {
    const info = await start()
    await expect
      .poll(() => livekit.egress(info.egressId).info.streamResults[0]?.startedAt, { interval: 5 })
      .toBeGreaterThan(0n)
    await egress.stopEgress(info.egressId)
    await expect.poll(() => livekit.egress(info.egressId).isOver, { interval: 5 }).toBe(true)
    await livekit.webhooks.idle()
    return info
  }

  it('comes in order, signed, and again after a 5xx', async () => {
    receiver.answerWith(500, 2)
    await liveAndStop()
    expect(events()).toEqual(whole)
    expect(receiver.refused).toEqual([])
    expect(livekit.webhooks.sent[0]?.answers).toEqual([500, 500, 200])
  })

  it('L28: does not come when it is dropped', async () => {
    livekit.webhooks.mood = { drop: ({ event }) => event === 'egress_updated' }
    await liveAndStop()
    expect(events()).toEqual([whole[0], whole[4]])
    expect(livekit.fired('webhook.dropped')).toBe(3)
  })

  it('L27: comes twice, or late, or last first', async () => {
    livekit.webhooks.mood = { copies: 2, reverse: 5, reverseWithinMs: 60_000, delayMs: 5 }
    await liveAndStop()
    expect(events()).toEqual(whole.toReversed().flatMap((one) => [one, one]))
    expect(livekit.fired('webhook.reversed')).toBe(1)
  })

  it('L25: is sent again with the same bytes', async () => {
    await liveAndStop()
    expect(await livekit.webhooks.replay(livekit.webhooks.sent[0]!)).toBe(200)
    expect(receiver.bodies.at(-1)).toBe(receiver.bodies[0])
    expect(receiver.events.at(-1)?.id).toBe(receiver.events[0]?.id)
  })

  it('L21 L22 L24: is forged in every way', async () => {
    const body = new WebhookEvent({ event: 'room_started', id: 'EV_forged' }).toJsonString()
    const { apiKey: key } = livekit
    const secret = livekit.apiSecret()
    const late = { exp: Math.floor(Date.now() / 1_000) - 60 }
    for (const token of [
      null,
      webhookToken(body, key, `${secret}x`),
      webhookToken(body, 'APIother', secret),
      webhookToken(`${body} `, key, secret),
      webhookToken(body, key, secret, { alg: 'none' }),
      webhookToken(body, key, secret, { claims: late }),
    ]) {
      await livekit.webhooks.send(receiver.url, body, token)
    }
    expect(receiver.refused).toHaveLength(6)
    await livekit.webhooks.send(receiver.url, body, webhookToken(body, key, secret))
    await livekit.webhooks.send(receiver.url, body, webhookToken(body, key, secret, { alg: 'HS512' }))
    expect(receiver.events).toHaveLength(2)
  })
})

describe('another process', () => {
  it('plays the same, by remote control, and ends with whoever started it', async () => {
    const remote = await spawnLiveKit({ scale: 0.01 })
    const { LIVEKIT_URL: url, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = remote.env
    egress = new EgressClient(url, key, secret, { failover: false })
    try {
      await remote.order('room', { name: 'show' })
      await remote.order('fault', { method: 'StartEgress', spec: { kind: 'quota', times: 1 } })
      await expect(start()).rejects.toMatchObject({ status: 429 })
      await start()
      await expect.poll(() => remote.order('onAir', { platform: 'youtube' })).toHaveLength(1)
      await remote.order('behave', { platform: 'youtube', behaviour: 'refuse' })
      expect(await remote.order('drop', { platform: 'youtube' })).toBe(1)
      const { lives, fired } = await remote.order('truth')
      expect(lives.map(({ room }) => room)).toEqual(['show'])
      expect(fired).toMatchObject({ 'StartEgress.quota': 1 })
      expect(await remote.order('doubles')).toEqual([])
    } finally {
      await remote.close()
    }
    expect(() => process.kill(remote.pid, 0)).toThrow('ESRCH')
  })
})
