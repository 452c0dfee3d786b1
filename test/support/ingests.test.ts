// Real RTMP: two different servers, and the LiveKit stand-in's ffmpeg that publishes to them.

import { EgressClient, EgressStatus, StartEgressRequest, StreamProtocol } from 'livekit-server-sdk'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startFfmpeg } from '../_support/livekit/ffmpeg.ts'
import { startLiveKit, type LiveKitStandIn } from '../_support/livekit/standin.ts'
import type { Times } from '../_support/livekit/times.ts'
import type { Ingest } from '../_support/rtmp/ingest.ts'
import { hasNginx, startNginx } from '../_support/rtmp/nginx.ts'
import { startNodeMediaServer } from '../_support/rtmp/node-media-server.ts'
import { startOwnServer } from '../_support/rtmp/own-server.ts'

const KEY = 'live_canary_0123456789'

const eventually = <T>(what: () => T, withinMs = 30_000) =>
  expect.poll(what, { interval: 10, timeout: withinMs })

const SERVERS: readonly (readonly [string, () => Promise<Ingest>])[] = [
  ['node-media-server', startNodeMediaServer],
  ['our own RTMP server', startOwnServer],
  // Where it is installed; elsewhere there are two different servers all the same.
  ...(hasNginx() ? ([['nginx-rtmp', startNginx]] as const) : []),
]

describe.each(SERVERS)('%s', (_, start) => {
  let ingest: Ingest
  let livekit: LiveKitStandIn
  let egress: EgressClient

  beforeAll(async () => {
    ingest = await start()
  })
  afterAll(() => ingest.close())
  const begin = async (times: Partial<Times> = {}): Promise<void> => {
    livekit = await startLiveKit({ scale: 0.05, engine: await startFfmpeg(), times })
    livekit.room('show')
    egress = new EgressClient(livekit.origin, livekit.apiKey, livekit.apiSecret(), { failover: false })
  }
  beforeEach(() => begin())
  afterEach(async () => {
    await livekit.close()
    await ingest.behave('accept')
    await eventually(() => ingest.ledger.onAir).toEqual([])
  })

  const publish = async () => {
    const urls = [`${ingest.url}/${KEY}`]
    const { egressId } = await egress.startEgress(
      new StartEgressRequest({
        roomName: 'show',
        source: { case: 'template', value: { layout: 'grid' } },
        outputs: [{ config: { case: 'stream', value: { protocol: StreamProtocol.RTMP, urls } } }],
      }),
    )
    return livekit.egress(egressId)
  }
  const received = (bytes: number) => {
    const before = ingest.ledger.bytes
    return eventually(() => ingest.ledger.bytes - before).toBeGreaterThan(bytes)
  }

  it('receives a stream without a gap, knows its key, and sees it leave', async () => {
    const published = await publish()
    await received(20_000)
    expect(ingest.ledger.onAir.map(({ key }) => key)).toEqual([KEY])
    // Whoever sends may itself be kept waiting by a busy machine: some second has no gap.
    await eventually(() => ingest.ledger.longestSilenceMs(Date.now() - 1_000)).toBeLessThan(700)
    await egress.stopEgress(published.id)
    await eventually(() => ingest.ledger.onAir).toEqual([])
    await eventually(() => published.info.status).toBe(EgressStatus.EGRESS_COMPLETE)
  })

  it.each(['reject', 'close'] as const)('lets the egress fail when it does %s', async (conduct) => {
    await ingest.behave(conduct)
    await livekit.close()
    // As LiveKit looks: a stream that is shut out within seconds has never moved.
    await begin({ monitorMs: 5_000 })
    const { info } = await publish()
    await eventually(() => info.status).toBe(EgressStatus.EGRESS_FAILED)
    expect(info.streamResults[0]).toMatchObject({ retries: 0 })
    expect(info.streamResults[0]?.startedAt).toBeGreaterThan(0n)
    expect(info.error).toMatch(/connection closed remotely/)
    expect(ingest.ledger.fired.get(conduct === 'reject' ? 'rejected' : 'closed')).toBe(1)
  })

  it('drops a publisher that comes back, and counts its bytes on', async () => {
    const published = await publish()
    await eventually(() => published.isMoving).toBe(true)
    expect(await ingest.drop()).toBe(1)
    await eventually(() => published.info.streamResults[0]?.retries).toBe(1)
    await received(10_000)
    expect(ingest.ledger.onAir).toHaveLength(1)
    expect(published.info.status).toBe(EgressStatus.EGRESS_ACTIVE)
  })

  it('freezes and thaws with every socket open', async () => {
    await publish()
    await received(5_000)
    await ingest.freeze()
    const frozenAt = Date.now()
    await eventually(() => ingest.ledger.longestSilenceMs(frozenAt)).toBeGreaterThan(1_000)
    expect(ingest.ledger.onAir).toHaveLength(1)
    await ingest.thaw()
    await received(15_000)
  })

  it('is down and up on the same port, and the egress that was refused has failed', async () => {
    await ingest.down()
    const { info } = await publish()
    await eventually(() => info.status).toBe(EgressStatus.EGRESS_FAILED)
    expect(info.error).toMatch(/Connection refused/)
    await ingest.up()
    await publish()
    await received(5_000)
  })
})
