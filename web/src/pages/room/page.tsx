// One room: what it does now and why, the feed and the numbers of what it records, its timeline, and what it recorded
// before.

import type { Signal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import type { Room } from '../../api/types.ts'
import { go, route } from '../../router.tsx'
import { now } from '../../state/clock.ts'
import { useNamedRoom } from '../../state/named-room.ts'
import { loadRooms, roomsLoaded, roomsProblem } from '../../state/rooms.ts'
import { t } from '../../words/room.ts'
import { SessionBody, useLiveFeed, useMinutes } from '../session/body.tsx'
import type { Minute } from '../session/shapes.ts'
import { useStats } from '../session/stats.ts'
import { wholeOf } from '../session/time-axis.ts'
import { Totals } from '../session/totals.tsx'
import { DiagnosisPanel } from './diagnosis.tsx'
import { Head, Removing, useDialog, type RoomDialog } from './head.tsx'
import { MergingRooms, MergingSessions } from './merge.tsx'
import { PastSessions } from './past-sessions.tsx'
import { Renaming } from './rename.tsx'
import { RoomTape } from './room-tape.tsx'
import { RoomSettings } from './settings.tsx'
import '../session/page.css'
import './page.css'

const NO_MINUTES: readonly Minute[] = []

/** What is being recorded; it stays the same while the session does. */
const Recording = ({
  room,
  session,
}: {
  readonly room: Room
  readonly session: NonNullable<Room['session']>
}) => {
  const { id, counters } = session
  const live = useLiveFeed(id, true)
  const numbers = useStats(id, null, { isOpen: true })
  const minutes = useMinutes(numbers.stats, live)
  const whole = wholeOf(session.openedAt, null, now.value)
  // On a stretch of the tape the session's own page goes on.
  const onSpan = ({ from, to }: { readonly from: number; readonly to: number }): void =>
    go(`/sessions/${id}?from=${Math.round(from)}&to=${Math.round(to)}`)
  return (
    <>
      <Totals
        counters={counters}
        stats={numbers.stats}
        viewers={live?.minutes.viewers ?? counters.viewersLast}
        rate={session.eventsPerSecond}
        queued={session.queuedFrames}
      />
      <SessionBody
        sessionId={id}
        live={live}
        whole={whole}
        span={null}
        onSpan={onSpan}
        minutes={minutes}
        numbers={numbers}
      />
      <RoomTape room={room} minutes={minutes} />
    </>
  )
}

const Dialogs = ({ room, dialog }: { readonly room: Room; readonly dialog: Signal<RoomDialog> }) => {
  const mergeInto = useSignal<string | null>(null)
  const close = (): void => {
    dialog.value = null
    mergeInto.value = null
  }
  switch (dialog.value) {
    case 'settings':
      return <RoomSettings room={room} onClose={close} />
    case 'rename':
      return (
        <Renaming
          room={room}
          onClose={close}
          onMerge={(into) => {
            mergeInto.value = into
            dialog.value = 'merge'
          }}
        />
      )
    case 'merge':
      return <MergingRooms room={room} first={mergeInto.value} onClose={close} />
    case 'merge_sessions':
      return <MergingSessions room={room} onClose={close} />
    case 'remove':
      return <Removing room={room} onClose={close} />
    case null:
      return null
  }
}

const Shown = ({ room }: { readonly room: Room }) => {
  const dialog = useDialog()
  const { session } = room
  return (
    <div class="stack room-page">
      <Head room={room} dialog={dialog} />
      <ProblemNote problem={roomsProblem.value} stale onRetry={loadRooms} />
      {session === null && <DiagnosisPanel room={room} />}
      {session === null ? (
        <RoomTape room={room} minutes={NO_MINUTES} />
      ) : (
        <Recording key={session.id} room={room} session={session} />
      )}
      {session !== null && <DiagnosisPanel room={room} />}
      <PastSessions room={room} />
      <Dialogs room={room} dialog={dialog} />
    </div>
  )
}

export default function RoomPage() {
  const name = route.value.params.room ?? ''
  const room = useNamedRoom('rooms', name)
  if (room !== undefined) return <Shown key={room.id} room={room} />
  return (
    <div class="stack">
      <h1 class={roomsLoaded.value ? 'unseen' : ''}>
        {t('room')} {name}
      </h1>
      {roomsLoaded.value ? (
        <Empty icon="rooms" title={t('unknown')} action={<a href="/rooms">{t('allRooms')}</a>}>
          {t('unknownSays')}
        </Empty>
      ) : roomsProblem.value === null ? (
        <Skeleton lines={12} />
      ) : (
        <ProblemNote problem={roomsProblem.value} onRetry={loadRooms} />
      )}
    </div>
  )
}
