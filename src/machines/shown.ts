// What of a machine's memory and of its events may be seen by people: a list of names for each machine, so that a
// field that is added later is not shown before somebody has said that it may be. No secret is ever in a machine.

import type { OpenSession } from '../domain/session.ts'
import type { EgressContext } from './egress-events.ts'
import type { OutboundContext } from './outbound.machine.ts'
import type { RoomContext } from './room-events.ts'

const ROOM: readonly (keyof RoomContext)[] = [
  'monitor',
  'quarantined',
  'cooldown',
  'urgent',
  'session',
  'broadcastId',
  'fallback',
  'windowMs',
  'heardAt',
  'connected',
  'everConnected',
  'paused',
  'end',
  'secondary',
  'stopped',
  'attempt',
  'archiveAttempt',
  'lastError',
  'lastSessionNo',
]

const EGRESS: readonly (keyof EgressContext)[] = [
  'generation',
  'attempt',
  'attemptsMax',
  'failures',
  'refusals',
  'overQuota',
  'errorCode',
  'wait',
  'egressId',
  'liveSince',
  'wanted',
]

const OUTBOUND: readonly (keyof OutboundContext)[] = ['egresses', 'troubled']

const FIELDS: Readonly<Record<string, readonly string[]>> = { room: ROOM, egress: EGRESS, outbound: OUTBOUND }

/** Fields of events that are shown, whatever the machine. */
const OF_EVENTS: readonly string[] = [
  'at',
  'attempt',
  'cause',
  'code',
  'cooldown',
  'detail',
  'egressId',
  'force',
  'generation',
  'platform',
  'session',
  'state',
  'wait',
]

/** Of an open session people are told its number and its state, as in answers; the rest is bookkeeping. */
const OF_SESSION: readonly (keyof OpenSession)[] = ['no', 'broadcastId', 'openedAt', 'ending']

const TEXT_MAX = 200
const LIST_MAX = 8
const DEPTH_MAX = 3

/** A value as it is shown: short, shallow, plain JSON. */
const plain = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null || depth === DEPTH_MAX) return null
  if (Array.isArray(value)) return value.slice(0, LIST_MAX).map((one: unknown) => plain(one, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one, depth + 1)]))
}

/** What is shown of an object: machines replace what they change, so it is made once, however many entries have it. */
const made = new WeakMap<object, unknown>()

const shownAs = (name: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return plain(value)
  const known = made.get(value)
  if (known !== undefined) return known
  const shown = plain(
    name === 'session'
      ? Object.fromEntries(OF_SESSION.map((field) => [field, Reflect.get(value, field)]))
      : value,
  )
  made.set(value, shown)
  return shown
}

export type Fields = Readonly<Record<string, unknown>>

/** One field that changed: its name, what it was, what it is. */
export type Change = readonly [field: string, before: unknown, after: unknown]

/** All that may be seen of what an actor of this machine remembers. */
export const shownContext = (machine: string, context: Fields): Fields =>
  Object.fromEntries((FIELDS[machine] ?? []).map((name) => [name, shownAs(name, context[name])]))

/** What may be seen of an event besides its name; null when that is nothing. */
export const shownEvent = (event: Fields): Fields | null => {
  let shown: Record<string, unknown> | null = null
  for (const name of OF_EVENTS) {
    if (event[name] !== undefined) (shown ??= {})[name] = shownAs(name, event[name])
  }
  return shown
}

/** What changed of what may be seen. Machines replace what they change, so what is the same object is the same. */
export const changesOf = (machine: string, before: Fields, after: Fields): readonly Change[] => {
  const changes: Change[] = []
  if (before === after) return changes
  for (const name of FIELDS[machine] ?? []) {
    if (before[name] === after[name]) continue
    const change = [name, shownAs(name, before[name]), shownAs(name, after[name])] as const
    if (typeof change[1] !== 'object' || typeof change[2] !== 'object') changes.push(change)
    else if (JSON.stringify(change[1]) !== JSON.stringify(change[2])) changes.push(change)
  }
  return changes
}
