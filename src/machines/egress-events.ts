// The words of the egress machine: what it hears, what it remembers, what it asks others to do.
// It owns no rule; those are in `egress-rules.ts` and `egress.machine.ts`.

import type { Result } from 'effect/Result'
import type { PromiseActorLogic } from 'xstate'
import type { EgressFailure } from '../domain/egress-failures.ts'

/** Where a destination goes on from what is on disk. */
export type Resume = 'idle' | 'starting' | 'backoff' | 'failed' | 'stopping' | 'stopped'

/** What a destination's actor is born with: the facts on disk, never a snapshot of a machine. */
export interface EgressInput {
  /** The room and the platform, as its fibers are called. */
  readonly key: string
  readonly attemptsMax: number
  /** Attempts are counted anew after so long on air without a failure, milliseconds. */
  readonly anewMs: number
  readonly resume: Resume
  readonly generation: number
  /** Attempts that were begun since they were last counted anew. */
  readonly attempt: number
  readonly errorCode: EgressFailure | null
  /** What is left of a wait. */
  readonly wait: Wait | null
  /** Since when what may still be running was on air, milliseconds UTC. */
  readonly liveSince: number | null
}

/** A wait before the next attempt: how long, and until when, milliseconds and milliseconds UTC. */
export interface Wait {
  readonly delayMs: number
  readonly nextAt: number
}

export interface EgressContext extends Omit<EgressInput, 'resume'> {
  readonly resume: Resume
  /** Failures since the attempts were last counted anew, of those that use attempts up. */
  readonly failures: number
  /** Of those, the ones that are most likely to come again. */
  readonly refusals: number
  /** Starts in a row for which LiveKit had no room. */
  readonly overQuota: number
  readonly egressId: string | null
  /** A start came while it was being stopped: it follows the stop. */
  readonly wanted: boolean
}

/** A command that is on disk. Each has a higher generation than the one before. */
interface Commanded {
  readonly generation: number
}

export type EgressEvent =
  | ({
      readonly type: 'egress.start'
      /** What pace demands; null: at once. */
      readonly wait: Wait | null
      /** A stop that is not confirmed is not waited for. */
      readonly force: boolean
    } & Commanded)
  | ({ readonly type: 'egress.retry'; readonly wait: Wait | null } & Commanded)
  | ({ readonly type: 'egress.stop' } & Commanded)
  // what the attempt says
  | { readonly type: 'attempt.accepted'; readonly egressId: string }
  /** It cannot go on before something is known. */
  | { readonly type: 'attempt.doubted'; readonly code: EgressFailure }
  | { readonly type: 'attempt.live'; readonly at: number }
  | { readonly type: 'attempt.troubled'; readonly code: EgressFailure }
  | { readonly type: 'attempt.ended'; readonly code: EgressFailure; readonly wait: Wait }
  // what the stop says, after a while
  | { readonly type: 'stop.unconfirmed' }

type Port<A, E, I> = PromiseActorLogic<Result<A, E>, I>

export interface AttemptInput {
  readonly key: string
  readonly generation: number
}

/** One try: it finds or starts an egress and watches it; speaks `attempt.*`. Never done. */
export type AttemptPort = Port<never, never, AttemptInput>

/** Ends whatever may be running. Done when LiveKit has confirmed it. */
export type StopPort = Port<void, never, { readonly key: string; readonly generation: number }>
