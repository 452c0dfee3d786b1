// What the audit is asked for, as it stands in the address of the page. Pure.

export interface AuditRow {
  readonly seq: number
  readonly at: number
  readonly actor: string
  readonly ip: string | null
  readonly action: string
  readonly roomId: string | null
  readonly target: string | null
  readonly outcome: string
  readonly code: string | null
  readonly detail: string | null
  readonly hash: string
}

export const FILTERS = ['room', 'actor', 'action', 'outcome', 'from', 'to'] as const

export type AuditFilter = Readonly<Partial<Record<(typeof FILTERS)[number], string | number>>>

/** A local time as the field has it, in milliseconds; null when it is none. */
const timeOf = (text: string | null): number | null => {
  const at = text === null || text === '' ? Number.NaN : new Date(text).getTime()
  return Number.isFinite(at) && at >= 0 ? at : null
}

/** `roomId` finds a room by its id or handle. What is empty, or no value, is not asked for. */
export const filterOf = (query: URLSearchParams, roomId: (text: string) => string): AuditFilter => {
  const text = (name: string): string | null => {
    const value = query.get(name)?.trim() ?? ''
    return value === '' ? null : value
  }
  const room = text('room')
  const all = {
    room: room === null ? null : roomId(room),
    actor: text('actor'),
    action: text('action'),
    outcome: text('outcome'),
    from: timeOf(query.get('from')),
    to: timeOf(query.get('to')),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as AuditFilter
}
