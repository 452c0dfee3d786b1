// Sending rooms out, as a layer. The commands are in `live-commands.ts`, what is on disk at boot in `live-boot.ts`.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { Database } from '../db/database.ts'
import { CommandRefused, type DbError } from '../domain/errors.ts'
import { LiveKit } from '../egress/livekit.ts'
import { Destinations } from './destinations.ts'
import type { LiveOptions } from './live-tuning.ts'
import { Live, type LiveStatus } from './live.ts'
import { Rooms } from './rooms.ts'

const make = Effect.fnUntraced(function* (_options: LiveOptions) {
  const rooms = yield* Rooms
  yield* Effect.all([Database, LiveKit, Destinations])
  const refused = new CommandRefused({ code: 'livekit_unavailable', message: 'Nothing can be sent out yet.' })
  const status = (roomId: string): LiveStatus | null => {
    const room = rooms.row(roomId)
    if (room === null) return null
    const { handle, createdAt } = room
    return {
      roomId,
      sessionId: null,
      livekitRoom: handle,
      state: 'idle',
      since: createdAt,
      destinations: [],
    }
  }
  return Live.of({
    status,
    list: () => [],
    start: () => Effect.fail(refused),
    stop: () => Effect.fail(refused),
    retry: () => Effect.fail(refused),
    observe: () => false,
    roomOf: () => null,
    see: () => {},
    actors: () => [],
    letGo: Effect.succeed({ running: 0 }),
  })
})

/** Of `Rooms` only `row` is used: whether the room is there, and its handle. */
export const liveLive = (
  options: LiveOptions,
): Layer.Layer<Live, DbError, Database | LiveKit | Destinations | Rooms> => Layer.effect(Live, make(options))
