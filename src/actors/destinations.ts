// The destinations of rooms as commands see them: where a room can be sent, and from which LiveKit room.
// Keys go in and are used; they never come out. How they are kept is `actors/destinations-live.ts`.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type * as Redacted from 'effect/Redacted'
import type { Destination, Encoding, ShownDestination, Source } from '../domain/destination.ts'
import type { CommandRefused, DbError } from '../domain/errors.ts'
import type { Caller } from './rooms.ts'

/** What may be set of one; what is left out stays as it is, or as the platform's preset has it. */
export interface DestinationChange {
  readonly url?: string
  readonly key?: Redacted.Redacted<string>
  readonly source?: Source
  readonly encoding?: Partial<Encoding>
}

export class Destinations extends Context.Service<
  Destinations,
  {
    /** As it is used, with the key; the room's own, or the server's default, or null. */
    readonly find: (roomId: string, platform: string) => Effect.Effect<Destination | null, DbError>
    /** As it may be shown: the room's own and the server's defaults. */
    readonly list: (roomId: string) => Effect.Effect<readonly ShownDestination[], DbError>
    readonly put: (
      roomId: string,
      platform: string,
      change: DestinationChange,
      caller: Caller,
    ) => Effect.Effect<ShownDestination, CommandRefused | DbError>
    readonly remove: (
      roomId: string,
      platform: string,
      caller: Caller,
    ) => Effect.Effect<void, CommandRefused | DbError>
    /** The name of the LiveKit room; the room's handle when none was set. */
    readonly livekitRoom: (roomId: string, handle: string) => Effect.Effect<string, DbError>
    readonly setLivekitRoom: (
      roomId: string,
      name: string,
      caller: Caller,
    ) => Effect.Effect<string, CommandRefused | DbError>
  }
>()('roomkeeper/actors/Destinations') {}
