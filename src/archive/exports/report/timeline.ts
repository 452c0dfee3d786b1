// What happened to the session, in order, from what is kept with it.

import type { EndReason } from '../../../domain/reasons.ts'
import { lasting, sentenceOf } from '../interruptions.ts'
import type { Gathered } from './gathering.ts'

export interface Happening {
  /** Milliseconds since the session's start. */
  readonly at: number
  readonly what: string
}

const REASONS: Readonly<Record<EndReason, string>> = {
  stream_end: 'the creator ended the broadcast',
  stream_suspended: 'TikTok suspended the broadcast',
  heartbeat_offline: 'TikTok said that the room was offline',
  room_offline: 'the room was offline',
  disconnected: 'the connection was lost and did not come back in time',
  manual_stop: 'recording was stopped by hand',
  manual_end_session: 'the session was ended by hand',
  broadcast_changed: 'another broadcast began',
  monitor_disabled: 'the room was no longer watched',
  connect_failed: 'no connection could be made',
  actor_failed: 'the recorder failed',
  shutdown: 'the recorder was stopped',
  process_crash: 'the recorder crashed',
}

export const reasonOf = (reason: string | null): string =>
  reason !== null && reason in REASONS ? REASONS[reason as EndReason] : 'the reason is not known'

const SHOWN_MAX = 300

const attemptOf = ({ outcome, durationMs, errorClass, trigger }: Gathered['attempts'][number]): string => {
  if (outcome === 'done') return `Archived in ${lasting(durationMs)}`
  if (outcome === 'noop') return `Came later and changed nothing: ${reasonOf(trigger)}`
  return `Archiving failed after ${lasting(durationMs)}${errorClass === null ? '' : ` (${errorClass})`} and was tried again`
}

/** In the order of time; `more` are left out after the first few hundred. */
export const timelineOf = ({
  plan,
  row,
  last,
  attempts,
  interruptions,
}: Gathered): { readonly entries: readonly Happening[]; readonly more: number } => {
  const since = (at: number): number => at - plan.openedAt
  const parts = plan.stretches.length
  const all: readonly Happening[] = [
    { at: 0, what: parts === 1 ? 'Recording began' : `Recording began, the first of ${parts} parts` },
    ...interruptions.map((one) => ({ at: one.from, what: sentenceOf(one) })),
    ...(last.endedAt === null
      ? []
      : [{ at: since(last.endedAt), what: `It ended: ${reasonOf(last.endReason)}` }]),
    ...attempts.map((one) => ({ at: since(one.finishedAt), what: attemptOf(one) })),
    ...(row.prunedAt === null ? [] : [{ at: since(row.prunedAt), what: 'Retention removed its events' }]),
  ]
  const entries = all.toSorted((a, b) => a.at - b.at)
  return { entries: entries.slice(0, SHOWN_MAX), more: Math.max(entries.length - SHOWN_MAX, 0) }
}
