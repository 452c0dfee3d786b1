// All requests that start an egress, v2 and v1, read as one: what is shown, where it goes, who is told.

import {
  EgressInfo,
  EgressSourceType,
  ParticipantEgressRequest,
  RoomCompositeEgressRequest,
  StartEgressRequest,
  TrackCompositeEgressRequest,
  TrackEgressRequest,
  WebEgressRequest,
  type StreamOutput,
  type WebhookConfig,
} from '@livekit/protocol'
import { parseAddress, redactAddress } from './addresses.ts'
import { TwirpError } from './twirp.ts'

export interface Wanted {
  readonly room: string
  /** With keys. */
  readonly urls: readonly string[]
  /** Outputs that are not streams. */
  readonly files: number
  readonly webhooks: readonly WebhookConfig[]
  /** A page is shown whether or not there is a room. */
  readonly needsRoom: boolean
  readonly sourceType: EgressSourceType
  /** As it stands in every info: keys shortened. */
  readonly request: EgressInfo['request']
}

type Json = Parameters<typeof StartEgressRequest.fromJson>[0]
const LENIENT = { ignoreUnknownFields: true } as const

const shorten = (streams: readonly StreamOutput[]): void => {
  for (const stream of streams) stream.urls = stream.urls.map(redactAddress)
}

const checked = (wanted: Wanted): Wanted => {
  const wrong = wanted.urls.find((url) => parseAddress(url) === null)
  // LiveKit repeats the address as it came.
  if (wrong !== undefined) throw new TwirpError('invalid_argument', `invalid url ${wrong}`)
  if (wanted.urls.length + wanted.files === 0) throw new TwirpError('invalid_argument', 'no outputs provided')
  return wanted
}

const unified = (request: StartEgressRequest): Wanted => {
  const streams = request.outputs.flatMap(({ config }) => (config.case === 'stream' ? [config.value] : []))
  if (streams.length > 1) throw new TwirpError('invalid_argument', 'multiple stream outputs')
  const urls = streams.flatMap((stream) => stream.urls)
  const copy = request.clone()
  shorten(copy.outputs.flatMap(({ config }) => (config.case === 'stream' ? [config.value] : [])))
  const { source } = request
  if (source.case === undefined) throw new TwirpError('invalid_argument', 'missing or invalid field: source')
  return {
    room: request.roomName,
    urls,
    files: request.outputs.length - streams.length,
    webhooks: request.webhooks,
    needsRoom: source.case !== 'web',
    sourceType: source.case === 'media' ? EgressSourceType.SDK : EgressSourceType.WEB,
    request: { case: 'egress', value: copy },
  }
}

type Encoded =
  | RoomCompositeEgressRequest
  | WebEgressRequest
  | ParticipantEgressRequest
  | TrackCompositeEgressRequest

const encoded = <R extends Encoded>(request: R, of: (copy: R) => EgressInfo['request']): Wanted => {
  const legacy = 'output' in request ? request.output : { case: undefined }
  const streams = [...request.streamOutputs]
  if (legacy.case === 'stream' && streams.length === 0) streams.push(legacy.value)
  const files = request.fileOutputs.length + request.segmentOutputs.length + request.imageOutputs.length
  const copy = request.clone() as R
  shorten(copy.streamOutputs)
  if ('output' in copy && copy.output.case === 'stream') shorten([copy.output.value])
  const isWeb = request instanceof WebEgressRequest
  return {
    room: 'roomName' in request ? request.roomName : '',
    urls: streams.flatMap((stream) => stream.urls),
    files,
    webhooks: request.webhooks,
    needsRoom: !isWeb,
    sourceType:
      isWeb || request instanceof RoomCompositeEgressRequest ? EgressSourceType.WEB : EgressSourceType.SDK,
    request: of(copy),
  }
}

const READERS: Readonly<Record<string, (json: Json | Uint8Array) => Wanted>> = {
  StartEgress: (body) =>
    unified(
      body instanceof Uint8Array
        ? StartEgressRequest.fromBinary(body)
        : StartEgressRequest.fromJson(body, LENIENT),
    ),
  StartRoomCompositeEgress: (body) =>
    encoded(
      body instanceof Uint8Array
        ? RoomCompositeEgressRequest.fromBinary(body)
        : RoomCompositeEgressRequest.fromJson(body, LENIENT),
      (value) => ({ case: 'roomComposite', value }),
    ),
  StartWebEgress: (body) =>
    encoded(
      body instanceof Uint8Array
        ? WebEgressRequest.fromBinary(body)
        : WebEgressRequest.fromJson(body, LENIENT),
      (value) => ({ case: 'web', value }),
    ),
  StartParticipantEgress: (body) =>
    encoded(
      body instanceof Uint8Array
        ? ParticipantEgressRequest.fromBinary(body)
        : ParticipantEgressRequest.fromJson(body, LENIENT),
      (value) => ({ case: 'participant', value }),
    ),
  StartTrackCompositeEgress: (body) =>
    encoded(
      body instanceof Uint8Array
        ? TrackCompositeEgressRequest.fromBinary(body)
        : TrackCompositeEgressRequest.fromJson(body, LENIENT),
      (value) => ({ case: 'trackComposite', value }),
    ),
  StartTrackEgress: (body) => {
    const request =
      body instanceof Uint8Array
        ? TrackEgressRequest.fromBinary(body)
        : TrackEgressRequest.fromJson(body, LENIENT)
    return {
      room: request.roomName,
      urls: [],
      files: 1,
      webhooks: request.webhooks,
      needsRoom: true,
      sourceType: EgressSourceType.SDK,
      request: { case: 'track', value: request },
    }
  },
}

export const isStart = (path: string): boolean => Object.hasOwn(READERS, path)

/** Throws what LiveKit answers to a request that is wrong in itself. */
export const readStart = (path: string, body: Json | Uint8Array): Wanted => checked(READERS[path]!(body))
