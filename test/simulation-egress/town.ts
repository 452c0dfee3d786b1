// The rooms of a simulated machine and where they are sent: plain memory behind the services that `Live` asks.

import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { Destinations } from '../../src/actors/destinations.ts'
import type { Rooms } from '../../src/actors/rooms.ts'
import type { Encoding } from '../../src/domain/destination.ts'
import type { Room } from '../../src/domain/room.ts'

export const PLATFORMS = ['youtube', 'twitch'] as const
export type Platform = (typeof PLATFORMS)[number]

const ENCODING: Encoding = {
  width: 1280,
  height: 720,
  framerate: 30,
  videoKbps: 3_000,
  audioKbps: 128,
  keyframeSeconds: 2,
}

export class Town {
  /** Handles by room. */
  readonly handles = new Map<string, string>()
  /** Stream keys by room and platform; one that is missing is not set. */
  readonly keys = new Map<string, string>()
  /** Addresses by platform, where it is not one of its own. */
  readonly urls = new Map<string, string>()

  add(roomId: string, handle: string): void {
    this.handles.set(roomId, handle)
    for (const platform of PLATFORMS) {
      this.keys.set(`${roomId} ${platform}`, `${platform.slice(0, 2)}-canary-${roomId}-s3cr3t`)
    }
  }

  key(roomId: string, platform: string): string {
    const key = this.keys.get(`${roomId} ${platform}`)
    if (key === undefined) throw new Error(`${roomId} has no key for ${platform}`)
    return key
  }
}

export const makeDestinations = (town: Town): Destinations['Service'] => ({
  find: (roomId, platform) =>
    Effect.sync(() => {
      if (!town.handles.has(roomId)) return null
      const key = town.keys.get(`${roomId} ${platform}`)
      return {
        roomId,
        platform,
        url: town.urls.get(platform) ?? `rtmp://${platform}.test/live`,
        key: key === undefined ? null : Redacted.make(key),
        source: { type: 'room', layout: 'grid' },
        encoding: ENCODING,
        origin: 'room',
        updatedAt: 0,
      }
    }),
  list: () => Effect.succeed([]),
  put: () => Effect.die('no destination changes in this simulation'),
  remove: () => Effect.die('no destination changes in this simulation'),
  livekitRoom: (_roomId, handle) => Effect.succeed(handle),
  setLivekitRoom: () => Effect.die('no LiveKit room changes in this simulation'),
})

/** Of the rooms, sending out asks only which there are. */
export const makeRooms = (town: Town): Rooms['Service'] => {
  const row = (id: string): Room | null => {
    const handle = town.handles.get(id)
    return handle === undefined ? null : ({ id, handle, createdAt: 0 } as Room)
  }
  return { row, find: row, list: () => [...town.handles.keys()].map(row) } as unknown as Rooms['Service']
}
