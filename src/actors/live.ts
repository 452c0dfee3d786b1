// Sending rooms out as commands see it: what can be asked of a room's destinations and what they answer, from
// memory. How destinations are kept on air is in `actors/live-*.ts` and `egress/`.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { CommandRefused, DbError } from '../domain/errors.ts'
import type { EgressState, EgressStatus, EgressView, OutboundState, PlatformView } from '../domain/egress.ts'
import type { EgressFailure } from '../domain/egress-failures.ts'
import type { Caller } from './rooms.ts'
import type { ActorTrace } from './trace.ts'

/** One destination as it is now. Times are milliseconds UTC. */
export interface DestinationStatus {
  readonly platform: string
  readonly status: EgressStatus
  readonly state: EgressState
  readonly since: number
  /** The attempt that runs or ran last, counted anew after a minute on air; 0 before the first. */
  readonly attempt: number
  readonly attemptsMax: number
  readonly nextAttemptAt: number | null
  readonly errorCode: EgressFailure | null
  /** LiveKit's id of the egress that runs; no secret. */
  readonly egressId: string | null
  readonly liveSince: number | null
  /** When LiveKit's state was last heard, and how. */
  readonly observedAt: number | null
  readonly observedBy: 'webhook' | 'poll' | 'answer' | null
  readonly platformView: PlatformView | null
  /** `start`, `stop`, `retry`: what would be accepted now. */
  readonly allowed: readonly string[]
}

/** What one room sends out. `sessionId` is null when it never did since the server started. */
export interface LiveStatus {
  readonly roomId: string
  readonly sessionId: string | null
  readonly livekitRoom: string
  readonly state: OutboundState
  readonly since: number
  readonly destinations: readonly DestinationStatus[]
}

type Command<A = LiveStatus> = Effect.Effect<A, CommandRefused | DbError>

/** Where a view of an egress came from. */
export type ViewSource = 'webhook' | 'poll' | 'answer'

export class Live extends Context.Service<
  Live,
  {
    /** One room, or null when it is not known. A room that sends nothing out is `idle` without destinations. */
    readonly status: (roomId: string) => LiveStatus | null
    /** Every room that sends out or did since the server started. */
    readonly list: () => readonly LiveStatus[]
    /**
     * Puts these destinations on air. Those that are on their way are left as they are; all of them on their way:
     * `already_active`. Answers when the intent is on disk. `force` accepts that a stop was not confirmed.
     */
    readonly start: (
      roomId: string,
      platforms: readonly string[],
      options: { readonly force: boolean },
      caller: Caller,
    ) => Command
    /** Takes these off air, or all (null). Twice is as good as once. */
    readonly stop: (roomId: string, platforms: readonly string[] | null, caller: Caller) => Command
    /** Tries now instead of after the backoff, or again after a failure. */
    readonly retry: (roomId: string, platform: string, caller: Caller) => Command
    /** What LiveKit says of an egress; unknown ones are passed over. Never fails. True when it was one of ours. */
    readonly observe: (view: EgressView, source: ViewSource) => boolean
    /** An egress joined its room or left it. After it left its end follows; without one it is a ghost. */
    readonly notice: (egressId: string, isPresent: boolean) => void
    /** Whose egress this is, by its id or by the LiveKit room that only we send out; null when not ours. */
    readonly roomOf: (livekitRoom: string, egressId: string | null) => string | null
    /** What a platform says of itself, shown and nothing else; null: it is not asked about this any more. */
    readonly see: (roomId: string, platform: string, view: PlatformView | null) => void
    /** What one actor did lately, by its id; null when there is no such actor. */
    readonly trace: (id: string) => ActorTrace | null
    /** Every actor for the visualizer. */
    readonly actors: () => readonly {
      readonly id: string
      readonly machine: 'outbound' | 'egress'
      readonly roomId: string
      readonly state: string
      readonly since: number
      readonly next: readonly string[]
    }[]
    /** Leaves every egress running and stops supervising: leaving is letting go. */
    readonly letGo: Effect.Effect<{ readonly running: number }>
  }
>()('roomkeeper/actors/Live') {}
