// The LiveKit stand-in against the unmodified SDK: what it answers, what it tells, and that its truth is the truth.

import { StreamInfo_Status } from '@livekit/protocol'
import {
  EgressClient,
  EgressStatus,
  StartEgressRequest,
  StreamOutput,
  StreamProtocol,
} from 'livekit-server-sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../_support/livekit/receiver.ts'
import { startLiveKit, type LiveKitStandIn } from '../_support/livekit/standin.ts'

const YOUTUBE = 'rtmps://a.rtmps.youtube.com:443/live2/yt-canary-0123456789'
const TWITCH = 'rtmps://live.twitch.tv/app/live_canary_9876543210'

let livekit: LiveKitStandIn
let receiver: Receiver
let egress: EgressClient

beforeEach(async () => {
  receiver = await startReceiver('APIstandin', () => livekit.apiSecret())
  livekit = await startLiveKit({ scale: 0.01, webhooks: [receiver.url] })
  egress = new EgressClient(livekit.origin, livekit.apiKey, livekit.apiSecret(), { failover: false })
})

afterEach(async () => {
  await livekit.close()
  await receiver.close()
})

const request = (...urls: string[]) =>
  new StartEgressRequest({
    roomName: 'show',
    source: { case: 'template', value: { layout: 'grid' } },
    outputs: [{ config: { case: 'stream', value: { protocol: StreamProtocol.RTMP, urls } } }],
  })

const status = (egressId: string, wanted: EgressStatus) =>
  receiver.until(({ egressInfo }) => egressInfo?.egressId === egressId && egressInfo.status === wanted)

const onAir = (egressId: string) =>
  receiver.until(
    ({ egressInfo }) =>
      egressInfo?.egressId === egressId && egressInfo.streamResults.every(({ startedAt }) => startedAt > 0n),
  )

/** Seen to move by the monitor, so that a drop is followed by a reconnect. */
const moved = (egressId: string) =>
  expect.poll(() => livekit.egress(egressId).isMoving, { interval: 10 }).toBe(true)

