// The tokens of rooms' owners: given out once, replaced, revoked. An owner sees those of its own room. And a way to
// sign in on another device without typing a token.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import type { Page, Room } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm, Dialog } from '../../parts/dialog.tsx'
import { Choice, Field } from '../../parts/fields.tsx'
import { Content, Note } from '../../parts/notes.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { route, setQuery } from '../../router.tsx'
import { now } from '../../state/clock.ts'
import { useLoad } from '../../state/load.ts'
import { me } from '../../state/me.ts'
import { allRooms, roomOf } from '../../state/rooms.ts'
import { t } from '../../words/care.ts'
import { t as parts } from '../../words/parts.ts'
import type { Token } from './types.ts'

const DAYS = ['', '7', '30', '365'] as const
const DAY_MS = 86_400_000

const stateOf = ({ revokedAt, expiresAt }: Token): 'revoked' | 'expired' | 'valid' => {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now.value ? 'expired' : 'valid'
}

const Shown = ({
  title,
  label,
  text,
  onClose,
}: {
  readonly title: string
  readonly label: string
  readonly text: string
  readonly onClose: () => void
}) => (
  <Dialog
    title={title}
    onClose={onClose}
    actions={
      <Button tone="main" onClick={onClose}>
        {parts('close')}
      </Button>
    }
  >
    <div class="stack">
      <Note tone="warn">{t('shownOnce')}</Note>
      <ShownOnce label={label} text={text} />
    </div>
  </Dialog>
)

const Rotate = ({
  path,
  onClose,
  onMade,
}: {
  readonly path: string
  readonly onClose: () => void
  readonly onMade: (token: string) => void
}) => {
  const label = useSignal('')
  const days = useSignal<(typeof DAYS)[number]>('')
  return (
    <Confirm
      title={t('rotateTokenTitle')}
      label={t('rotateToken')}
      act={async () => {
        const { ownerToken } = await api.post<{ readonly ownerToken: string }>(`${path}/rotate`, {
          ...(label.value.trim() !== '' && { label: label.value.trim() }),
          ...(days.value !== '' && { expiresInMs: Number(days.value) * DAY_MS }),
        })
        setTimeout(onMade, 0, ownerToken)
      }}
      onClose={onClose}
    >
      <div class="stack">
        <p>{t('rotateTokenText')}</p>
        <Field
          label={t('label')}
          value={label.value}
          onInput={(value) => void (label.value = value)}
          attrs={{ maxLength: 100 }}
        />
        <Choice
          label={t('expiresIn')}
          value={days.value}
          onChoose={(value) => void (days.value = value)}
          options={DAYS.map((n) => [n, n === '' ? t('expiresNever') : t('days', { n })])}
        />
      </div>
    </Confirm>
  )
}

const OfRoom = ({ room }: { readonly room: Room }) => {
  const path = `/api/rooms/${encodeURIComponent(room.id)}/tokens`
  const tokens = useLoad((signal) => api.get<Page<Token>>(path, { signal }), [path])
  const asking = useSignal<
    { readonly rotate: true } | { readonly revoke: Token } | { readonly made: string } | null
  >(null)
  const close = (): void => void (asking.value = null)
  const dialog = (): ComponentChildren => {
    const what = asking.value
    if (what === null) return null
    if ('made' in what) {
      return <Shown title={t('tokenMade')} label={t('ownerToken')} text={what.made} onClose={close} />
    }
    if ('rotate' in what) {
      const made = (token: string): void => {
        void tokens.reload()
        asking.value = { made: token }
      }
      return <Rotate path={path} onClose={close} onMade={made} />
    }
    return (
      <Confirm
        title={t('revokeTitle')}
        label={t('revoke')}
        act={() => api.delete(`${path}/${encodeURIComponent(what.revoke.id)}`).then(tokens.reload)}
        onClose={close}
      >
        <p>{t('revokeText')}</p>
      </Confirm>
    )
  }
  return (
    <>
      <div class="row-wrap">
        <h3 class="grow">@{room.handle}</h3>
        <Button icon="lock" onClick={() => void (asking.value = { rotate: true })}>
          {t('rotateToken')}
        </Button>
      </div>
      <Content of={tokens} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted">{t('tokenEmpty')}</p>
          ) : (
            <Table
              caption={t('tokens')}
              rows={items.toSorted((a, b) => b.createdAt - a.createdAt)}
              keyOf={({ id }) => id}
              columns={[
                {
                  key: 'label',
                  label: t('label'),
                  main: true,
                  cell: ({ label, id }) =>
                    label === null ? <span class="mono">{id}</span> : <Stranger text={label} />,
                },
                {
                  key: 'state',
                  label: t('tokenState'),
                  cell: (token) => (
                    <span class="system-job" data-job={stateOf(token)}>
                      {t(`token_${stateOf(token)}`)}
                    </span>
                  ),
                },
                { key: 'created', label: t('created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
                {
                  key: 'expires',
                  label: t('expires'),
                  cell: ({ expiresAt }) => (expiresAt === null ? t('expiresNever') : <Time at={expiresAt} />),
                },
                {
                  key: 'revoke',
                  label: t('revoke'),
                  bare: true,
                  number: true,
                  cell: (token) =>
                    stateOf(token) === 'valid' && (
                      <Button small tone="danger" onClick={() => void (asking.value = { revoke: token })}>
                        {t('revoke')}
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Content>
      {dialog()}
    </>
  )
}

const Phone = () => {
  const address = useSignal<string | null>(null)
  return (
    <section class="panel row-wrap">
      <p class="grow muted">{t('phoneText')}</p>
      <Button
        icon="link"
        onClick={async () => {
          const { path } = await api.post<{ readonly path: string }>('/api/login/link', {})
          address.value = new URL(path, location.href).href
        }}
      >
        {t('phone')}
      </Button>
      {address.value !== null && (
        <Shown
          title={t('phone')}
          label={t('phoneAddress')}
          text={address.value}
          onClose={() => void (address.value = null)}
        />
      )}
    </section>
  )
}

export const Tokens = () => {
  const who = me.value
  const own = typeof who === 'object' && who.scope === 'owner' ? who.roomId : null
  const rooms = allRooms.value.toSorted((a, b) => a.handle.localeCompare(b.handle))
  const chosen = roomOf(own ?? route.value.query.get('room') ?? '')?.value
  return (
    <div class="stack">
      <Phone />
      <section class="panel stack">
        <header>
          <h2>{t('tokens')}</h2>
          <p class="muted">{t('tokensText')}</p>
        </header>
        {own === null && (
          <Choice
            label={t('room')}
            class="system-narrow"
            value={chosen?.id ?? ''}
            onChoose={(id) => setQuery({ room: id })}
            options={[['', t('chooseRoom')], ...rooms.map(({ id, handle }) => [id, `@${handle}`] as const)]}
          />
        )}
        {chosen !== undefined && <OfRoom key={chosen.id} room={chosen} />}
      </section>
    </div>
  )
}
