// What the palette offers for what was typed: pure. A verb narrows it to that command; a handle alone offers the room
// and what it would take now; anything else is looked for in pages and settings.

import type { Room } from '../api/types.ts'
import { startsAnyway } from '../state/room-commands.ts'
import { VERBS, type Verb } from '../words/palette.ts'

export type RoomVerb = Exclude<Verb, 'session' | 'open' | 'goLive' | 'offAir'>

export type Entry =
  | { readonly kind: 'command'; readonly verb: RoomVerb; readonly room: Room }
  | { readonly kind: 'open' | 'lanes' | 'goLive' | 'offAir' | 'lastSession'; readonly room: Room }
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'page'; readonly page: string; readonly name: string }
  | { readonly kind: 'setting'; readonly setting: string; readonly name: string }

export interface Typed {
  readonly verb: Verb | null
  /** What stands after the verb, without its `@`. */
  readonly rest: string
}

const verbs: readonly (readonly [word: string, verb: Verb])[] = Object.entries(VERBS)
  .flatMap(([verb, words]) => words.map((word) => [word, verb as Verb] as const))
  .toSorted(([a], [b]) => b.length - a.length)

/** A Chinese verb needs no space after it. */
const isVerb = (text: string, word: string): boolean =>
  text === word ||
  text.startsWith(`${word} `) ||
  text.startsWith(`${word}@`) ||
  (/^\P{ASCII}/u.test(word) && text.startsWith(word))

export const readTyped = (typed: string): Typed => {
  const text = typed
    .trim()
    .toLowerCase()
    .replace(/^[/>]\s*/, '')
    .replace(/\s+/g, ' ')
  const found = verbs.find(([word]) => isVerb(text, word))
  const rest = found === undefined ? text : text.slice(found[0].length)
  return { verb: found?.[1] ?? null, rest: rest.trim().replace(/^@/, '') }
}

/** 0 is best; null does not fit. */
export const fits = (text: string, wanted: string): number | null => {
  if (wanted === '') return 3
  const lower = text.toLowerCase()
  if (lower === wanted) return 0
  if (lower.startsWith(wanted)) return 1
  return lower.includes(wanted) ? 2 : null
}

const roomsFor = (rooms: readonly Room[], wanted: string): readonly Room[] =>
  rooms
    .flatMap((room) => {
      const by = [fits(room.handle, wanted), fits(room.displayName ?? '', wanted)].filter(
        (one) => one !== null,
      )
      return by.length === 0 ? [] : [{ room, rank: Math.min(...by) }]
    })
    .toSorted(
      (a, b) =>
        a.rank - b.rank ||
        Number(b.room.session !== null) - Number(a.room.session !== null) ||
        (a.room.handle < b.room.handle ? -1 : 1),
    )
    .map(({ room }) => room)

const takes = (room: Room, verb: RoomVerb): boolean => {
  if (verb === 'watch') return !room.monitor
  if (verb === 'unwatch') return room.monitor
  if (verb === 'start') return room.allowed.some((one) => one.startsWith('start'))
  return room.allowed.includes(verb)
}

const DIRECT: readonly RoomVerb[] = ['stop', 'start', 'end-session', 'release']

const offers = (room: Room): readonly Entry[] => [
  { kind: 'open', room },
  ...DIRECT.filter((verb) => takes(room, verb)).map((verb) => ({ kind: 'command', verb, room }) as const),
  { kind: 'lanes', room },
  ...(room.lastSessionId === null ? [] : [{ kind: 'lastSession', room } as const]),
]

export interface Known {
  readonly rooms: readonly Room[]
  /** Pages and settings by the name they are shown with. */
  readonly places: readonly (Entry & { readonly name: string })[]
}

/** A start over somebody's stop says so. */
export const saidOf = ({ verb, room }: Extract<Entry, { kind: 'command' }>): RoomVerb | 'startAnyway' =>
  verb === 'start' && startsAnyway(room) ? 'startAnyway' : verb

/** The same key: the same command to the same. */
export const keyOf = (entry: Entry): string => {
  switch (entry.kind) {
    case 'command':
      return `${saidOf(entry)} ${entry.room.id}`
    case 'session':
      return `session ${entry.id}`
    case 'page':
      return `page ${entry.page}`
    case 'setting':
      return `setting ${entry.setting}`
    default:
      return `${entry.kind} ${entry.room.id}`
  }
}

const SHOWN = 30
/** Of several rooms only the first few say all they would take. */
const IN_FULL = 2

const sessionsFor = (rooms: readonly Room[], rest: string): readonly Entry[] => {
  const id = /^s?(\d{1,12})$/.exec(rest)?.[1]
  const exact: readonly Entry[] = id === undefined ? [] : [{ kind: 'session', id: `s${id}` }]
  const last = roomsFor(rooms, rest).filter(
    ({ lastSessionId, session }) => lastSessionId !== null || session !== null,
  )
  return [...exact, ...last.map((room) => ({ kind: 'lastSession', room }) as const)]
}

export const entriesFor = (typed: string, { rooms, places }: Known): readonly Entry[] => {
  const { verb, rest } = readTyped(typed)
  const found = roomsFor(rooms, rest)
  const named = places.filter(
    ({ name }) => fits(name, readTyped(typed).verb === null ? rest : typed.trim().toLowerCase()) !== null,
  )
  switch (verb) {
    case null: {
      if (rest === '')
        return [...places, ...found.slice(0, 8).map((room) => ({ kind: 'open', room }) as const)].slice(
          0,
          SHOWN,
        )
      const session = /^s\d{1,12}$/.test(rest) ? [{ kind: 'session', id: rest } as const] : []
      const full = found.slice(0, IN_FULL).flatMap(offers)
      const brief = found.slice(IN_FULL).map((room) => ({ kind: 'open', room }) as const)
      return [...session, ...full, ...named, ...brief].slice(0, SHOWN)
    }
    case 'session':
      return [...sessionsFor(rooms, rest), ...named].slice(0, SHOWN)
    case 'open':
    case 'goLive':
    case 'offAir':
      return [...found.map((room) => ({ kind: verb, room }) as const), ...named].slice(0, SHOWN)
    default:
      return [
        ...found
          .filter((room) => takes(room, verb))
          .map((room) => ({ kind: 'command', verb, room }) as const),
        ...named,
      ].slice(0, SHOWN)
  }
}

/**
 * What is shown stands while nothing else is typed, though the rooms go on: nothing comes to lie under a key or a
 * pointer that was meant for another. What is new follows at the end; what is no longer taken is refused by the server.
 */
export const standing = (shown: readonly Entry[], found: readonly Entry[]): readonly Entry[] => {
  const known = new Set(shown.map(keyOf))
  return [...shown, ...found.filter((entry) => !known.has(keyOf(entry)))].slice(0, SHOWN)
}
