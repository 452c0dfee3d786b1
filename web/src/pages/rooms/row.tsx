// One room in the list. It draws again when this room changes and not when another does.

import type { Signal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'
import type { Room } from '../../api/types.ts'
import { numberText, rateText, shortText } from '../../parts/figures.ts'
import { Sparkline } from '../../parts/sparkline.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { useNear } from '../../parts/near.ts'
import { ratesOf } from '../../state/rates.ts'
import { t } from '../../words/rooms.ts'
import { states } from '../../words/states.ts'
import { sayOr } from '../../words/words.ts'
import { RoomCommands } from './commands.tsx'
import { Complaint, HowLong, WaitsFor } from './says.tsx'
import { active, askRemoval, selected, toggle } from './selection.ts'

interface Drawn {
  readonly room: Room
  readonly isActive: boolean
  readonly isSelected: boolean
}

const NO_VALUES: readonly number[] = []

const Figures = ({ room }: { readonly room: Room }) => {
  const rates = ratesOf(room.id).value
  const { session } = room
  if (session === null && rates === null) {
    return (
      <>
        <div role="gridcell" class="room-figure" />
        <div role="gridcell" class="room-figure" />
      </>
    )
  }
  return (
    <>
      <div role="gridcell" class="room-figure" data-label={t('viewers')}>
        <Sparkline
          name={t('viewers')}
          values={rates?.viewers ?? NO_VALUES}
          width={72}
          tone={session === null ? 'plain' : 'accent'}
        />
        <span class="room-number">{session === null ? '–' : shortText(session.counters.viewersLast)}</span>
      </div>
      <div role="gridcell" class="room-figure" data-label={t('rate')}>
        <Sparkline name={t('rate')} values={rates?.eventsPerSecond ?? NO_VALUES} width={72} isRate />
        <span class="room-number">{session === null ? '–' : rateText(session.eventsPerSecond)}</span>
      </div>
    </>
  )
}

const Gifts = ({ room: { session } }: { readonly room: Room }) => {
  const value = session?.counters.giftValue ?? 0
  return (
    <div role="gridcell" class="room-gifts" data-label={t('gifts')}>
      {value > 0 && (
        <span title={t('diamonds', { n: numberText(value) })}>
          {shortText(value)} <span aria-hidden="true">◆</span>
        </span>
      )}
    </div>
  )
}

const Whole = ({ room, isActive, isSelected }: Drawn) => (
  <>
    <div role="gridcell" class="room-check">
      <input
        type="checkbox"
        aria-label={t('select', { handle: room.handle })}
        checked={isSelected}
        tabIndex={isActive ? 0 : -1}
        onClick={(event) => toggle(room.id, event.shiftKey)}
      />
    </div>
    <div role="rowheader" class="room-name">
      <a href={`/rooms/${room.handle}`} tabIndex={isActive ? 0 : -1} class="one-line">
        @{room.handle}
      </a>
      {room.displayName !== null && (
        <Stranger class="one-line muted small" text={room.displayName} max={60} />
      )}
    </div>
    <div role="gridcell" class="room-state">
      <StateChip state={room.state}>
        <HowLong room={room} />
      </StateChip>
    </div>
    <Figures room={room} />
    <Gifts room={room} />
    <div role="gridcell" class="room-waits muted">
      <span class="one-line">
        <WaitsFor room={room} />
      </span>
      <Complaint room={room} />
    </div>
    <div role="gridcell" class="room-end">
      <RoomCommands room={room} active={isActive} onRemove={() => askRemoval([room.id])} />
    </div>
  </>
)

/** Far outside of the view: what is searched for and read out, and nothing that counts. */
const Outline = ({ room }: { readonly room: Room }) => (
  <>
    <div role="gridcell" class="room-check" />
    <div role="rowheader" class="room-name">
      @{room.handle}
    </div>
    <div role="gridcell" class="room-state">
      {sayOr(states, room.state)}
    </div>
  </>
)

/** So many rows are taken for near until they were looked at. */
const FIRST = 24

export const Row = ({ of, index }: { readonly of: Signal<Room>; readonly index: number }) => {
  const room = of.value
  const [ref, near] = useNear<HTMLDivElement>(index < FIRST)
  const isActive = active.value === room.id
  const isSelected = selected.value.has(room.id)
  // A command that is no longer offered takes the focus with it: the row has it then.
  const hadFocus = ref.current?.contains(document.activeElement) === true
  useLayoutEffect(() => {
    if (hadFocus && isActive && document.activeElement === document.body)
      ref.current?.focus({ preventScroll: true })
  })
  return (
    <div
      ref={ref}
      role="row"
      class="room"
      data-room={room.id}
      data-kind={room.state}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      onPointerEnter={(event) => event.pointerType === 'mouse' && (active.value = room.id)}
    >
      {near.value || isActive ? (
        <Whole room={room} isActive={isActive} isSelected={isSelected} />
      ) : (
        <Outline room={room} />
      )}
    </div>
  )
}
