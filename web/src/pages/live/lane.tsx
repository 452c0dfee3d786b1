// One destination: how it goes, what is wrong and what happens next, what the platform says of itself, how it is set
// up, and its own buttons.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import type { Live } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { durationText } from '../../parts/figures.ts'
import { Icon } from '../../parts/icons.tsx'
import { Menu } from '../../parts/menu.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Duration } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { now } from '../../state/clock.ts'
import { t } from '../../words/live.ts'
import { platformName } from '../../words/platforms.ts'
import { removeDestination, retry, start, stop } from './commands.ts'
import { DestinationForm } from './destination-form.tsx'
import type { Lane } from './lanes.ts'
import { Opinion } from './opinion.tsx'
import { SetUp } from './set-up.tsx'
import { chipSays, saysOf } from './trouble.ts'

interface LaneProps {
  readonly room: string
  readonly lane: Lane
  readonly onLive: (live: Live) => void
  readonly onDestinations: () => unknown
}

const Words = ({ lane: { view } }: { readonly lane: Lane }) => {
  const says = saysOf(view, now.value)
  if (says.trouble === null) return <p class="lane-quiet muted">{says.quiet}</p>
  return (
    <div class={`lane-trouble ${view?.state === 'failed' ? 'lane-trouble-hard' : ''}`}>
      <Icon name="warning" />
      <div>
        <p>
          <strong>{says.trouble}</strong> {says.next}
        </p>
        {says.advice !== null && <p class="muted">{says.advice}</p>}
      </div>
    </div>
  )
}

/** How long it has been so, and how fresh the news of it is. */
const Since = ({ lane: { view } }: { readonly lane: Lane }) => {
  if (view === null) return null
  const { live_since: liveSince, observed_at: observedAt, observed_by: by } = view
  const said = { webhook: 'byWebhook', poll: 'byPoll', answer: 'byAnswer' } as const
  return (
    <p class="lane-since">
      {liveSince !== null ? (
        <span class="lane-clock">
          <Duration from={liveSince} />
        </span>
      ) : (
        <span class="muted">
          {t('stateFor')} <Duration from={view.since} />
        </span>
      )}
      {observedAt !== null && by !== null && (
        <span class="faint small">
          {t('heard', { ago: durationText(now.value - observedAt), by: t(said[by]) })}
        </span>
      )}
    </p>
  )
}

const Commands = ({
  room,
  lane,
  onLive,
  ask,
}: LaneProps & { readonly ask: (what: 'force' | 'edit') => void }) => {
  const { platform } = lane
  const name = platformName(platform)
  const act = (command: Promise<Live>): Promise<void> => command.then(onLive)
  const named = (word: string) => ({ 'aria-label': `${word}: ${name}` })
  return (
    <div class="lane-commands">
      {lane.lacks !== null && (
        <Button icon="lock" onClick={() => ask('edit')} attrs={named(t('set'))}>
          {t('set')}
        </Button>
      )}
      {lane.canRetry && (
        <Button icon="retry" onClick={() => act(retry(room, platform))} attrs={named(t('retry'))}>
          {t('retry')}
        </Button>
      )}
      {lane.canStart && !lane.canRetry && (
        <Button icon="play" onClick={() => act(start(room, [platform]))} attrs={named(t('start'))}>
          {t('start')}
        </Button>
      )}
      {lane.canForce && (
        <Button icon="warning" onClick={() => ask('force')} attrs={named(t('force'))}>
          {t('force')}
        </Button>
      )}
      {lane.canStop && (
        <Button
          tone="danger"
          icon="stop"
          onClick={() => act(stop(room, [platform]))}
          attrs={named(t('stop'))}
        >
          {t('stop')}
        </Button>
      )}
    </div>
  )
}

export const LaneCard = (props: LaneProps) => {
  const { room, lane, onLive, onDestinations } = props
  const { platform, view, destination } = lane
  const name = platformName(platform)
  const asking = useSignal<'force' | 'edit' | 'remove' | null>(null)
  const close = (): void => void (asking.value = null)
  const dialogs: Record<'force' | 'edit' | 'remove', () => ComponentChildren> = {
    force: () => (
      <Confirm
        title={t('forceTitle')}
        label={t('force')}
        act={async () => onLive(await start(room, [platform], true))}
        onClose={close}
      >
        <p>{t('forceText', { platform: name })}</p>
      </Confirm>
    ),
    edit: () => (
      <DestinationForm room={room} lane={lane} taken={[]} onClose={close} onSaved={onDestinations} />
    ),
    remove: () => (
      <Confirm
        title={t('removeTitle', { platform: name })}
        label={t('remove')}
        act={async () => {
          await removeDestination(room, platform, lane.canStop)
          toast(t('removed', { platform: name }))
          await onDestinations()
        }}
        onClose={close}
      >
        <p>{t('removeText')}</p>
        {lane.canStop && <p>{t('removeOnAir')}</p>}
      </Confirm>
    ),
  }
  return (
    <section class="lane panel" data-state={view?.state ?? 'idle'} aria-label={name}>
      <header class="lane-head">
        <h2 class="lane-name one-line">
          <Stranger text={name} max={40} />
        </h2>
        <StateChip state={view?.state ?? 'idle'} kind="egress">
          {view === null ? undefined : (chipSays(view, now.value) ?? undefined)}
        </StateChip>
        {destination !== null && (
          <span class="end">
            <Menu
              label={`${t('set')}: ${name}`}
              icon="more"
              items={[
                { label: t('change'), icon: 'edit', act: () => void (asking.value = 'edit') },
                ...(destination.origin === 'room'
                  ? [
                      {
                        label: t('remove'),
                        icon: 'trash',
                        danger: true,
                        act: () => void (asking.value = 'remove'),
                      } as const,
                    ]
                  : []),
              ]}
            />
          </span>
        )}
      </header>
      <Since lane={lane} />
      <Words lane={lane} />
      <Opinion lane={lane} />
      <SetUp destination={destination} onReplace={() => void (asking.value = 'edit')} />
      <Commands {...props} ask={(what) => void (asking.value = what)} />
      {asking.value !== null && dialogs[asking.value]()}
    </section>
  )
}
