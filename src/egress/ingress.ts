// Ways into a LiveKit room: ingresses that take RTMP or WHIP, and tokens for those who join. It asks LiveKit and
// keeps nothing; whose room it is, and what is written down, is decided by who asks. The SDK is in
// `livekit-ingress.ts`.

import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type * as Redacted from 'effect/Redacted'
import type { Config } from '../config.ts'
import { unconfigured, type LiveKitError } from './livekit.ts'
import type { Scrubber } from './scrub.ts'

/** A publisher sends and watches; a viewer watches. Neither administers anything. */
export type JoinRole = 'publisher' | 'viewer'

export interface JoinRequest {
  readonly roomName: string
  readonly identity: string
  readonly role: JoinRole
  readonly ttlS: number
}

export const JOIN_TTL_MAX_S = 6 * 3_600
export const JOIN_TTL_S = 3_600

/** What may be shown of an ingress; its key is not among it. */
export interface IngressView {
  readonly ingressId: string
  readonly roomName: string
  /** `other`: made elsewhere, of a kind that is not made here. */
  readonly type: 'rtmp' | 'whip' | 'other'
  /** Who its media comes from, in the room. */
  readonly identity: string
  readonly name: string
  readonly state: 'inactive' | 'buffering' | 'publishing' | 'error' | 'complete' | 'unknown'
  /** Scrubbed. */
  readonly error: string | null
  readonly startedAt: number | null
}

/** Somebody in a LiveKit room. The texts are theirs: whoever joined chose them. */
export interface Participant {
  readonly identity: string
  readonly name: string
  readonly kind: 'person' | 'ingress' | 'egress' | 'other'
  /** What they send that is not muted. */
  readonly sends: readonly ('audio' | 'video')[]
  readonly joinedAt: number | null
}

export interface NewIngress {
  readonly roomName: string
  readonly type: 'rtmp' | 'whip'
  readonly identity: string
  readonly name: string
}

export interface MadeIngress extends IngressView {
  /** Where the encoder sends to. */
  readonly url: string
  readonly streamKey: Redacted.Redacted<string>
}

export class Ingress extends Context.Service<
  Ingress,
  {
    /** Where those who join connect to; null when nothing is configured. */
    readonly joinUrl: string | null
    readonly create: (ingress: NewIngress) => Effect.Effect<MadeIngress, LiveKitError>
    readonly list: (roomName: string) => Effect.Effect<readonly IngressView[], LiveKitError>
    /** Who is in the LiveKit room; nobody when there is no such room. */
    readonly people: (roomName: string) => Effect.Effect<readonly Participant[], LiveKitError>
    /** Null when LiveKit does not know it. */
    readonly find: (ingressId: string) => Effect.Effect<IngressView | null, LiveKitError>
    /** `not_found` when it is gone. */
    readonly remove: (ingressId: string) => Effect.Effect<void, LiveKitError>
    readonly mint: (join: JoinRequest) => Effect.Effect<Redacted.Redacted<string>, LiveKitError>
  }
>()('roomkeeper/egress/Ingress') {}

const nothing: Ingress['Service'] = {
  joinUrl: null,
  create: () => Effect.fail(unconfigured()),
  list: () => Effect.fail(unconfigured()),
  people: () => Effect.fail(unconfigured()),
  find: () => Effect.fail(unconfigured()),
  remove: () => Effect.fail(unconfigured()),
  mint: () => Effect.fail(unconfigured()),
}

/** Without configuration every request fails as `unconfigured`, and the SDK is not loaded. */
export const ingressLive = (config: Config['livekit'], scrubber: Scrubber): Layer.Layer<Ingress> =>
  config === null
    ? Layer.succeed(Ingress, nothing)
    : Layer.effect(
        Ingress,
        Effect.map(
          Effect.promise(() => import('./livekit-ingress.ts')),
          ({ makeIngress }) => makeIngress(config, scrubber),
        ),
      )
