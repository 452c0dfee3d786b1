// What the tests of this folder share: the live service pointed at the stand-in, and a listener that keeps what it hears.

import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { gunzipSync } from 'node:zlib'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { ProtoMessageFetchResult, WebcastPushFrame } from 'tiktok-live-proto/v3'
import type { TikTokError } from '../../src/domain/errors.ts'
import { LIMITS, tiktokLive, type TikTokLimits } from '../../src/tiktok/tiktok-live.ts'
import { TikTok, type ConnectSpec, type LinkListener } from '../../src/tiktok/tiktok.ts'
import type { TikTok as StandIn } from '../_support/tiktok/standin.ts'

export interface Places {
  readonly origin?: string
  readonly webcastOrigin?: string
  readonly signApiUrl?: string
  readonly proxyUrl?: string
}

export const serviceAt = (
  standIn: Pick<StandIn, 'origin'>,
  limits: Partial<TikTokLimits> = {},
  places: Places = {},
) =>
  tiktokLive(
    {
      tiktok: {
        origin: places.origin ?? standIn.origin,
        webcastOrigin: places.webcastOrigin ?? standIn.origin,
        signApiUrl: places.signApiUrl ?? standIn.origin,
        signApiKeys: [],
        proxyUrl: places.proxyUrl === undefined ? null : Redacted.make(places.proxyUrl),
      },
      settings: { heartbeatIntervalMs: 10_000 },
    },
    { ...LIMITS, ...limits },
  )

/** Runs a program against the service and closes the service's scope behind it. */
export const using = <A, E>(
  layer: ReturnType<typeof tiktokLive>,
  program: (tiktok: TikTok['Service']) => Effect.Effect<A, E>,
): Promise<A> => Effect.runPromise(Effect.provide(Effect.flatMap(TikTok, program), layer))

export const spec = (handle: string, broadcastId: string, more: Partial<ConnectSpec> = {}): ConnectSpec => ({
  handle,
  broadcastId,
  signKey: null,
  proxyUrl: null,
  ...more,
})

export interface Heard extends LinkListener {
  readonly frames: { readonly kind: 'push' | 'fetch'; readonly bytes: Uint8Array; readonly at: number }[]
  readonly closes: { readonly code: number; readonly reason: string }[]
  /** Frames that came after the close was told: always none. */
  readonly late: () => number
  readonly closed: Promise<void>
}

export const listener = (): Heard => {
  let late = 0
  const frames: Heard['frames'] = []
  const closes: Heard['closes'] = []
  const gate = Promise.withResolvers<void>()
  return {
    frames,
    closes,
    late: () => late,
    closed: gate.promise,
    onFrame: (kind, bytes, at) => {
      if (closes.length > 0) late += 1
      frames.push({ kind, bytes, at })
    },
    onClose: (info) => {
      closes.push(info)
      gate.resolve()
    },
  }
}

/** The message ids inside a push frame, in order. */
export const idsIn = (bytes: Uint8Array): readonly string[] => {
  const frame = WebcastPushFrame.decode(bytes)
  if (frame.payloadType !== 'msg') return []
  const payload = frame.payload[0] === 0x1f ? gunzipSync(frame.payload) : frame.payload
  return ProtoMessageFetchResult.decode(payload).messages.map((message) => message.msgId)
}

export const pushed = (heard: Heard): readonly string[] =>
  heard.frames.filter(({ kind }) => kind === 'push').flatMap(({ bytes }) => idsIn(bytes))

/** Waits until something holds, looking after every turn of the loop; fails after `ms`. */
export const until = async (holds: () => boolean, what: string, ms = 120_000): Promise<void> => {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise((done) => setTimeout(done, 2))
  }
}

export const flipped = <A>(effect: Effect.Effect<A, TikTokError>): Effect.Effect<TikTokError> =>
  Effect.match(effect, {
    onSuccess: () => {
      throw new Error('it succeeded')
    },
    onFailure: (error) => error,
  })

export const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0

/** Starts a server on a free loopback port; gives its http origin. */
export const listenOn = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${portOf(server.address())}`
}

export const closeServer = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done())
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') {
      server.closeAllConnections()
    }
  })
