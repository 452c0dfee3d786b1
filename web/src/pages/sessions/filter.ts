// Which sessions are asked for: what stands in the address of the page, and what the API is asked. Pure.

export interface SessionFilter {
  /** A handle, a room's id, or TikTok's number of a broadcast. */
  readonly text: string
  readonly state: 'all' | 'open' | 'archived'
  /** One reason, or a group of them. */
  readonly reason: string
  /** Local dates, `2026-11-22`, both inclusive. */
  readonly from: string
  readonly to: string
  readonly merged: boolean
}

export const NO_FILTER: SessionFilter = {
  text: '',
  state: 'all',
  reason: '',
  from: '',
  to: '',
  merged: false,
}

/** Groups of reasons, for people who do not know thirteen words. */
export const REASON_GROUPS = {
  natural: ['stream_end', 'broadcast_changed', 'heartbeat_offline', 'room_offline'],
  wanted: ['manual_stop', 'manual_end_session', 'monitor_disabled'],
  trouble: [
    'stream_suspended',
    'disconnected',
    'connect_failed',
    'actor_failed',
    'shutdown',
    'process_crash',
  ],
} as const
export type ReasonGroup = keyof typeof REASON_GROUPS

const isGroup = (reason: string): reason is ReasonGroup => reason in REASON_GROUPS

const DATE = /^\d{4}-\d{2}-\d{2}$/
const dateIn = (text: string | null): string => (text !== null && DATE.test(text) ? text : '')

export const filterIn = (query: URLSearchParams): SessionFilter => {
  const state = query.get('state')
  return {
    text: query.get('room') ?? query.get('q') ?? '',
    state: state === 'open' || state === 'archived' ? state : 'all',
    reason: query.get('reason') ?? '',
    from: dateIn(query.get('from')),
    to: dateIn(query.get('to')),
    merged: query.get('merged') === 'true',
  }
}

/** For the address; null takes a name away. */
export const queryOf = (filter: SessionFilter): Readonly<Record<string, string | null>> => ({
  room: null,
  q: filter.text.trim() === '' ? null : filter.text.trim(),
  state: filter.state === 'all' ? null : filter.state,
  reason: filter.reason === '' ? null : filter.reason,
  from: filter.from === '' ? null : filter.from,
  to: filter.to === '' ? null : filter.to,
  merged: filter.merged ? 'true' : null,
})

export const isFiltering = (filter: SessionFilter): boolean =>
  Object.values(queryOf(filter)).some((value) => value !== null)

/** A session's own id leads to its page at once. */
export const sessionIdIn = (text: string): string | null => /^s[1-9]\d{0,11}$/.exec(text.trim())?.[0] ?? null

/** Midnight of the viewer's day; of the day after with `days` 1. */
const midnight = (date: string, days: number): number | undefined => {
  if (date === '') return undefined
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return new Date(year, month - 1, day + days).getTime()
}

const BROADCAST = /^\d{10,20}$/

/** What the API is asked. */
export const askedOf = (
  filter: SessionFilter,
): Readonly<Record<string, string | number | boolean | undefined>> => {
  const text = filter.text.trim()
  const isBroadcast = BROADCAST.test(text)
  const link = /tiktok\.com\/@([^/?#]+)/i.exec(text)?.[1]
  return {
    room: text === '' || isBroadcast ? undefined : (link ?? text).replace(/^@/, ''),
    broadcastId: isBroadcast ? text : undefined,
    open: filter.state === 'all' ? undefined : String(filter.state === 'open'),
    reason:
      filter.reason === ''
        ? undefined
        : isGroup(filter.reason)
          ? REASON_GROUPS[filter.reason].join(',')
          : filter.reason,
    from: midnight(filter.from, 0),
    to: midnight(filter.to, 1),
    merged: filter.merged ? 'true' : undefined,
  }
}
