// Ways into a LiveKit room through the SDK. What they are is in `ingress.ts`; loaded only where a server is configured.

import {
  IngressClient,
  type IngressInfo,
  IngressInput,
  type ListIngressOptions,
  type ParticipantInfo,
  RoomServiceClient,
} from 'livekit-server-sdk'
import { IngressState_Status, ParticipantInfo_Kind, TrackType } from '@livekit/protocol'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { Config } from '../config.ts'
import type { Ingress, IngressView, Participant } from './ingress.ts'
import { mintJoinToken } from './join-tokens.ts'
import { errorFrom } from './livekit-errors.ts'
import { countFailure, countRequest, type LiveKitMethod } from './livekit-metrics.ts'
import { msOf } from './livekit-views.ts'
import type { LiveKitError } from './livekit.ts'
import type { Scrubber } from './scrub.ts'

const REQUEST_TIMEOUT_S = 10
const ERROR_MAX = 500

const STATES: Readonly<Record<number, IngressView['state']>> = {
  [IngressState_Status.ENDPOINT_INACTIVE]: 'inactive',
  [IngressState_Status.ENDPOINT_BUFFERING]: 'buffering',
  [IngressState_Status.ENDPOINT_PUBLISHING]: 'publishing',
  [IngressState_Status.ENDPOINT_ERROR]: 'error',
  [IngressState_Status.ENDPOINT_COMPLETE]: 'complete',
}

const TYPES: Readonly<Record<number, IngressView['type']>> = {
  [IngressInput.RTMP_INPUT]: 'rtmp',
  [IngressInput.WHIP_INPUT]: 'whip',
}

const KINDS: Readonly<Record<number, Participant['kind']>> = {
  [ParticipantInfo_Kind.STANDARD]: 'person',
  [ParticipantInfo_Kind.INGRESS]: 'ingress',
  [ParticipantInfo_Kind.EGRESS]: 'egress',
}

const participantOf = ({ identity, name, kind, tracks, joinedAt }: ParticipantInfo): Participant => ({
  identity,
  name: name === '' ? identity : name,
  kind: KINDS[kind] ?? 'other',
  sends: (['audio', 'video'] as const).filter((what) =>
    tracks.some(
      ({ type, muted }) => !muted && type === (what === 'audio' ? TrackType.AUDIO : TrackType.VIDEO),
    ),
  ),
  joinedAt: joinedAt === 0n ? null : Number(joinedAt) * 1_000,
})

const INPUTS = { rtmp: IngressInput.RTMP_INPUT, whip: IngressInput.WHIP_INPUT } as const

export const makeIngress = (
  config: NonNullable<Config['livekit']>,
  { learn, scrub }: Scrubber,
): Ingress['Service'] => {
  const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false }
  const client = new IngressClient(config.url, config.apiKey, Redacted.value(config.apiSecret), options)
  const rooms = new RoomServiceClient(config.url, config.apiKey, Redacted.value(config.apiSecret), options)
  const ask = <A>(method: LiveKitMethod, request: () => Promise<A>): Effect.Effect<A, LiveKitError> =>
    Effect.tryPromise({
      try: () => {
        countRequest(method)
        return request()
      },
      catch: (error) => {
        const failure = errorFrom(error, scrub, {
          reads: method === 'ingress_list' || method === 'participants',
        })
        countFailure(method, failure.code)
        return failure
      },
    })

  const viewOf = (info: IngressInfo): IngressView => {
    if (info.streamKey !== '') learn(Redacted.make(info.streamKey))
    const { state } = info
    return {
      ingressId: info.ingressId,
      roomName: info.roomName,
      type: TYPES[info.inputType] ?? 'other',
      identity: info.participantIdentity,
      name: info.name,
      state: STATES[state?.status ?? 0] ?? 'unknown',
      error: state === undefined || state.error === '' ? null : scrub(state.error).slice(0, ERROR_MAX),
      startedAt: msOf(state?.startedAt ?? 0n),
    }
  }
  const list = (options: ListIngressOptions) =>
    ask('ingress_list', async () => (await client.listIngress(options)).map(viewOf))

  return {
    joinUrl: config.url.replace(/^http/, 'ws'),
    create: ({ roomName, type, identity, name }) =>
      ask('ingress_create', async () => {
        const info = await client.createIngress(INPUTS[type], {
          name,
          roomName,
          participantIdentity: identity,
          participantName: name,
        })
        if (info.ingressId === '' || info.streamKey === '') throw new TypeError('an ingress without a key')
        return { ...viewOf(info), url: info.url, streamKey: Redacted.make(info.streamKey) }
      }),
    list: (roomName) =>
      Effect.map(list({ roomName }), (all) => all.filter((one) => one.roomName === roomName)),
    people: (roomName) =>
      ask('participants', async () => (await rooms.listParticipants(roomName)).map(participantOf)).pipe(
        Effect.catchIf(
          ({ code }) => code === 'room_not_found' || code === 'not_found',
          () => Effect.succeed([]),
        ),
      ),
    find: (ingressId) =>
      list({ ingressId }).pipe(
        Effect.map((all) => all.find((one) => one.ingressId === ingressId) ?? null),
        Effect.catchIf(
          ({ code }) => code === 'not_found',
          () => Effect.succeed(null),
        ),
      ),
    remove: (ingressId) => Effect.asVoid(ask('ingress_delete', () => client.deleteIngress(ingressId))),
    mint: (join) => Effect.promise(() => mintJoinToken(config, join)),
  }
}
