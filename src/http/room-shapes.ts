// The shapes of rooms in answers and requests. They say what `actors/rooms.ts` gives, for the document.

import * as Schema from 'effect/Schema'
import { RoomState } from '../domain/room.ts'

const At = Schema.Int.annotate({ description: 'milliseconds UTC' })

export const CountersShape = Schema.Struct({
  frames: Schema.Int,
  bytes: Schema.Int,
  received: Schema.Int.annotate({ description: 'events + duplicates + poison' }),
  events: Schema.Int,
  duplicates: Schema.Int,
  poison: Schema.Int,
  chats: Schema.Int,
  gifts: Schema.Int,
  giftValue: Schema.Int.annotate({ description: 'diamonds; a streak counts once, at its highest' }),
  likes: Schema.Int,
  joins: Schema.Int,
  follows: Schema.Int,
  shares: Schema.Int,
  viewersPeak: Schema.Int,
  viewersLast: Schema.Int,
  lastSeq: Schema.Int,
})

const LookShape = Schema.Struct({
  at: At,
  answer: Schema.Literals(['live', 'offline', 'unknown']),
  broadcastId: Schema.NullOr(Schema.String),
  paused: Schema.Boolean,
  sources: Schema.Array(
    Schema.Struct({
      source: Schema.String,
      answer: Schema.String,
      status: Schema.NullOr(Schema.Int),
      error: Schema.NullOr(Schema.String),
    }),
  ),
  snapshot: Schema.NullOr(Schema.Unknown),
})

export const RoomShape = Schema.Struct({
  id: Schema.String,
  handle: Schema.String,
  displayName: Schema.NullOr(Schema.String),
  monitor: Schema.Boolean,
  state: RoomState,
  since: At,
  session: Schema.NullOr(
    Schema.Struct({
      id: Schema.String,
      broadcastId: Schema.String,
      openedAt: At,
      counters: CountersShape,
      eventsPerSecond: Schema.Number,
      queuedFrames: Schema.Int,
    }),
  ),
  waiting: Schema.NullOr(Schema.Struct({ for: Schema.String, untilAt: Schema.NullOr(At) })).annotate({
    description: 'what it waits for by itself',
  }),
  attempt: Schema.Int,
  lastLook: Schema.NullOr(LookShape),
  lastError: Schema.NullOr(Schema.String),
  lastErrorAt: Schema.NullOr(At),
  lastSessionId: Schema.NullOr(Schema.String),
  cooldownReason: Schema.NullOr(Schema.String),
  habitualHoursUtc: Schema.Array(Schema.Int).annotate({
    description: 'hours of the day at which it is used to go live; none when that is not known',
  }),
  allowed: Schema.Array(Schema.String).annotate({ description: 'commands that would be accepted now' }),
}).annotate({ identifier: 'Room' })

export const RoomPage = Schema.Struct({ items: Schema.Array(RoomShape), next: Schema.NullOr(Schema.String) })

export const DiagnosisShape = Schema.Struct({
  recording: Schema.Boolean,
  code: Schema.String,
  sentence: Schema.String,
  next: Schema.String.annotate({ description: 'what happens next by itself' }),
  advice: Schema.NullOr(Schema.String).annotate({ description: 'what a person can do' }),
  evidence: Schema.Unknown,
})

/** Text that a person gives a thing: no control characters, so that it stays one line everywhere. */
export const Label = Schema.String.check(
  // oxlint-disable-next-line no-control-regex
  Schema.isPattern(/^[^\u0000-\u001F\u007F-\u009F\u2028\u2029]{1,100}$/, {
    description: '1 to 100 characters without control characters',
  }),
)

const ProxyUrl = Schema.String.check(
  Schema.isPattern(/^(?:https?|socks[45]?h?):\/\/[\x21-\x7e]{1,500}$/, {
    description: 'an http, https or socks URL of up to 500 characters',
  }),
)

/** What people paste: `@name`, `name` or a link. It is reduced to the handle before it is used. */
const Pasted = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(300))

export const ROOMS_AT_ONCE = 500

const NewRoomFields = {
  monitor: Schema.optionalKey(Schema.Boolean).annotate({ description: 'watch it; true when absent' }),
  proxyUrl: Schema.optionalKey(Schema.NullOr(ProxyUrl)),
}

export const NewRoom = Schema.Struct({
  handle: Schema.optionalKey(Pasted).annotate({ description: 'one room' }),
  handles: Schema.optionalKey(
    Schema.Union([
      Schema.Array(Pasted).check(Schema.isMinLength(1), Schema.isMaxLength(ROOMS_AT_ONCE)),
      Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(60_000)),
    ]),
  ).annotate({
    description: `up to ${ROOMS_AT_ONCE} rooms: a list, or text with handles between spaces, commas or lines`,
  }),
  displayName: Schema.optionalKey(Schema.NullOr(Label)),
  ...NewRoomFields,
})
export type NewRoom = typeof NewRoom.Type

export const RoomPatch = Schema.Struct({
  displayName: Schema.optionalKey(Schema.NullOr(Label)),
  ...NewRoomFields,
})

export const Added = Schema.Struct({
  ...RoomShape.fields,
  ownerToken: Schema.String.annotate({ description: 'shown this once; it is kept as a hash' }),
})

export const AddedMany = Schema.Struct({
  added: Schema.Array(Added),
  refused: Schema.Array(
    Schema.Struct({ handle: Schema.String, code: Schema.String, detail: Schema.NullOr(Schema.String) }),
  ),
})
