// A room: what an owner controls. Its words, its states as the outside sees them, and the rules of handles.

import * as Schema from 'effect/Schema'

/** The room machine's states as they are stored, answered and shown; dots separate parent and child. */
export const RoomState = Schema.Literals([
  'off',
  'watching',
  'connecting',
  'live.receiving',
  'live.paused',
  'live.reconnecting',
  'draining',
  'archiving.writing',
  'archiving.waiting',
  'cooldown',
  'quarantined',
])
export type RoomState = typeof RoomState.Type
export const ROOM_STATES: readonly RoomState[] = RoomState.literals

/** TikTok's uniqueId without the `@`: letters, digits, `_` and `.`, 2 to 24 characters, no trailing dot. */
export const Handle = Schema.String.check(
  Schema.isPattern(/^(?!.*\.$)[a-z0-9_.]{2,24}$/, {
    description: 'a TikTok handle: 2 to 24 of a-z, 0-9, "_" and ".", not ending in "."',
  }),
)

/**
 * The handle inside what people paste: `@name`, `name`, or a `https://www.tiktok.com/@name/live` link.
 * Gives null when there is none. Handles are case-insensitive on TikTok and stored in lower case.
 */
export const handleOf = (pasted: string): string | null => {
  const link = /^https?:\/\/(?:[a-z]+\.)?tiktok\.com\/@([^/?#]+)/i.exec(pasted.trim())
  const name = (link?.[1] ?? pasted.trim().replace(/^@/, '')).toLowerCase()
  return Schema.is(Handle)(name) ? name : null
}

/** A row of `rooms`: what must survive a restart. Deadlines are wall-clock milliseconds UTC. */
export interface Room {
  /** Ours, opaque text: `r` and a random part. */
  readonly id: string
  /** The integer that event rows carry; never shown. */
  readonly no: number
  readonly handle: string
  readonly displayName: string | null
  /** Whether the room is watched. */
  readonly monitor: boolean
  /** Proxy for this room alone (http, https or socks URL without credentials shown), or null for the server's. */
  readonly proxyUrl: string | null
  readonly cooldownUntil: number | null
  readonly cooldownReason: string | null
  readonly quarantinedAt: number | null
  readonly epoch: number
  readonly createdAt: number
  readonly updatedAt: number
}
