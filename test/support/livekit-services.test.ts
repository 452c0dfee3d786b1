// The LiveKit stand-in against the unmodified SDK: what it refuses, rooms, ingresses, and protobuf.

import { ListEgressRequest, ListEgressResponse } from '@livekit/protocol'
import {
  EgressClient,
  EgressStatus,
  IngressClient,
  IngressInput,
  RoomServiceClient,
  StartEgressRequest,
  StreamProtocol,
} from 'livekit-server-sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../_support/livekit/receiver.ts'
import { startLiveKit, type LiveKitStandIn } from '../_support/livekit/standin.ts'
import { signToken } from '../_support/livekit/token.ts'

const YOUTUBE = 'rtmps://a.rtmps.youtube.com:443/live2/yt-canary-0123456789'

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

describe('what it refuses', () => {
  it('speaks as LiveKit does of rooms, egresses and addresses that are not there', async () => {
    await expect(egress.startEgress(request(YOUTUBE))).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
      message: 'requested room does not exist',
    })
    livekit.room('show')
    await expect(egress.stopEgress('EG_none')).rejects.toMatchObject({
      status: 404,
      message: 'egress does not exist',
    })
    await expect(egress.startEgress(request('http://x/y/z-canary'))).rejects.toMatchObject({
      status: 400,
      message: 'invalid url http://x/y/z-canary',
    })
    const { egressId } = await egress.startEgress(request(YOUTUBE))
    await onAir(egressId)
    await egress.stopEgress(egressId)
    await status(egressId, EgressStatus.EGRESS_COMPLETE)
    await expect(egress.stopEgress(egressId)).rejects.toMatchObject({
      status: 412,
      code: 'failed_precondition',
      message: 'egress with status EGRESS_COMPLETE cannot be stopped',
    })
  })

  it('L35: takes no token of another secret, and none without the grant', async () => {
    livekit.room('show')
    livekit.rotateSecret()
    await expect(egress.listEgress()).rejects.toMatchObject({ status: 401 })
    const renewed = new EgressClient(livekit.origin, livekit.apiKey, livekit.apiSecret())
    expect(await renewed.listEgress()).toEqual([])
    const token = signToken(
      { iss: livekit.apiKey, exp: Date.now() / 1_000 + 60, video: { roomList: true } },
      livekit.apiSecret(),
    )
    const poor = new EgressClient(livekit.origin, livekit.apiKey, livekit.apiSecret(), { token })
    await expect(poor.listEgress()).rejects.toMatchObject({ status: 401, code: 'unauthenticated' })
  })
})

describe('other services', () => {
  it('lists rooms and who is in them, with egresses hidden among them', async () => {
    livekit.room('show')
    const { egressId } = await egress.startEgress(request(YOUTUBE))
    const rooms = new RoomServiceClient(livekit.origin, livekit.apiKey, livekit.apiSecret())
    expect((await rooms.listRooms()).map(({ name, numParticipants }) => [name, numParticipants])).toEqual([
      ['show', 1],
    ])
    expect((await rooms.listParticipants('show')).map(({ identity }) => identity)).toEqual(['host', egressId])
    await rooms.deleteRoom('show')
    expect(await rooms.listRooms()).toEqual([])
    const ended = await receiver.until(({ event }) => event === 'egress_ended')
    expect(ended.egressInfo?.egressId).toBe(egressId)
  })

  it('keeps ingresses', async () => {
    const client = new IngressClient(livekit.origin, livekit.apiKey, livekit.apiSecret())
    const made = await client.createIngress(IngressInput.WHIP_INPUT, {
      roomName: 'show',
      participantIdentity: 'host',
    })
    expect(await client.listIngress({ roomName: 'show' })).toEqual([made])
    await client.deleteIngress(made.ingressId)
    await expect(client.deleteIngress(made.ingressId)).rejects.toMatchObject({ status: 404 })
  })

  it('speaks protobuf to whoever asks for it', async () => {
    livekit.room('show')
    const { egressId } = await egress.startEgress(request(YOUTUBE))
    const token = signToken(
      { iss: livekit.apiKey, exp: Date.now() / 1_000 + 60, video: { roomRecord: true } },
      livekit.apiSecret(),
    )
    const response = await fetch(`${livekit.origin}/twirp/livekit.Egress/ListEgress`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/protobuf' },
      body: new ListEgressRequest({ egressId }).toBinary(),
    })
    expect(response.headers.get('content-type')).toBe('application/protobuf')
    const { items } = ListEgressResponse.fromBinary(new Uint8Array(await response.arrayBuffer()))
    expect(items.map((info) => info.egressId)).toEqual([egressId])
  })
})
