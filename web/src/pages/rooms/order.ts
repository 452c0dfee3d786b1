// Which rooms are shown, and in which order: pure. What needs somebody comes first: live, then trouble, then rooms
// near the hour at which they are used to go live, then the rest.

import type { Room } from '../../api/types.ts'

export const GROUPS = ['live', 'trouble', 'soon', 'watching', 'resting', 'off'] as const
export type Group = (typeof GROUPS)[number]

export const SHOWN = ['all', 'live', 'trouble', 'watching', 'resting', 'off'] as const
export type Shown = (typeof SHOWN)[number]

export const SORTS = ['attention', 'handle', 'since', 'viewers', 'rate', 'gifts'] as const
export type SortBy = (typeof SORTS)[number]

const HOURS = 24

/** Whether the room is used to go live in this hour or the next. */
export const isNearItsHour = ({ habitualHoursUtc = [] }: Room, now: number): boolean => {
  // At every hour is at none.
  if (habitualHoursUtc.length === 0 || habitualHoursUtc.length > HOURS / 2) return false
  const hour = Math.floor(now / 3_600_000) % HOURS
  return habitualHoursUtc.includes(hour) || habitualHoursUtc.includes((hour + 1) % HOURS)
}

/** Whether something is wrong that a person should know of, although nobody may have to act. */
export const isInTrouble = ({ state, lastLook }: Room): boolean =>
  state === 'quarantined' ||
  state === 'archiving.waiting' ||
  (state === 'watching' && lastLook?.answer === 'unknown')

export const groupOf = (room: Room, now: number): Group => {
  const { state } = room
  if (state.startsWith('live.') || state === 'connecting') return 'live'
  if (isInTrouble(room)) return 'trouble'
  if (state === 'off') return 'off'
  if (state === 'watching') return isNearItsHour(room, now) ? 'soon' : 'watching'
  return 'resting'
}

export const matches = (room: Room, text: string): boolean => {
  const wanted = text.trim().replace(/^@/, '').toLowerCase()
  return (
    wanted === '' ||
    room.handle.includes(wanted) ||
    (room.displayName?.toLowerCase().includes(wanted) ?? false) ||
    room.id === wanted
  )
}

const shows = (shown: Shown, group: Group): boolean =>
  shown === 'all' || shown === group || (shown === 'watching' && group === 'soon')

const byHandle = (a: Room, b: Room): number => (a.handle < b.handle ? -1 : a.handle > b.handle ? 1 : 0)

/** Larger is first. */
const weight: Readonly<Record<Exclude<SortBy, 'attention' | 'handle'>, (room: Room) => number>> = {
  since: ({ since }) => since,
  viewers: ({ session }) => session?.counters.viewersLast ?? -1,
  rate: ({ session }) => session?.eventsPerSecond ?? -1,
  gifts: ({ session }) => session?.counters.giftValue ?? -1,
}

const compare = (sort: SortBy): ((a: Room, b: Room) => number) => {
  if (sort === 'handle') return byHandle
  // Among live rooms the one that went live last is first; it does not move while it is live.
  const of = sort === 'attention' ? (room: Room) => room.session?.openedAt ?? 0 : weight[sort]
  return (a, b) => of(b) - of(a) || byHandle(a, b)
}

export interface Asked {
  readonly text: string
  readonly shown: Shown
  readonly sort: SortBy
  /** The other way round: Z first, or the smallest. */
  readonly reversed: boolean
}

export interface Section {
  /** Null when the order goes through all of them. */
  readonly group: Group | null
  readonly ids: readonly string[]
}

/** The rooms to show, in sections when they are ordered by what needs somebody. */
export const arrange = (
  rooms: readonly Room[],
  { text, shown, sort, reversed }: Asked,
  now: number,
): Section[] => {
  const found = rooms
    .map((room) => ({ room, group: groupOf(room, now) }))
    .filter(({ room, group }) => shows(shown, group) && matches(room, text))
    .toSorted((a, b) => compare(sort)(a.room, b.room))
  if (sort !== 'attention') {
    const ids = found.map(({ room }) => room.id)
    return ids.length === 0 ? [] : [{ group: null, ids: reversed ? ids.toReversed() : ids }]
  }
  return GROUPS.map((group) => ({
    group,
    ids: found.filter((one) => one.group === group).map(({ room }) => room.id),
  })).filter(({ ids }) => ids.length > 0)
}

/** How many rooms each filter would show. */
export const countsOf = (rooms: readonly Room[], now: number): Readonly<Record<Shown, number>> => {
  const counts: Record<Shown, number> = {
    all: rooms.length,
    live: 0,
    trouble: 0,
    watching: 0,
    resting: 0,
    off: 0,
  }
  for (const room of rooms) {
    const group = groupOf(room, now)
    counts[group === 'soon' ? 'watching' : group] += 1
  }
  return counts
}
