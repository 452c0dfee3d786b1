// A destination: a platform that a room is sent to, with its address, its sealed key and how it is encoded.
// Its words and its rules; where it is kept is `db/destinations.ts`.

import type * as Redacted from 'effect/Redacted'

/** Platforms with presets of their own. Any other name is an RTMP server that its owner gives the URL of. */
export const KNOWN_PLATFORMS = ['youtube', 'twitch'] as const
export type KnownPlatform = (typeof KNOWN_PLATFORMS)[number]

/** A platform's name: a letter, then up to 31 of a-z, 0-9, `_` and `-`. */
export const PLATFORM = /^[a-z][a-z0-9_-]{0,31}$/

/** What LiveKit renders: the whole room in a layout, one participant, or a page. */
export type Source =
  | { readonly type: 'room'; readonly layout: string }
  | { readonly type: 'participant'; readonly identity: string; readonly screenShare: boolean }
  | { readonly type: 'web'; readonly url: string }

/** Video in pixels, frames a second and kbit/s; audio in kbit/s; seconds between keyframes. */
export interface Encoding {
  readonly width: number
  readonly height: number
  readonly framerate: number
  readonly videoKbps: number
  readonly audioKbps: number
  readonly keyframeSeconds: number
}

/** A destination as it is used, with its key in clear: never logged, answered or stored like this. */
export interface Destination {
  readonly roomId: string
  readonly platform: string
  /** Without the key, as its owner gave it or as the preset has it. */
  readonly url: string
  /** Null: none of its own and none in the environment. */
  readonly key: Redacted.Redacted<string> | null
  readonly source: Source
  readonly encoding: Encoding
  /** `room`: its own; `environment`: the server's default. */
  readonly origin: 'room' | 'environment'
  /** Milliseconds UTC; 0 for the server's default. */
  readonly updatedAt: number
}

/** What may be shown of it. */
export interface ShownDestination {
  readonly platform: string
  readonly url: string
  readonly keySet: boolean
  /** `unreadable`: it was sealed with a key that SECRETS_KEYS does not have any more; it has to be set anew. */
  readonly keyState: 'set' | 'missing' | 'unreadable'
  /** The key's last four characters when it has at least twelve, else null. */
  readonly keyLast4: string | null
  readonly source: Source
  readonly encoding: Encoding
  readonly origin: 'room' | 'environment'
  /** Milliseconds UTC; 0 for the server's default. */
  readonly updatedAt: number
}