describe('an egress', () => {
  it('starts, is active, stops and is kept with its end', async () => {
    livekit.room('show')
    const started = await egress.startEgress(request(YOUTUBE))
    expect(started.status).toBe(EgressStatus.EGRESS_STARTING)
    await onAir(started.egressId)
    const [listed] = await egress.listEgress({ roomName: 'show', active: true })
    expect(listed).toMatchObject({ egressId: started.egressId, status: EgressStatus.EGRESS_ACTIVE })
    expect((await egress.stopEgress(started.egressId)).status).toBe(EgressStatus.EGRESS_ENDING)
    const ended = await status(started.egressId, EgressStatus.EGRESS_COMPLETE)
    expect(ended.event).toBe('egress_ended')
    expect(ended.egressInfo?.details).toBe('End reason: StopEgress API')
    expect(await egress.listEgress({ active: true })).toEqual([])
    expect(await egress.listEgress({ egressId: started.egressId })).toHaveLength(1)
    expect(livekit.truth.life(started.egressId)?.statuses.map((one) => one.status)).toEqual([
      'EGRESS_STARTING',
      'EGRESS_ACTIVE',
      'EGRESS_ENDING',
      'EGRESS_COMPLETE',
    ])
  })

  it('is started by the older requests as well', async () => {
    livekit.room('show')
    const output = new StreamOutput({ protocol: StreamProtocol.RTMP, urls: [YOUTUBE] })
    const made = [
      await egress.startRoomCompositeEgress('show', { stream: output }),
      await egress.startWebEgress('https://example.org/', output),
      await egress.startParticipantEgress('show', 'host', { stream: output }),
      await egress.startTrackCompositeEgress('show', { stream: output }),
    ]
    expect(made.map(({ request }) => request.case)).toEqual([
      'roomComposite',
      'web',
      'participant',
      'trackComposite',
    ])
    expect(livekit.truth.callsOf('StartEgress').map(({ path }) => path)).toContain('StartWebEgress')
    expect(livekit.truth.doubles()).toHaveLength(6)
  })

  it('shows its addresses with shortened keys alone, in answers and webhooks', async () => {
    livekit.room('show')
    const { egressId } = await egress.startEgress(request(YOUTUBE, TWITCH))
    await onAir(egressId)
    const [info] = await egress.listEgress({ egressId })
    expect(info?.streamResults.map(({ url }) => url)).toEqual([
      'rtmps://a.rtmps.youtube.com:443/live2/{yt-...789}',
      'rtmps://live.twitch.tv/app/{liv...210}',
    ])
    expect(receiver.bodies.length).toBeGreaterThan(2)
    expect([...receiver.bodies, JSON.stringify(info?.toJson())].join('')).not.toMatch(/canary/)
    expect(livekit.truth.life(egressId)?.urls).toEqual([YOUTUBE, TWITCH])
  })

  it('has a start time before its stream is accepted, and fails at once when it is refused', async () => {
    livekit.room('show')
    livekit.platform('youtube').behaviour = 'reject'
    const { egressId } = await egress.startEgress(request(YOUTUBE))
    const { egressInfo } = await status(egressId, EgressStatus.EGRESS_FAILED)
    expect(egressInfo).toMatchObject({
      errorCode: 503,
      error: "Failed to connect: 'publish' cmd failed: connection closed remotely",
    })
    const told = receiver.events.filter(
      ({ egressInfo: info }) =>
        info?.status === EgressStatus.EGRESS_ACTIVE &&
        info.streamResults.some(
          ({ status: its, startedAt }) => its === StreamInfo_Status.ACTIVE && startedAt > 0n,
        ),
    )
    expect(told).toHaveLength(1)
    expect(egressInfo?.streamResults[0]?.retries).toBe(0)
  })

  it('reconnects a stream that was moving, tells the first retry, and never that it stands again', async () => {
    livekit.room('show')
    const { egressId } = await egress.startEgress(request(YOUTUBE))
    await onAir(egressId)
    await moved(egressId)
    expect(livekit.platform('youtube').drop()).toBe(1)
    const retried = await receiver.until(({ egressInfo }) => egressInfo?.streamResults[0]?.retries === 1)
    expect(retried.egressInfo?.streamResults[0]?.lastRetryAt).toBeGreaterThan(0n)
    await expect.poll(() => livekit.platform('youtube').onAir).toHaveLength(1)
    const told = receiver.events.length
    await moved(egressId)
    expect(receiver.events).toHaveLength(told)
  })

  it('gives a stream up that cannot be reconnected in time', async () => {
    livekit.room('show')
    const { egressId } = await egress.startEgress(request(YOUTUBE))
    await onAir(egressId)
    await moved(egressId)
    livekit.platform('youtube').behaviour = 'refuse'
    livekit.platform('youtube').drop()
    const { egressInfo } = await status(egressId, EgressStatus.EGRESS_FAILED)
    expect(egressInfo?.error).toMatch(/Connection refused/)
    expect(egressInfo?.streamResults[0]?.retries).toBeGreaterThan(1)
  })

  it('notices after a while that nothing moves', async () => {
    livekit.room('show')
    const { egressId } = await egress.startEgress(request(YOUTUBE))
    await onAir(egressId)
    await moved(egressId)
    livekit.platform('youtube').freeze()
    const { egressInfo } = await receiver.until(
      ({ egressInfo: info }) => info?.streamResults[0]?.retries === 1,
    )
    expect(egressInfo?.status).toBe(EgressStatus.EGRESS_ACTIVE)
  })

  it('L08: loses one of two streams and goes on with the other, and tells it only when none connects', async () => {
    livekit.room('show')
    livekit.platform('youtube').behaviour = 'reject'
    livekit.platform('twitch').behaviour = 'hang'
    const { egressId } = await egress.startEgress(request(YOUTUBE, TWITCH))
    await expect.poll(() => livekit.egress(egressId).info.streamResults[0]?.status).toBe(2)
    expect((await egress.listEgress({ egressId }))[0]?.streamResults[0]?.status).toBe(0)
    livekit.platform('twitch').behaviour = 'accept'
    const again = await egress.startEgress(request(YOUTUBE, TWITCH))
    const { egressInfo } = await receiver.until(
      ({ egressInfo: info }) =>
        info?.egressId === again.egressId && info.streamResults[0]?.status === StreamInfo_Status.FAILED,
    )
    expect(egressInfo?.status).toBe(EgressStatus.EGRESS_ACTIVE)
    await egress.updateStream(again.egressId, [YOUTUBE.replace('canary', 'other')], [TWITCH])
    expect(livekit.egress(again.egressId).urls).toHaveLength(1)
  })

  it('ends with its room, waits for a publisher, and meets the fate it was given', async () => {
    const room = livekit.room('show')
    const first = await egress.startEgress(request(YOUTUBE))
    await onAir(first.egressId)
    room.empty()
    const closed = await status(first.egressId, EgressStatus.EGRESS_COMPLETE)
    expect(closed.egressInfo?.details).toBe('End reason: Source closed')
    const second = await egress.startEgress(request(YOUTUBE))
    expect((await egress.stopEgress(second.egressId)).status).toBe(EgressStatus.EGRESS_ABORTED)
    livekit.room('show')
    for (const [fate, ends, code] of [
      ['aborted', EgressStatus.EGRESS_ABORTED, 412],
      ['limit', EgressStatus.EGRESS_LIMIT_REACHED, 413],
      ['cpu', EgressStatus.EGRESS_FAILED, 403],
    ] as const) {
      livekit.fate({ fate })
      const { egressId } = await egress.startEgress(request(YOUTUBE))
      expect((await status(egressId, ends)).egressInfo?.errorCode).toBe(code)
      expect(livekit.fired(`fate.${fate}`)).toBe(1)
    }
  })

  it('L12: is a ghost when its node dies: active for ever, and nobody stops it', async () => {
    livekit.room('show')
    const { egressId } = await egress.startEgress(request(YOUTUBE))
    await onAir(egressId)
    livekit.egress(egressId).kill()
    expect(livekit.platform('youtube').onAir).toEqual([])
    await expect(egress.stopEgress(egressId)).rejects.toMatchObject({ status: 503, code: 'unavailable' })
    expect(await egress.listEgress({ active: true })).toHaveLength(1)
  })
})
