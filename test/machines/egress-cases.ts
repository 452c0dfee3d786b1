// The egress machine in every state it can rest in, and every event it knows, for the table of what leads where.

import * as Result from 'effect/Result'
import { initialTransition, transition, type SnapshotFrom } from 'xstate'
import type { EgressState } from '../../src/domain/egress.ts'
import type { EgressEvent, EgressInput, Resume } from '../../src/machines/egress-events.ts'
import { egressMachine } from '../../src/machines/egress.machine.ts'

export type Snapshot = SnapshotFrom<typeof egressMachine>

/** The actors are never run: a pure step only names them. */
const machine = egressMachine

export const born = (resume: Resume = 'idle', more: Partial<EgressInput> = {}): Snapshot =>
  initialTransition(machine, {
    key: 'r1/youtube',
    attemptsMax: 8,
    anewMs: 60_000,
    resume,
    generation: 1,
    attempt: 0,
    errorCode: null,
    wait: null,
    liveSince: null,
    ...more,
  })[0]

export const WAIT = { delayMs: 1_000, nextAt: 5_000 }

/** XState's own events are not among the machine's declared ones. */
export const after = (from: Snapshot, ...events: readonly object[]): Snapshot =>
  events.reduce<Snapshot>((snapshot, event) => transition(machine, snapshot, event as EgressEvent)[0], from)

export const START = { type: 'egress.start', generation: 2, wait: null, force: false } as const
export const STOP = { type: 'egress.stop', generation: 3 } as const
export const ACCEPTED = { type: 'attempt.accepted', egressId: 'EG_1' } as const
export const LIVE = { type: 'attempt.live', at: 1_000 } as const
export const TROUBLED = { type: 'attempt.troubled', code: 'destination_lost' } as const
export const ended = (code: EgressEvent & { type: 'attempt.ended' } extends { code: infer C } ? C : never) =>
  ({ type: 'attempt.ended', code, wait: WAIT }) as const
export const WAITED = { type: 'xstate.after.wait.egress.backoff' } as const
export const ANEW = { type: 'xstate.after.anew.egress.live' } as const
export const STOPPED = { type: 'xstate.done.actor.0.egress.stopping', output: Result.succeed(undefined) }

/** The second attempt, so that counting anew can be seen. */
const starting = after(born(), START, ended('egress_failed'), WAITED)
const connecting = after(starting, ACCEPTED)
const live = after(connecting, LIVE)

export const PLACES: Readonly<Record<EgressState, Snapshot>> = {
  idle: born(),
  starting,
  connecting,
  live,
  reconnecting: after(live, TROUBLED),
  backoff: after(live, ended('egress_failed')),
  failed: after(live, ended('destination_invalid')),
  stopping: after(live, STOP),
  stopped: after(live, STOP, STOPPED),
}

export const EVENTS: Readonly<Record<string, object>> = {
  'egress.start': START,
  'egress.start, too soon': { ...START, wait: WAIT },
  'egress.start, forced': { ...START, force: true },
  'egress.retry': { type: 'egress.retry', generation: 2, wait: null },
  'egress.retry, too soon': { type: 'egress.retry', generation: 2, wait: WAIT },
  'egress.stop': { ...STOP, generation: 9 },
  'attempt.doubted': { type: 'attempt.doubted', code: 'start_unknown' },
  'attempt.accepted': ACCEPTED,
  'attempt.live': LIVE,
  'attempt.troubled': TROUBLED,
  'attempt.ended, retry': ended('egress_failed'),
  'attempt.ended, never': ended('key_missing'),
  'stop.unconfirmed': { type: 'stop.unconfirmed' },
  'after wait': WAITED,
  'after anew': ANEW,
  'stop done': STOPPED,
}

/** The state it leads to; `=` when it stays and remembers or does something; `·` when nobody listens. */
export const answer = (place: Snapshot, event: object): string => {
  const [next, actions] = transition(machine, place, event as EgressEvent)
  if (next.value !== place.value) return String(next.value)
  const same = JSON.stringify(next.context) === JSON.stringify(place.context)
  return same && actions.length === 0 ? '·' : '='
}
