// The tape: what happened, laid out along time. Moments that would stand on one another become one mark, stretches are
// drawn to scale, states fill the ground. Pure: places are parts of the width, from 0 to 1.

import type { Entry, Span } from './shapes.ts'
import { placeOf } from './time-axis.ts'

export type Tone = 'good' | 'bad' | 'command' | 'state' | 'plain'

const TONES: Readonly<Record<string, Tone>> = {
  'session.opened': 'good',
  'session.resumed': 'good',
  'connection.opened': 'good',
  'gap.closed': 'good',
  'storage.recovered': 'good',
  'room.released': 'command',
  'room.forced': 'command',
  'room.renamed': 'command',
  'room.changed': 'command',
  'connection.lost': 'bad',
  'connection.refused': 'bad',
  'connection.recycled': 'bad',
  'gap.opened': 'bad',
  'archive.failed': 'bad',
  'room.quarantined': 'bad',
  'storage.failed': 'bad',
  'sign.limited': 'bad',
  'session.ending': 'state',
  'session.archived': 'state',
  'room.state_changed': 'plain',
}

export const toneOf = ({ type, name }: Pick<Entry, 'type' | 'name'>): Tone => {
  if (type === 'gap') return 'bad'
  if (type === 'attempt') return name === 'failed' ? 'bad' : 'state'
  return TONES[name] ?? 'plain'
}

const RANK: readonly Tone[] = ['plain', 'state', 'command', 'good', 'bad']

export interface Mark {
  readonly place: number
  readonly tone: Tone
  /** In order; more than one where they stand too near to each other. */
  readonly entries: readonly Entry[]
}

export interface Stretch {
  readonly place: number
  readonly width: number
  readonly entry: Entry
}

export interface Ground {
  readonly place: number
  readonly width: number
  readonly state: string
}

export interface Tape {
  readonly marks: readonly Mark[]
  readonly gaps: readonly Stretch[]
  readonly pauses: readonly Stretch[]
  readonly grounds: readonly Ground[]
}

const loudest = (entries: readonly Entry[]): Tone =>
  entries.map(toneOf).reduce<Tone>((a, b) => (RANK.indexOf(b) > RANK.indexOf(a) ? b : a), 'plain')

/** Moments as marks no nearer to each other than `apart` (a part of the width). */
const marksOf = (entries: readonly Entry[], span: Span, apart: number): readonly Mark[] => {
  const groups: { place: number; entries: Entry[] }[] = []
  for (const entry of entries) {
    const place = placeOf(entry.at, span)
    const last = groups.at(-1)
    if (last !== undefined && place - last.place < apart) last.entries.push(entry)
    else groups.push({ place, entries: [entry] })
  }
  return groups.map((group) => ({ ...group, tone: loudest(group.entries) }))
}

const overlaps = ({ at, until }: Entry, { from, to }: Span): boolean => at < to && (until ?? to) > from

const stretchOf = (entry: Entry, span: Span): Stretch => {
  const place = placeOf(entry.at, span)
  return { place, width: placeOf(entry.until ?? span.to, span) - place, entry }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** The state the room was in, from change to change; before the first change it is what that one came from. */
const groundsOf = (entries: readonly Entry[], span: Span): readonly Ground[] => {
  const changes = entries.filter(({ name }) => name === 'room.state_changed')
  const first = textOf(changes[0]?.body?.['from'])
  const added = entries.find(({ name }) => name === 'room.added')?.at ?? span.from
  const states = [
    ...(first === null ? [] : [{ at: Math.max(span.from, added), state: first }]),
    ...changes.flatMap(({ at, body }) => {
      const state = textOf(body?.['to'])
      return state === null ? [] : [{ at, state }]
    }),
  ]
  return states
    .map(({ at, state }, index) => {
      const place = placeOf(at, span)
      return { place, width: placeOf(states[index + 1]?.at ?? span.to, span) - place, state }
    })
    .filter(({ width }) => width > 0)
}

export const tapeOf = (entries: readonly Entry[], span: Span, apart: number): Tape => {
  const sorted = entries.toSorted((a, b) => a.at - b.at)
  const moments = sorted.filter(
    ({ type, at }) => (type === 'fact' || type === 'attempt') && at >= span.from && at <= span.to,
  )
  const stretches = (type: Entry['type']) =>
    sorted
      .filter((entry) => entry.type === type && overlaps(entry, span))
      .map((entry) => stretchOf(entry, span))
  return {
    marks: marksOf(moments, span, apart),
    gaps: stretches('gap'),
    pauses: stretches('pause'),
    grounds: groundsOf(sorted, span),
  }
}

/** The room's state right after an entry: what the last change up to it led to. */
export const stateAt = (entries: readonly Entry[], at: number): string | null => {
  const before = entries.filter((entry) => entry.name === 'room.state_changed' && entry.at <= at)
  return textOf(before.at(-1)?.body?.['to'])
}

/** This entry among others, which hold other objects for the same things when they were read anew. */
export const sameIn = (entries: readonly Entry[], one: Entry): Entry | undefined =>
  entries.includes(one)
    ? one
    : entries.find(
        ({ at, name, type, sessionId }) =>
          at === one.at && name === one.name && type === one.type && sessionId === one.sessionId,
      )

/** Which mark has the focus after a key; null when the key is for something else. */
export const nextMark = (key: string, index: number, count: number): number | null => {
  if (count === 0) return null
  if (key === 'ArrowRight') return Math.min(count - 1, index + 1)
  if (key === 'ArrowLeft') return Math.max(0, index - 1)
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return null
}

const OPENING: Readonly<Record<string, readonly [type: 'gap' | 'pause', closing: string]>> = {
  'gap.opened': ['gap', 'gap.closed'],
  'session.paused': ['pause', 'session.unpaused'],
}

/** Facts of a room in order, with the gaps and pauses that they tell of as stretches. An archive closes what is open. */
export const withStretches = (facts: readonly Entry[]): readonly Entry[] => {
  const sorted = facts.toSorted((a, b) => a.at - b.at)
  const stretches = sorted.flatMap((fact, index): readonly Entry[] => {
    const opening = OPENING[fact.name]
    if (opening === undefined) return []
    const [type, closing] = opening
    const end = sorted
      .slice(index + 1)
      .find(
        ({ name, sessionId }) =>
          sessionId === fact.sessionId && (name === closing || name === 'session.archived'),
      )
    const name = type === 'gap' ? (textOf(fact.body?.['cause']) ?? 'disconnected') : 'pause'
    return [
      { ...fact, type, name, until: end?.at ?? null, detail: textOf(fact.body?.['detail']), body: null },
    ]
  })
  return [...sorted, ...stretches]
}
