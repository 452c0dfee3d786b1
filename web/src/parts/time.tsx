// Moments and durations. Moments are in the viewer's zone with UTC in the tooltip; durations count by themselves, all
// by the one clock.

import { now } from '../state/clock.ts'
import { durationText, isoDuration, leftText, timeText, utcText } from './figures.ts'

export const Time = ({ at }: { readonly at: number | null | undefined }) =>
  at === null || at === undefined ? (
    <span class="faint">–</span>
  ) : (
    <time dateTime={new Date(at).toISOString()} title={utcText(at)}>
      {timeText(at, now.value)}
    </time>
  )

/** Between `from` and `to`; it counts when there is no `to`. */
export const Duration = ({
  from,
  to,
}: {
  readonly from: number
  readonly to?: number | null | undefined
}) => {
  const ms = (to ?? now.value) - from
  return (
    <time class="duration" dateTime={isoDuration(ms)} title={utcText(from)}>
      {durationText(ms)}
    </time>
  )
}

/** A duration that is known. */
export const Lasting = ({ ms }: { readonly ms: number | null | undefined }) =>
  ms === null || ms === undefined ? (
    <span class="faint">–</span>
  ) : (
    <time class="duration" dateTime={isoDuration(ms)}>
      {durationText(ms)}
    </time>
  )

/** What is left until then, counting down to nothing. */
export const Left = ({ until }: { readonly until: number }) => {
  const ms = until - now.value
  return (
    <time class="duration" dateTime={isoDuration(ms)} title={utcText(until)}>
      {leftText(ms)}
    </time>
  )
}
