// What the work on one destination is given: the world that all share, its own memory, and who writes down and
// hears what happens. It says nothing of when work is done; that is the machine's.

import type * as Effect from 'effect/Effect'
import type { Fiber } from 'effect/Fiber'
import type { Destination } from '../domain/destination.ts'
import type { EgressFailure } from '../domain/egress-failures.ts'
import type { EvidenceLimits } from './evidence.ts'
import type { Holding, Holdings } from './holding.ts'
import type { LiveKit } from './livekit.ts'
import type { Sighting, Sightings } from './sightings.ts'

/** All durations are milliseconds. */
export interface EgressLimits extends EvidenceLimits {
  readonly answerMs: number
  readonly graceMs: number
  readonly pollMs: number
  readonly unconfirmedMs: number
  readonly alarmMs: number
  readonly stopBaseMs: number
  readonly stopCapMs: number
}

export interface EgressWorld {
  readonly livekit: LiveKit['Service']
  readonly sightings: Sightings
  readonly holdings: Holdings
  /** Work that nobody waits for: it ends when the process lets go. */
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber<A, E>
  /** Wall clock, milliseconds UTC: for what is stored and shown. */
  readonly now: () => number
  /** Milliseconds that only grow: for every duration. */
  readonly monotonicMs: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly limits: EgressLimits
  readonly webhookUrl: string | null
}

/** How an attempt has ended: its code, LiveKit's words, and its last view when there was an egress. */
export interface Ended {
  readonly code: EgressFailure
  readonly error: string | null
  readonly egressId: string | null
}

/** What is written down of attempts. All of it is idempotent, in order, and not given up. */
export interface Records {
  /** On disk when done: after this a start may have happened. False when it could not be written. */
  readonly intend: (attemptId: string, generation: number) => Effect.Effect<boolean>
  /** LiveKit has an egress for it; `isAdopted`: it was found, not answered. */
  readonly accept: (attemptId: string, egressId: string, generation: number, isAdopted: boolean) => void
  readonly live: (attemptId: string) => void
  /** It is not gone on with, though it may not have ended. */
  readonly giveUp: (attemptId: string, ended: Ended) => void
  /** It has ended: at LiveKit, or it never began (no sighting). A code of null: somebody here asked for it. */
  readonly end: (
    attemptId: string,
    sighting: Sighting | null,
    ended: Pick<Ended, 'error'> & { readonly code: EgressFailure | null },
  ) => void
}

export type AttemptNews =
  | { readonly type: 'attempt.accepted'; readonly egressId: string }
  | { readonly type: 'attempt.doubted'; readonly code: EgressFailure }
  | { readonly type: 'attempt.live'; readonly at: number }
  | { readonly type: 'attempt.troubled'; readonly code: EgressFailure }

export interface Job {
  readonly world: EgressWorld
  readonly holding: Holding
  readonly destination: Effect.Effect<Destination | null>
  /** Something else is sent to that destination's address with its key: a second publisher would throw it out. */
  readonly isTaken: () => boolean
  /** Between two commands of its room, so that nothing is begun after a stop was accepted. */
  readonly inTurn: <A>(effect: Effect.Effect<A>) => Effect.Effect<A>
  /** No command has taken the wish back since this attempt began. */
  readonly isWanted: () => boolean
  /** Milliseconds until the pace allows a start; it hears of every start. */
  readonly paceMs: () => number
  readonly begins: () => void
  readonly newId: () => string
  readonly records: Records
  readonly tell: (news: AttemptNews) => void
}
