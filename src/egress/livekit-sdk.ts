// LiveKit through its SDK. Asks once and never again: whether to repeat is for who knows what was wanted. Loaded
// only where a server is configured: the SDK takes 20 MiB of memory.

import {
  AudioCodec,
  EgressClient,
  EncodingOptions,
  type EgressInfo,
  MediaSource,
  ParticipantVideo,
  StartEgressRequest,
  StreamOutput,
  StreamProtocol,
  TemplateSource,
  VideoCodec,
  WebhookConfig,
  WebSource,
} from 'livekit-server-sdk'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { Config } from '../config.ts'
import type { Encoding } from '../domain/destination.ts'
import { isTerminal } from '../domain/egress.ts'
import { addressInViews } from './livekit-addresses.ts'
import { errorFrom, isNoMethod } from './livekit-errors.ts'
import { countFailure, countRequest, type LiveKitMethod } from './livekit-metrics.ts'
import { listAll } from './livekit-pages.ts'
import { viewOf, viewOfJson, withId } from './livekit-views.ts'
import { SentPages } from './livekit-web.ts'
import { LiveKit, sentPage, type LiveKitError, type StartEgress } from './livekit.ts'
import type { Scrubber } from './scrub.ts'

/** A request without an answer is ambiguous after this. */
const REQUEST_TIMEOUT_S = 10

const encodingOf = (encoding: Encoding): EncodingOptions =>
  new EncodingOptions({
    width: encoding.width,
    height: encoding.height,
    framerate: encoding.framerate,
    videoCodec: VideoCodec.H264_MAIN,
    videoBitrate: encoding.videoKbps,
    audioCodec: AudioCodec.AAC,
    audioBitrate: encoding.audioKbps,
    keyFrameInterval: encoding.keyframeSeconds,
  })

const streamOf = ({ streamUrl }: StartEgress): StreamOutput =>
  new StreamOutput({ protocol: StreamProtocol.RTMP, urls: [Redacted.value(streamUrl)] })

/** LiveKit signs what it sends there with the key that is named. */
const webhooksOf = ({ webhookUrl }: StartEgress, apiKey: string): WebhookConfig[] =>
  webhookUrl === null ? [] : [new WebhookConfig({ url: webhookUrl, signingKey: apiKey })]

/** The methods that every LiveKit has. */
const startPlain = (client: EgressClient, request: StartEgress, apiKey: string): Promise<EgressInfo> => {
  const { roomName, source } = request
  const stream = streamOf(request)
  const options = {
    encodingOptions: encodingOf(request.encoding),
    webhooks: webhooksOf(request, apiKey),
  }
  switch (source.type) {
    case 'room':
      return client.startRoomCompositeEgress(roomName, { stream }, { ...options, layout: source.layout })
    case 'participant': {
      const { identity, screenShare } = source
      return client.startParticipantEgress(roomName, identity, { stream }, { ...options, screenShare })
    }
    case 'web':
      return client.startWebEgress(source.url, { stream }, options)
  }
}

/** The one method that is to replace them, for a LiveKit that has nothing else any more. */
const startUnified = (client: EgressClient, request: StartEgress, apiKey: string): Promise<EgressInfo> => {
  const { roomName, source } = request
  const participant = (identity: string, preferScreenShare: boolean): MediaSource =>
    new MediaSource({
      video: { case: 'participantVideo', value: new ParticipantVideo({ identity, preferScreenShare }) },
      audio: { routes: [{ match: { case: 'participantIdentity', value: identity } }] },
    })
  return client.startEgress(
    new StartEgressRequest({
      roomName,
      source:
        source.type === 'room'
          ? { case: 'template', value: new TemplateSource({ layout: source.layout }) }
          : source.type === 'web'
            ? { case: 'web', value: new WebSource({ url: source.url }) }
            : { case: 'media', value: participant(source.identity, source.screenShare) },
      encoding: { case: 'advanced', value: encodingOf(request.encoding) },
      outputs: [{ config: { case: 'stream', value: streamOf(request) } }],
      webhooks: webhooksOf(request, apiKey),
    }),
  )
}

export const makeLiveKit = (
  config: NonNullable<Config['livekit']>,
  scrubber: Scrubber,
): LiveKit['Service'] => {
  const { url, apiKey } = config
  scrubber.learn(config.apiSecret)
  // With failover the SDK sends a request again to another region, and a start would be two.
  const client = new EgressClient(url, apiKey, Redacted.value(config.apiSecret), {
    requestTimeout: REQUEST_TIMEOUT_S,
    failover: false,
  })
  const { scrub } = scrubber
  const pages = new SentPages()
  let isUnified = false

  const ask = <A>(method: LiveKitMethod, request: () => Promise<A>): Effect.Effect<A, LiveKitError> =>
    Effect.tryPromise({
      try: () => {
        countRequest(method)
        return request()
      },
      catch: (error) => {
        const failure = errorFrom(error, scrub, { reads: method === 'list' || method === 'find' })
        countFailure(method, failure.code)
        return failure
      },
    })

  const start = async (request: StartEgress): Promise<EgressInfo> => {
    if (isUnified) return startUnified(client, request, apiKey)
    try {
      return await startPlain(client, request, apiKey)
    } catch (error) {
      if (!isNoMethod(error)) throw error
      const info = await startUnified(client, request, apiKey)
      isUnified = true
      return info
    }
  }

  const list = (options: {
    readonly roomName?: string
    readonly egressId?: string
    readonly active: boolean
  }) => {
    const read = (json: unknown, info: EgressInfo) => pages.inRoom(viewOfJson(json, scrub, info), info)
    return listAll(url, client, options, read, AbortSignal.timeout(REQUEST_TIMEOUT_S * 1_000))
  }
  const view = (info: EgressInfo) => pages.inRoom(viewOf(withId(info), scrub), info)

  const redact: LiveKit['Service']['redact'] = (streamUrl, page = null) => {
    scrubber.learnAddress(streamUrl)
    const redacted = addressInViews(Redacted.value(streamUrl))
    if (page !== null) pages.claim(page, redacted)
    return redacted
  }

  return {
    configured: true,
    start: (request) => {
      redact(request.streamUrl, sentPage(request.source, request.roomName))
      return ask('start', async () => view(await start(request)))
    },
    listActive: (roomName) =>
      ask('list', async () => {
        const isAll = roomName === null || pages.has(roomName)
        const views = await list({ ...(!isAll && { roomName }), active: true })
        return views.filter(
          (view) => !isTerminal(view.status) && (roomName === null || view.roomName === roomName),
        )
      }),
    find: (egressId) =>
      ask('find', async () => {
        const views = await list({ egressId, active: false })
        return views.find((view) => view.egressId === egressId) ?? null
      }).pipe(
        Effect.catchIf(
          (error) => error.code === 'not_found',
          () => Effect.succeed(null),
        ),
      ),
    stop: (egressId) => ask('stop', async () => view(await client.stopEgress(egressId))),
    redact,
  }
}
