// The room machine at every place it can rest in, and every event it can hear there: what the table test walks.

import * as Result from 'effect/Result'
import { initialTransition, transition, type SnapshotFrom } from 'xstate'
import type { OpenSession } from '../../src/domain/session.ts'
import { NO_COUNTERS } from '../../src/domain/session.ts'
import { roomMachine } from '../../src/machines/room.machine.ts'
import type { RoomEvent, RoomInput, RoomTimes } from '../../src/machines/room-events.ts'

export type Snapshot = SnapshotFrom<typeof roomMachine>
/** Also what the machine hears from its own actors and timers. */
export type AnyEvent = RoomEvent | { readonly type: `xstate.${string}`; readonly output?: unknown }

export const TIMES: RoomTimes = {
  resumeWindowMs: 15_000,
  drainTimeoutMs: 1_500,
  cooldownMs: 5_000,
  manualCooldownMs: 900_000,
  archiveRetryBaseMs: 250,
  archiveRetryCapMs: 30_000,
}

export const SESSION: OpenSession = {
  no: 7,
  roomId: 'r1',
  roomNo: 1,
  broadcastId: '100',
  epoch: 2,
  openedAt: 1_000,
  lastAt: 2_000,
  parkedAt: null,
  ending: null,
}

export const inputOf = (change: Partial<RoomInput> = {}): RoomInput => ({
  roomId: 'r1',
  monitor: true,
  quarantined: false,
  cooldown: null,
  adopt: null,
  times: TIMES,
  ...change,
})

export const adoption = (change: Partial<NonNullable<RoomInput['adopt']>> = {}): RoomInput['adopt'] => ({
  session: SESSION,
  secondary: [],
  fallback: 'process_crash',
  windowMs: 10_000,
  ...change,
})

export const begin = (change: Partial<RoomInput> = {}): Snapshot =>
  initialTransition(roomMachine, inputOf(change))[0]

export const step = (snapshot: Snapshot, event: AnyEvent): Snapshot =>
  transition(roomMachine, snapshot, event as RoomEvent)[0]
export const steps = (snapshot: Snapshot, ...events: readonly AnyEvent[]): Snapshot =>
  events.reduce(step, snapshot)

export const stateOf = ({ value }: Pick<Snapshot, 'value'>): string => {
  if (typeof value === 'string') return value
  const [[parent, child] = []] = Object.entries(value)
  return `${parent}.${String(child)}`
}

const heard = { at: 5_000, detail: null } as const
export const FOUND: AnyEvent = {
  type: 'xstate.done.actor.0.room.watching',
  output: Result.succeed({ broadcastId: '100', paused: false }),
}
export const DRAINED: AnyEvent = {
  type: 'xstate.done.actor.0.room.draining',
  output: Result.succeed(undefined),
}
const ARCHIVE = 'xstate.done.actor.0.room.archiving.writing'
export const ARCHIVED: AnyEvent = { type: ARCHIVE, output: Result.succeed({ noted: 0 }) }
export const NOT_ARCHIVED: AnyEvent = { type: ARCHIVE, output: Result.fail({ message: 'full: disk' }) }

/** Every event the machine knows, by the name its row has in the table. */
export const EVENTS: Readonly<Record<string, AnyEvent>> = {
  'room.start': { type: 'room.start' },
  'room.stop': { type: 'room.stop', ...heard },
  'room.end_session': { type: 'room.end_session', ...heard },
  'room.enable': { type: 'room.enable', cooldown: null },
  'room.disable': { type: 'room.disable', ...heard },
  'room.release': { type: 'room.release', cooldown: null },
  'room.retry_archive': { type: 'room.retry_archive' },
  'settings.changed': { type: 'settings.changed', times: { ...TIMES, cooldownMs: 1 } },
  'link.attempting': { type: 'link.attempting', attempt: 3 },
  'link.opened': { type: 'link.opened', session: { ...SESSION, no: 8 } },
  'link.connected': { type: 'link.connected' },
  'link.refused': { type: 'link.refused', at: 5_000, detail: 'network: no' },
  'link.lost': { type: 'link.lost', at: 5_000, cause: 'disconnected', detail: 'gone' },
  'link.offline': { type: 'link.offline', ...heard },
  'link.given_up': { type: 'link.given_up', at: 5_000, detail: 'age_restricted' },
  'link.broadcast_changed': { type: 'link.broadcast_changed', ...heard },
  'stream.paused': { type: 'stream.paused' },
  'stream.unpaused': { type: 'stream.unpaused' },
  'stream.ended': { type: 'stream.ended', ...heard },
  'stream.suspended': { type: 'stream.suspended', ...heard },
  'session.counted': { type: 'session.counted', counters: { ...NO_COUNTERS, events: 9 } },
  'found live': FOUND,
  drained: DRAINED,
  archived: ARCHIVED,
  'not archived': NOT_ARCHIVED,
  'after resumeWindow': { type: 'xstate.after.resumeWindow.room.live.reconnecting' },
  'after drainLimit': { type: 'xstate.after.drainLimit.room.draining' },
  'after archiveRetry': { type: 'xstate.after.archiveRetry.room.archiving.waiting' },
  'after cooldown': { type: 'xstate.after.cooldown.room.cooldown' },
}

const opened: AnyEvent = { type: 'link.opened', session: SESSION }
const receiving = steps(begin(), FOUND, opened, { type: 'link.connected' })
const draining = step(receiving, { type: 'stream.ended', ...heard })

/** Every place it can rest in; `connecting` twice, because a session may be open there or not. */
export const PLACES: Readonly<Record<string, Snapshot>> = {
  off: begin({ monitor: false }),
  watching: begin(),
  connecting: step(begin(), FOUND),
  'connecting, open': steps(begin(), FOUND, opened),
  'live.receiving': receiving,
  'live.paused': step(receiving, { type: 'stream.paused' }),
  'live.reconnecting': step(receiving, { type: 'link.lost', at: 3_000, cause: 'disconnected', detail: 'x' }),
  draining,
  'archiving.writing': step(draining, DRAINED),
  'archiving.waiting': steps(draining, DRAINED, NOT_ARCHIVED),
  cooldown: begin({ cooldown: { ms: 5_000, reason: 'stream_end' } }),
  quarantined: begin({ quarantined: true }),
}

/** Where the event leads: a state, `=` when something else is remembered, `·` when it is ignored. */
export const answer = (place: Snapshot, event: AnyEvent): string => {
  const [next, actions] = transition(roomMachine, place, event as RoomEvent)
  if (stateOf(next) !== stateOf(place)) return stateOf(next)
  if (actions.length > 0) return '='
  const before: Readonly<Record<string, unknown>> = { ...place.context }
  return Object.entries(next.context).some(([key, value]) => before[key] !== value) ? '=' : '·'
}
