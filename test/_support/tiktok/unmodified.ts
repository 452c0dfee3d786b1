// The connector as it comes from its makers, pointed at the stand-in by its own options only.

import type { EventEmitter } from 'node:events'
import { createEulerClient, SignConfig, TikTokLiveConnection } from 'tiktok-live-connector'

type AllOptions = ConstructorParameters<typeof TikTokLiveConnection>[1]

export interface ConnectorOptions {
  readonly processInitialData?: boolean
  readonly fetchRoomInfoOnConnect?: boolean
  readonly enableExtendedGiftInfo?: boolean
}

/** The library's own type loses its emitter half where `typed-emitter` cannot be resolved. */
export type UnmodifiedConnector = TikTokLiveConnection & EventEmitter

const webClientOptions = (origin: string) =>
  // The declared type asks for a cookie jar, which the library then replaces with its own.
  ({
    retry: { limit: 0 },
    hooks: {
      beforeRequest: [
        (request: { url?: unknown; headers: Record<string, unknown> }) => {
          const asked = new URL(String(request.url))
          request.headers['x-asked-host'] = asked.host
          request.url = new URL(asked.pathname + asked.search, origin)
        },
      ],
    },
  }) as unknown as NonNullable<AllOptions['webClientOptions']>

/** A connection of the unmodified library. It asks the stand-in wherever it would ask TikTok. */
export const connectorAt = (
  origin: string,
  handle: string,
  options: ConnectorOptions = {},
): UnmodifiedConnector => {
  SignConfig.basePath = origin
  delete SignConfig.cachedInstance
  const eulerApiInstance = createEulerClient()
  delete SignConfig.cachedInstance
  const made = new TikTokLiveConnection(handle, {
    ...options,
    eulerApiInstance,
    webClientOptions: webClientOptions(origin),
  })
  return made as UnmodifiedConnector
}
