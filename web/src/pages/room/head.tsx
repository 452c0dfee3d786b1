// Which room it is, what it does now, what it waits for, and its commands.

import { useSignal, type Signal } from '@preact/signals'
import type { Room } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { Menu, type MenuItem } from '../../parts/menu.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { toast } from '../../parts/toast.tsx'
import { go, route } from '../../router.tsx'
import { isOperator } from '../../state/me.ts'
import { command, isAllowed, type RoomCommand } from '../../state/room-commands.ts'
import { t } from '../../words/room.ts'
import { carryOut, ICONS, labelOf } from '../rooms/commands.tsx'
import { Complaint, HowLong, WaitsFor } from '../rooms/says.tsx'

export type RoomDialog = 'rename' | 'merge' | 'merge_sessions' | 'remove' | 'settings' | null

const SHOWN: readonly RoomCommand[] = ['release', 'start', 'end-session', 'stop']

const itemsOf = (room: Room, dialog: Signal<RoomDialog>): readonly MenuItem[] => {
  const open = (name: RoomDialog) => () => void (dialog.value = name)
  const watching = room.monitor ? 'unwatch' : 'watch'
  return [
    {
      label: labelOf(room, watching),
      icon: ICONS[watching],
      disabled: !isAllowed(room, watching),
      act: () => carryOut(room, watching),
    },
    { label: t('goLive'), icon: 'live', href: `/live/${room.handle}` },
    { label: t('machine'), icon: 'machines', href: `/machines/${room.id}` },
    { label: t('settings'), icon: 'edit', apart: true, act: open('settings') },
    { label: t('rename'), icon: 'edit', disabled: !room.allowed.includes('rename'), act: open('rename') },
    ...(isOperator()
      ? ([
          { label: t('merge'), icon: 'merge', act: open('merge') },
          { label: t('mergeSessions'), icon: 'merge', act: open('merge_sessions') },
        ] as const)
      : []),
    {
      label: labelOf(room, 'remove'),
      icon: ICONS.remove,
      danger: true,
      apart: true,
      disabled: !isAllowed(room, 'remove'),
      act: open('remove'),
    },
  ]
}

export const Removing = ({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) => (
  <Confirm
    title={t('removeTitle', { handle: room.handle })}
    label={labelOf(room, 'remove')}
    onClose={onClose}
    act={async () => {
      const from = route.peek().path
      await command(room, 'remove')
      toast(t('removed', { handle: room.handle }))
      // Who went elsewhere meanwhile stays there.
      if (route.peek().path === from) go('/rooms')
    }}
  >
    <p>{t('removeText')}</p>
  </Confirm>
)

export const Head = ({ room, dialog }: { readonly room: Room; readonly dialog: Signal<RoomDialog> }) => {
  const shown = SHOWN.filter((name) => isAllowed(room, name))
  return (
    <header class="session-head">
      <div class="row-wrap">
        <h1 class="grow room-name">
          <bdi>@{room.handle}</bdi>
          {room.displayName !== null && <Stranger class="muted" text={room.displayName} max={60} />}
        </h1>
        <div class="row-wrap">
          {shown.map((name) => (
            <Button
              key={name}
              once
              icon={ICONS[name]}
              tone={name === 'start' || name === 'release' ? 'main' : name === 'stop' ? 'danger' : 'plain'}
              onClick={() => carryOut(room, name)}
            >
              {labelOf(room, name)}
            </Button>
          ))}
          <Menu label={t('more')} icon="more" class="button" items={itemsOf(room, dialog)} />
        </div>
      </div>
      <div class="row-wrap head-facts" aria-live="polite">
        <StateChip state={room.state}>
          <HowLong room={room} />
        </StateChip>
        <span class="muted">
          <WaitsFor room={room} />
        </span>
        <Complaint room={room} />
        {room.session !== null && (
          <a class="small" href={`/sessions/${room.session.id}`}>
            {t('sessionPage')} {room.session.id}
          </a>
        )}
      </div>
    </header>
  )
}

export const useDialog = (): Signal<RoomDialog> => useSignal<RoomDialog>(null)
