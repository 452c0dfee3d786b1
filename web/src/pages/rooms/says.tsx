// What a room says of itself in the list: beside its chip how long, and what it waits for with its countdown.

import type { ComponentChildren } from 'preact'
import type { Room } from '../../api/types.ts'
import { leftText } from '../../parts/figures.ts'
import { Stranger } from '../../parts/stranger.tsx'
import { Duration, Left } from '../../parts/time.tsx'
import { now } from '../../state/clock.ts'
import { language } from '../../state/preferences.ts'
import { t } from '../../words/rooms.ts'

/** Since when it has been so; a session counts from its beginning, because that is what is asked for. */
export const HowLong = ({ room }: { readonly room: Room }) => {
  const from =
    room.session !== null && room.state.startsWith('live.') && room.state !== 'live.paused'
      ? room.session.openedAt
      : room.since
  return <Duration from={from} />
}

/** `19:00, 20:00` in the viewer's zone, at most three. */
export const hoursText = (hoursUtc: readonly number[], at: number): string => {
  const day = Math.floor(at / 86_400_000) * 86_400_000
  const format = new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : 'en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return hoursUtc
    .slice(0, 3)
    .map((hour) => format.format(day + hour * 3_600_000))
    .join(', ')
}

/** A countdown with its words; once it is over, what happens then. */
const Countdown = ({
  words,
  until,
  over,
}: {
  readonly words: string
  readonly until: number | null
  readonly over: string
}) => {
  if (until === null) return <>{over}</>
  // Read as one text, so that the words change when it is over.
  return leftText(until - now.value) === leftText(0) ? (
    <>{over}</>
  ) : (
    <>
      {words} <Left until={until} />
    </>
  )
}

const lookOf = (room: Room, until: number | null): ComponentChildren => {
  const hours = room.habitualHoursUtc ?? []
  const isUsual = hours.length > 0 && hours.length <= 12
  return (
    <>
      <Countdown words={t('nextLook')} until={until} over={t('looking')} />
      {isUsual && <span class="faint"> · {t('usuallyAt', { hours: hoursText(hours, now.peek()) })}</span>}
    </>
  )
}

/** Fewer frames than this are on their way at any time. */
const QUEUED_SHOWN = 200

/** One line: what happens next by itself. */
export const WaitsFor = ({ room }: { readonly room: Room }): ComponentChildren => {
  const until = room.waiting?.untilAt ?? null
  switch (room.waiting?.for ?? null) {
    case 'look':
      return lookOf(room, until)
    case 'sign_budget':
      return <Countdown words={t('signBudget')} until={until} over={t('signBudget')} />
    case 'connect':
      return <>{room.attempt > 1 ? t('attempt', { n: room.attempt }) : ''}</>
    case 'backoff':
      return (
        <>
          <Countdown words={t('nextTry')} until={until} over={t('attempt', { n: room.attempt + 1 })} />
          {room.attempt > 0 && <span class="faint"> · {t('attempt', { n: room.attempt })}</span>}
        </>
      )
    case 'resume':
      return <Countdown words={t('window')} until={until} over={t('attempt', { n: room.attempt })} />
    case 'archive_retry':
      return <>{t('archiveRetry', { n: Math.max(1, room.attempt) })}</>
    case 'cooldown':
      return until === null ? null : (
        <>
          <Left until={until} /> {t('left')}
          {room.cooldownReason === 'manual_stop' && <span class="faint"> · {t('afterStop')}</span>}
        </>
      )
    case 'release':
      return <strong>{t('needsRelease')}</strong>
    default:
      return room.session !== null && room.session.queuedFrames > QUEUED_SHOWN ? (
        <>{t('queued', { n: room.session.queuedFrames })}</>
      ) : null
  }
}

/** How long an error is worth a line after it happened, milliseconds. */
const FRESH_MS = 600_000

/** What went wrong last, while it matters. */
export const Complaint = ({ room }: { readonly room: Room }): ComponentChildren => {
  const { lastError, lastErrorAt, state, lastLook } = room
  const matters =
    state === 'quarantined' ||
    state === 'archiving.waiting' ||
    ((state === 'connecting' || state === 'live.reconnecting') &&
      lastErrorAt !== null &&
      now.value - lastErrorAt < FRESH_MS)
  if (matters && lastError !== null) return <Stranger class="complaint one-line" text={lastError} max={160} />
  if (state === 'watching' && lastLook?.answer === 'unknown') {
    const why = lastLook.sources.find(({ error }) => error !== null)?.error
    return (
      <span class="complaint one-line">
        {t('unknownLook')}
        {why ? <Stranger text={` (${why})`} max={60} /> : null}
      </span>
    )
  }
  return null
}
