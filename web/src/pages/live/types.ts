// What the API answers about sending out, as far as this page reads it.

import type { Fact } from '../../api/types.ts'

export type Source =
  | { readonly type: 'room'; readonly layout: string }
  | { readonly type: 'participant'; readonly identity: string; readonly screen_share: boolean }
  | { readonly type: 'web'; readonly url: string }

export const PRESETS = ['720p30', '720p60', '1080p30', '1080p60'] as const
export type Preset = (typeof PRESETS)[number]

export interface Destination {
  readonly platform: string
  readonly url: string
  readonly key_set: boolean
  readonly key_state: 'set' | 'missing' | 'unreadable'
  readonly key_last4: string | null
  readonly source: Source
  readonly encoding: {
    readonly preset: Preset | null
    readonly width: number
    readonly height: number
    readonly framerate: number
    readonly video_kbps: number
    readonly audio_kbps: number
    readonly keyframe_seconds: number
  }
  readonly origin: 'room' | 'environment'
  readonly updated_at: number | null
}

export interface Ingress {
  readonly ingress_id: string
  readonly livekit_room: string
  readonly type: 'rtmp' | 'whip' | 'other'
  readonly identity: string
  readonly name: string
  readonly state: 'inactive' | 'buffering' | 'publishing' | 'error' | 'complete' | 'unknown'
  readonly error: string | null
  readonly started_at: number | null
}

export interface MadeIngress extends Ingress {
  readonly url: string
  readonly stream_key: string
}

/** Whether a fact says that its room is sent from another LiveKit room now. */
export const isOtherSource = ({ name, body }: Pick<Fact, 'name' | 'body'>): boolean =>
  name === 'room.changed' && 'livekitRoom' in body

export interface Person {
  readonly identity: string
  readonly name: string
  readonly kind: 'person' | 'ingress' | 'egress' | 'other'
  readonly sends: readonly ('audio' | 'video')[]
  readonly joined_at: number | null
}

export interface Joining {
  readonly url: string
  readonly token: string
  readonly livekit_room: string
  readonly identity: string
  readonly role: 'publisher' | 'viewer'
  readonly expires_at: number
}

export interface AuditRow {
  readonly seq: number
  readonly at: number
  readonly actor: string
  readonly ip: string | null
  readonly action: string
  readonly roomId: string | null
  readonly target: string | null
  readonly outcome: 'done' | 'noop' | 'refused' | 'denied' | 'failed'
  readonly code: string | null
  readonly detail: string | null
}
