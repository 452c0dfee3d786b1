// A product in front of stand-ins of LiveKit and of two platforms, cleaned up together, and what tests ask of them.
// Rooms are sent out and not watched; TikTok is a stand-in with nobody in it.

import { freePort } from './free-port.ts'
import { livekitEnv } from './livekit/env.ts'
import { startFfmpeg } from './livekit/ffmpeg.ts'
import { startLiveKit, type LiveKitOptions, type LiveKitStandIn } from './livekit/standin.ts'
import { buildHouse, type House } from './product-house.ts'
import { canary } from './product-secrets.ts'
import type { Product } from './product.ts'
import type { Ingest } from './rtmp/ingest.ts'
import { startNodeMediaServer } from './rtmp/node-media-server.ts'
import { startSecond } from './rtmp/second.ts'

export type Platform = 'youtube' | 'twitch'
export const PLATFORMS = ['youtube', 'twitch'] as const

export interface PlatformView {
  readonly status: string
  readonly state: string
  readonly since: number
  readonly attempt: number
  readonly attempts_max: number
  readonly next_attempt_at: number | null
  readonly error_code: string | null
  readonly error: string | null
  readonly advice: string | null
  readonly egress_id: string | null
  readonly live_since: number | null
  readonly observed_at: number | null
  readonly observed_by: string | null
  readonly allowed: readonly string[]
}

export interface LiveView {
  readonly session_id: string | null
  readonly room: string
  readonly handle: string
  readonly livekit_room: string
  readonly state: string
  readonly platforms: Readonly<Record<string, PlatformView>>
}

export interface StudioOptions {
  /** Real RTMP to two real servers; default: platforms that are simulated. */
  readonly isReal?: boolean
  readonly livekit?: Omit<LiveKitOptions, 'engine'>
  /** LiveKit's own configuration names the product as well, so that it also reports rooms, people and ingresses. */
  readonly reportsAll?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** A stream key that is found again wherever it turns up. */
export const streamKey = (): string => canary()

export class Studio {
  readonly house: House
  readonly livekit: LiveKitStandIn
  /** Null with simulated platforms. */
  readonly ingests: Readonly<Record<Platform, Ingest>> | null
  /** Every key that was given to the product, by room and platform. */
  readonly keys: Record<string, string> = {}

  constructor(house: House, livekit: LiveKitStandIn, ingests: Studio['ingests']) {
    this.house = house
    this.livekit = livekit
    this.ingests = ingests
  }

  get product(): Product {
    return this.house.product
  }

  /** A room with both destinations, and a LiveKit room of the same name with a publisher in it. */
  async add(handle: string, key: (platform: Platform) => string = streamKey): Promise<string> {
    const { id } = await this.house.add(handle, { monitor: false })
    for (const platform of PLATFORMS) {
      const url = this.ingests?.[platform].url
      this.keys[`${handle}/${platform}`] = key(platform)
      await this.put(handle, platform, {
        key: this.keys[`${handle}/${platform}`],
        ...(url === undefined ? {} : { url }),
      })
    }
    this.livekit.room(handle)
    return id
  }

  async put(handle: string, platform: string, body: unknown): Promise<void> {
    await this.product.ask(`/api/rooms/${handle}/destinations/${platform}`, {
      method: 'PUT',
      body: JSON.stringify(body),
    })
  }

  start(handle: string, platforms: unknown = 'both', more: object = {}): Promise<LiveView> {
    return this.product.post('/api/live/start', { room: handle, platforms, ...more })
  }

  stop(handle: string, platforms?: unknown): Promise<LiveView> {
    return this.product.post('/api/live/stop', {
      room: handle,
      ...(platforms === undefined ? {} : { platforms }),
    })
  }

  retry(handle: string, platform: Platform): Promise<LiveView> {
    return this.product.post(`/api/rooms/${handle}/destinations/${platform}/retry`)
  }

  status(handle: string): Promise<LiveView> {
    return this.product.get(`/api/live/status?room=${handle}`)
  }

  async platform(handle: string, platform: Platform): Promise<PlatformView> {
    const view = (await this.status(handle)).platforms[platform]
    if (view === undefined) throw new Error(`${handle} has no ${platform}`)
    return view
  }

  /** Waits until this holds of the destination. */
  until(
    handle: string,
    platform: Platform,
    what: string,
    fits: (view: PlatformView) => boolean,
    withinMs = 90_000,
  ): Promise<PlatformView> {
    return this.house.until(
      `${platform} of ${handle} being ${what}`,
      async () => {
        const view = (await this.status(handle)).platforms[platform]
        return view !== undefined && fits(view) ? view : null
      },
      withinMs,
    )
  }

  reaches(handle: string, platform: Platform, state: string, withinMs?: number): Promise<PlatformView> {
    return this.until(handle, platform, state, (view) => view.state === state, withinMs)
  }

  /** Both destinations are live. */
  async live(handle: string): Promise<LiveView> {
    for (const platform of PLATFORMS) await this.reaches(handle, platform, 'live')
    return this.status(handle)
  }

  async stopped(handle: string): Promise<LiveView> {
    for (const platform of PLATFORMS) await this.reaches(handle, platform, 'stopped')
    return this.status(handle)
  }

  /** What must hold whatever was done: never two egresses of ours with one address. */
  get doubles(): LiveKitStandIn['truth']['lives'] {
    return this.livekit.truth.doubles().flat()
  }

  async close(): Promise<void> {
    await this.house.close()
    await this.livekit.close()
    await Promise.all(Object.values(this.ingests ?? {}).map((ingest) => ingest.close()))
  }
}

/** A studio whose product has not been started. */
export const buildStudio = async (options: StudioOptions = {}): Promise<Studio> => {
  const ingests =
    options.isReal === true ? { youtube: await startNodeMediaServer(), twitch: await startSecond() } : null
  // LiveKit reports to the public address, so it is known before the product listens.
  const port = String(await freePort())
  const publicUrl = `http://127.0.0.1:${port}`
  const livekit = await startLiveKit({
    scale: 0.05,
    ...(options.reportsAll === true ? { webhooks: [`${publicUrl}/api/livekit/webhook`] } : {}),
    ...options.livekit,
    ...(ingests === null ? {} : { engine: await startFfmpeg() }),
  })
  const house = await buildHouse({
    env: {
      ...livekitEnv(livekit, Object.values(ingests ?? {})),
      PORT: port,
      PUBLIC_URL: publicUrl,
      ...options.env,
    },
  })
  return new Studio(house, livekit, ingests)
}

export const openStudio = async (options: StudioOptions = {}): Promise<Studio> => {
  const studio = await buildStudio(options)
  try {
    await studio.product.start()
    return studio
  } catch (error) {
    await studio.close()
    throw error
  }
}
