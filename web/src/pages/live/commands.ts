// What is asked of a room that is sent out. Each answers with the room as it is now, which is shown at once; how it
// goes on is heard from the stream.

import { api } from '../../api/fetch.ts'
import { ApiProblem } from '../../api/problem.ts'
import type { Live } from '../../api/types.ts'
import type { Destination } from './types.ts'

const destinationPath = (room: string, platform: string): string =>
  `/api/rooms/${encodeURIComponent(room)}/destinations/${encodeURIComponent(platform)}`

export const start = (room: string, platforms: readonly string[], force = false): Promise<Live> =>
  api.post<Live>('/api/live/start', { room, platforms, ...(force && { force }) })

/** Everything of the room when no platforms are named. */
export const stop = (room: string, platforms?: readonly string[]): Promise<Live> =>
  api.post<Live>('/api/live/stop', { room, ...(platforms !== undefined && { platforms }) })

export const retry = (room: string, platform: string): Promise<Live> =>
  api.post<Live>(`${destinationPath(room, platform)}/retry`)

export const setDestination = (room: string, platform: string, change: object): Promise<Destination> =>
  api.put<Destination>(destinationPath(room, platform), change)

const LOOKS = 40
const LOOK_MS = 500

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/**
 * Forgets a destination. What is on air is taken off first, and it is waited for LiveKit to say that it has stopped;
 * throws `destination_in_use` when it does not within twenty seconds.
 */
export const removeDestination = async (room: string, platform: string, isOnAir: boolean): Promise<void> => {
  if (isOnAir) await stop(room, [platform])
  for (let look = 1; ; look += 1) {
    try {
      return await api.delete(destinationPath(room, platform))
    } catch (error) {
      const isUsed = error instanceof ApiProblem && error.code === 'destination_in_use'
      if (!isUsed || !isOnAir || look >= LOOKS) throw error
      await pause(LOOK_MS)
    }
  }
}
