// The commands of one room in the list: the likely one as a button, all of them in a menu. What ends a recording can
// be taken back at once, so it is not asked about; what cannot be taken back is.

import type { Room } from '../../api/types.ts'
import { IconButton } from '../../parts/button.tsx'
import type { IconName } from '../../parts/icons.tsx'
import { Menu, type MenuItem } from '../../parts/menu.tsx'
import { toast } from '../../parts/toast.tsx'
import { command, isAllowed, startsAnyway, type RoomCommand } from '../../state/room-commands.ts'
import { t } from '../../words/rooms.ts'
import { isOperator } from '../../state/me.ts'
import { selected, toggle } from './selection.ts'

export const ICONS: Readonly<Record<RoomCommand, IconName>> = {
  start: 'play',
  stop: 'stop',
  'end-session': 'check',
  release: 'retry',
  watch: 'eye',
  unwatch: 'pause',
  remove: 'trash',
}

export const labelOf = (room: Room, name: RoomCommand): string =>
  name === 'start' && startsAnyway(room) ? t('startAnyway') : t(name)

/** Carries it out and says what it did when that is not seen in the row itself. */
export const carryOut = async (room: Room, name: RoomCommand): Promise<void> => {
  await command(room, name)
  if (name !== 'stop') return
  toast(t('undone', { handle: room.handle }), 'done', {
    label: t('startAgain'),
    act: () => void command({ ...room, allowed: ['start?force'] }, 'start').catch(() => undefined),
  })
}

const LIKELY: readonly RoomCommand[] = ['release', 'stop', 'start']

const itemsOf = (room: Room, onRemove: () => void): readonly MenuItem[] => {
  const item = (name: RoomCommand): MenuItem => ({
    label: labelOf(room, name),
    icon: ICONS[name],
    disabled: !isAllowed(room, name),
    danger: name === 'remove',
    apart: name === 'remove' || name === 'start',
    act: name === 'remove' ? onRemove : () => carryOut(room, name),
  })
  return [
    { label: t('open'), icon: 'right', href: `/rooms/${room.handle}` },
    { label: t('goLive'), icon: 'live', href: `/live/${room.handle}` },
    { label: t('sessions'), icon: 'sessions', href: `/sessions?room=${room.handle}` },
    // On a card there is no box to tick.
    {
      label: selected.value.has(room.id) ? t('unselect') : t('selectOne'),
      icon: 'check',
      act: () => toggle(room.id),
    },
    item('start'),
    item('stop'),
    item('end-session'),
    ...(room.state === 'quarantined' ? [item('release')] : []),
    item(room.monitor ? 'unwatch' : 'watch'),
    ...(isOperator() || isAllowed(room, 'remove') ? [item('remove')] : []),
  ]
}

export const RoomCommands = ({
  room,
  active,
  onRemove,
}: {
  readonly room: Room
  /** The row is pointed at or has the focus: more is shown and reached. */
  readonly active: boolean
  readonly onRemove: () => void
}) => {
  const likely = LIKELY.find((name) => isAllowed(room, name))
  return (
    <div class="room-commands">
      {active && likely !== undefined && (
        <IconButton
          once
          icon={ICONS[likely]}
          label={`${labelOf(room, likely)} @${room.handle}`}
          title={labelOf(room, likely)}
          onClick={() => carryOut(room, likely)}
        />
      )}
      <Menu
        label={t('more', { handle: room.handle })}
        icon="more"
        items={itemsOf(room, onRemove)}
        tabIndex={active ? 0 : -1}
      />
    </div>
  )
}
