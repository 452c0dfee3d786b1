// A Twirp server of a few lines, which answers each method as a test says; what was asked is kept.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import * as Redacted from 'effect/Redacted'
import type { Config } from '../../src/config.ts'
import { liveKitLive } from '../../src/egress/livekit-live.ts'
import { LiveKit, type StartEgress } from '../../src/egress/livekit.ts'
import { makeScrubber, type Scrubber } from '../../src/egress/scrub.ts'

export interface Asked {
  readonly method: string
  readonly body: Record<string, unknown>
  readonly headers: IncomingHttpHeaders
}

export type Reply = (response: ServerResponse, asked: Asked) => void

export const API_KEY = 'APItwirp'
export const API_SECRET = 'a-secret-of-thirty-two-characters!'
export const KEY = 'live_81723_Zx9QwErTyUiOpAsDf'
export const STREAM_URL = `rtmps://a.rtmps.youtube.com:443/live2/${KEY}`

/** JSON with a status, as Twirp sends it. */
export const json =
  (body: unknown, status = 200, type = 'application/json'): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body))

export const twirpError = (status: number, code: string, msg: string): Reply => json({ code, msg }, status)

export const info = (more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  egress_id: 'EG_1',
  room_name: 'stage',
  status: 'EGRESS_STARTING',
  updated_at: '1700000000000000001',
  ...more,
})

export class Twirp {
  readonly asked: Asked[] = []
  readonly replies = new Map<string, Reply>()
  readonly scrubber: Scrubber = makeScrubber()
  url = ''
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const asked: Asked = {
        method: request.url?.split('/').at(-1) ?? '',
        body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
        headers: request.headers,
      }
      this.asked.push(asked)
      const reply = this.replies.get(asked.method) ?? twirpError(404, 'bad_route', 'no such method')
      reply(response, asked)
    })
  })

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  on(method: string, reply: Reply): void {
    this.replies.set(method, reply)
  }

  reset(): void {
    this.asked.length = 0
    this.replies.clear()
  }

  /** Nobody listens there any more. */
  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The configuration of a product that talks to this server. */
  get config(): NonNullable<Config['livekit']> {
    return { url: this.url, apiKey: API_KEY, apiSecret: Redacted.make(API_SECRET) }
  }

  /** Runs an effect against the layer that talks to this server. */
  run<A, E>(effect: Effect.Effect<A, E, LiveKit>): Promise<A> {
    return this.#with(effect)
  }

  /** The error of an effect that must fail. */
  fails<A, E>(effect: Effect.Effect<A, E, LiveKit>): Promise<E> {
    return this.#with(Effect.flip(effect))
  }

  async #with<A, E>(effect: Effect.Effect<A, E, LiveKit>): Promise<A> {
    const runtime = ManagedRuntime.make(Layer.fresh(liveKitLive(this.config, this.scrubber)))
    try {
      return await runtime.runPromise(effect)
    } finally {
      await runtime.dispose()
    }
  }
}

export const request = (more: Partial<StartEgress> = {}): StartEgress => ({
  roomName: 'stage',
  streamUrl: Redacted.make(STREAM_URL),
  source: { type: 'room', layout: 'grid' },
  encoding: {
    width: 1920,
    height: 1080,
    framerate: 30,
    videoKbps: 6000,
    audioKbps: 160,
    keyframeSeconds: 2,
  },
  webhookUrl: null,
  ...more,
})
export const start = (more: Partial<StartEgress> = {}) =>
  LiveKit.use((livekit) => livekit.start(request(more)))
export const listActive = (roomName: string | null) => LiveKit.use((livekit) => livekit.listActive(roomName))
export const find = (egressId: string) => LiveKit.use((livekit) => livekit.find(egressId))
export const stop = (egressId: string) => LiveKit.use((livekit) => livekit.stop(egressId))
