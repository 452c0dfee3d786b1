// How the simulated LiveKit fares with what it is asked.

import * as Effect from 'effect/Effect'
import { LiveKitError, type StartEgress } from '../../src/egress/livekit.ts'

export type Code = LiveKitError['code']

/** What refuses without doing anything. */
export type Refusal = Exclude<Code, 'timeout' | 'unconfigured' | 'precondition' | 'not_found'>

/**
 * `lost_done`, `lost_undone`: the connection breaks before the answer. `slow`: done at once, answered after 60 s.
 * `late`: done after 12 s, when nobody waits any more; `very_late`: after 40 s. `hanging`: never done nor answered.
 */
export type StartMood =
  | 'ok'
  | Refusal
  | 'lost_done'
  | 'lost_undone'
  | 'slow'
  | 'late'
  | 'very_late'
  | 'hanging'

/** `stale`: what was true when it was asked, 8 s later. `incomplete`: a page is missing. */
export type ListMood = 'ok' | Refusal | 'hanging' | 'stale' | 'incomplete'

/** `lost_done`: it is done and the answer is lost. */
export type StopMood = 'ok' | Refusal | 'lost_done' | 'hanging'

/** How long answers take, and how long they are waited for. */
export const TIMES = {
  answerMs: 20,
  clientLimitMs: 10_000,
  slowMs: 60_000,
  staleMs: 8_000,
  lateMs: { late: 12_000, very_late: 40_000 },
} as const

/** What a question names. */
export interface About {
  readonly streamUrl?: StartEgress['streamUrl']
  readonly roomName?: string | null
  readonly egressId?: string
}

export type Answer<A> = (effect: Effect.Effect<A, LiveKitError>) => void

export const failed = (code: Code, mayHaveHappened = false): Effect.Effect<never, LiveKitError> =>
  Effect.fail(new LiveKitError({ code, mayHaveHappened, message: `simulated ${code}` }))

// After a 500 or a 503, and behind a proxy that answers with a page of its own, a start may have been handed to a node.
const MAYBE: readonly Refusal[] = ['internal', 'no_response', 'bad_answer']

/** A start that was refused, though not always in so many words. */
export const refused = (code: Refusal): Effect.Effect<never, LiveKitError> =>
  failed(code, MAYBE.includes(code))
