// Where the picture comes from: the LiveKit room, who is in it and what they send, and the ways in.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { Icon } from '../../parts/icons.tsx'
import { Note, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Duration } from '../../parts/time.tsx'
import type { Loaded } from '../../state/load.ts'
import { t } from '../../words/live.ts'
import { IngressForm, JoinForm } from './ingress-forms.tsx'
import { RoomName } from './room-name.tsx'
import type { Ingress, Person } from './types.ts'

const KINDS = { ingress: 'kind_ingress', egress: 'kind_egress', other: 'kind_other' } as const
const STATES = {
  inactive: 'ingress_inactive',
  buffering: 'ingress_buffering',
  publishing: 'ingress_publishing',
  error: 'ingress_error',
  complete: 'ingress_complete',
  unknown: 'ingress_unknown',
} as const

const PersonLine = ({ person }: { readonly person: Person }) => {
  const { name, identity, kind, sends, joined_at: joinedAt } = person
  return (
    <li class="person">
      <Icon name="person" />
      <span class="grow one-line" title={identity}>
        <Stranger text={name} max={60} />{' '}
        {kind !== 'person' && <span class="live-tag">{t(KINDS[kind])}</span>}
      </span>
      <span class="small muted">
        {kind === 'egress'
          ? null
          : sends.length === 0
            ? t('sendsNothing')
            : sends.map((what) => t(what === 'audio' ? 'sendsAudio' : 'sendsVideo')).join(' + ')}
      </span>
      {joinedAt !== null && (
        <span class="small muted person-since">
          <Duration from={joinedAt} />
        </span>
      )}
    </li>
  )
}

const IngressLine = ({ ingress, onRemove }: { readonly ingress: Ingress; readonly onRemove: () => void }) => (
  <li class="person">
    <span class="live-tag">{ingress.type.toUpperCase()}</span>
    <span class="grow one-line">
      <Stranger text={ingress.name} max={60} />
      {ingress.error !== null && (
        <span class="small ingress-error">
          {' '}
          <Stranger text={ingress.error} max={200} />
        </span>
      )}
    </span>
    <span class="small" data-ingress={ingress.state}>
      {t(STATES[ingress.state])}
    </span>
    <IconButton
      icon="trash"
      label={t('ingressRemoveTitle', { identity: ingress.identity })}
      onClick={onRemove}
    />
  </li>
)

type Asking =
  | { readonly what: 'ingress' }
  | { readonly what: 'join' }
  | { readonly what: 'remove'; readonly ingress: Ingress }

export const SourcePanel = ({
  room,
  people,
  ingresses,
}: {
  readonly room: string
  readonly people: Loaded<{ readonly livekit_room: string; readonly items: readonly Person[] }>
  readonly ingresses: Loaded<{ readonly items: readonly Ingress[] }>
}) => {
  const asking = useSignal<Asking | null>(null)
  const close = (): void => void (asking.value = null)
  const problem = people.problem.value
  const isUnconfigured = problem?.code === 'livekit_unconfigured'
  const present = people.data.value?.items
  const ways = ingresses.data.value?.items ?? []
  const path = `/api/rooms/${encodeURIComponent(room)}/ingress`

  const dialog = (): ComponentChildren => {
    const now = asking.value
    if (now === null) return null
    if (now.what === 'join') return <JoinForm room={room} onClose={close} />
    if (now.what === 'ingress') {
      return <IngressForm path={path} onClose={close} onMade={() => void ingresses.reload()} />
    }
    return (
      <Confirm
        title={t('ingressRemoveTitle', { identity: now.ingress.identity })}
        label={t('remove')}
        act={async () => {
          await api.delete(`${path}/${encodeURIComponent(now.ingress.ingress_id)}`)
          await ingresses.reload()
        }}
        onClose={close}
      >
        <p>{t('ingressRemoveText')}</p>
      </Confirm>
    )
  }

  return (
    <section class="source panel" aria-label={t('sourceTitle')}>
      <header class="lane-head">
        <h2>{t('sourceTitle')}</h2>
      </header>
      <RoomName room={room} />
      {isUnconfigured ? (
        <Note tone="warn">
          <strong>{t('noLivekit')}</strong> {t('noLivekitNext')}
        </Note>
      ) : (
        <>
          <ProblemNote problem={problem} stale={present !== undefined} onRetry={people.reload} />
          <h3 class="source-sub">{t('people')}</h3>
          {present === undefined ? (
            problem === null ? (
              <Skeleton lines={2} />
            ) : (
              <p class="muted">{t('peopleUnknown')}</p>
            )
          ) : present.length === 0 ? (
            <p>
              {t('nobody')} <span class="muted">{t('nobodyNext')}</span>
            </p>
          ) : (
            <ul class="people">
              {present.slice(0, 30).map((person) => (
                <PersonLine key={person.identity} person={person} />
              ))}
            </ul>
          )}
          <h3 class="source-sub">{t('ingress')}</h3>
          {ways.length === 0 ? (
            <p class="muted">{t('noIngress')}</p>
          ) : (
            <ul class="people">
              {ways.map((ingress) => (
                <IngressLine
                  key={ingress.ingress_id}
                  ingress={ingress}
                  onRemove={() => void (asking.value = { what: 'remove', ingress })}
                />
              ))}
            </ul>
          )}
          <div class="row-wrap">
            <Button icon="plus" onClick={() => void (asking.value = { what: 'ingress' })}>
              {t('makeIngress')}
            </Button>
            <Button icon="link" onClick={() => void (asking.value = { what: 'join' })}>
              {t('makeJoin')}
            </Button>
          </div>
        </>
      )}
      {dialog()}
    </section>
  )
}
