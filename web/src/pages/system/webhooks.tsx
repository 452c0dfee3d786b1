// Outgoing webhooks: which there are, how each does, and what can be done with it.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm, Dialog } from '../../parts/dialog.tsx'
import { numberText } from '../../parts/figures.ts'
import { Content, Empty, Note } from '../../parts/notes.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Left, Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { now } from '../../state/clock.ts'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/care.ts'
import { t as parts } from '../../words/parts.ts'
import type { MadeWebhook, Tested, Webhook } from './types.ts'
import { WebhookForm } from './webhook-form.tsx'

const PATH = '/api/webhooks'
const AGAIN_MS = 10_000
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`

/** One without a name is known by its host. */
const nameOf = ({ name, url }: Webhook): string => name ?? url.replace(/^https?:\/\/([^/]+).*$/, '$1')

const How = ({ webhook }: { readonly webhook: Webhook }) => (
  <p class="row-wrap small">
    <span class="system-job" data-job={webhook.state}>
      {t(`state_${webhook.state}`)}
      {webhook.disabledReason !== null && `: ${t(`disabled_${webhook.disabledReason}`)}`}
    </span>
    {webhook.nextAt !== null && webhook.nextAt > now.value && (
      <span class="muted">
        {t('nextTry')} <Left until={webhook.nextAt} />
      </span>
    )}
    {webhook.lastError !== null && (
      <span class="muted">
        <Stranger text={webhook.lastError.says} max={200} />
      </span>
    )}
  </p>
)

const Numbers = ({ webhook }: { readonly webhook: Webhook }) => (
  <dl class="webhook-facts">
    {(
      [
        ['delivered', webhook.delivered],
        ['behind', webhook.behind],
        ['dead', webhook.deadLetters],
      ] as const
    ).map(([name, count]) => (
      <div key={name}>
        <dt>{t(name)}</dt>
        <dd>{numberText(count)}</dd>
      </div>
    ))}
    <div>
      <dt>{t('lastDelivered')}</dt>
      <dd>
        <Time at={webhook.lastDeliveredAt} />
      </dd>
    </div>
  </dl>
)

type Asking =
  | { readonly what: 'add' }
  | { readonly what: 'edit' | 'rotate' | 'remove'; readonly webhook: Webhook }
  | { readonly what: 'secret'; readonly secret: string }

const One = ({
  webhook,
  reload,
  ask,
}: {
  readonly webhook: Webhook
  readonly reload: () => Promise<void>
  readonly ask: (asking: Asking) => void
}) => {
  const path = pathOf(webhook.id)
  const test = async (): Promise<void> => {
    const { delivered, status, says, code, tookMs } = await api.post<Tested>(`${path}/test`)
    const why = says ?? code ?? String(status ?? '')
    if (delivered) toast(t('tested', { status: status ?? 0, ms: Math.round(tookMs) }))
    else toast(t('testFailed', { says: plainText(why, 200) }), 'problem')
    await reload()
  }
  const isOff = webhook.state === 'disabled'
  return (
    <li class="panel webhook">
      <header class="row-wrap">
        <h3>
          <Stranger text={nameOf(webhook)} max={80} />
        </h3>
        <span class="mono muted one-line">
          <Stranger text={webhook.url} max={120} />
        </span>
      </header>
      <How webhook={webhook} />
      <p class="row-wrap">
        {webhook.facts.slice(0, 12).map((fact) => (
          <span key={fact} class="system-tag mono">
            {fact}
          </span>
        ))}
      </p>
      <Numbers webhook={webhook} />
      <div class="row-wrap">
        <Button small onClick={test}>
          {t('test')}
        </Button>
        <Button small icon="edit" onClick={() => ask({ what: 'edit', webhook })}>
          {t('edit')}
        </Button>
        <Button
          small
          onClick={async () => {
            await api.patch(path, { enabled: isOff })
            await reload()
          }}
        >
          {t(isOff ? 'enable' : 'disable')}
        </Button>
        {webhook.deadLetters > 0 && (
          <Button
            small
            onClick={async () => {
              const { redelivering } = await api.post<{ readonly redelivering: number }>(
                `${path}/redeliver`,
                {},
              )
              toast(t('redelivered', { n: redelivering }))
              await reload()
            }}
          >
            {t('redeliver')}
          </Button>
        )}
        <Button small onClick={() => ask({ what: 'rotate', webhook })}>
          {t('rotate')}
        </Button>
        <Button small tone="danger" icon="trash" onClick={() => ask({ what: 'remove', webhook })}>
          {t('remove')}
        </Button>
      </div>
    </li>
  )
}

export const Webhooks = () => {
  const webhooks = useLoad(
    (signal) => api.get<{ readonly items: readonly Webhook[] }>(PATH, { signal }),
    [],
    { everyMs: AGAIN_MS },
  )
  useHeard(({ name }) => name.startsWith('webhook.'), webhooks.reload, [webhooks])
  const asking = useSignal<Asking | null>(null)
  const close = (): void => void (asking.value = null)
  const ask = (next: Asking): void => void (asking.value = next)
  const made = (secret: string | null): void => {
    void webhooks.reload()
    asking.value = secret === null ? null : { what: 'secret', secret }
  }

  const dialog = (): ComponentChildren => {
    const what = asking.value
    if (what === null) return null
    if (what.what === 'add') return <WebhookForm webhook={null} onClose={close} onDone={made} />
    if (what.what === 'edit') return <WebhookForm webhook={what.webhook} onClose={close} onDone={made} />
    if (what.what === 'secret') {
      return (
        <Dialog
          title={t('webhookMade')}
          onClose={close}
          actions={
            <Button tone="main" onClick={close}>
              {parts('close')}
            </Button>
          }
        >
          <div class="stack">
            <Note tone="warn">{t('shownOnce')}</Note>
            <ShownOnce label={t('webhookSecret')} text={what.secret} />
          </div>
        </Dialog>
      )
    }
    const path = pathOf(what.webhook.id)
    if (what.what === 'rotate') {
      return (
        <Confirm
          key="rotate"
          title={t('rotateTitle')}
          label={t('rotate')}
          tone="main"
          // The dialog that asks is closed by the one that shows the secret.
          act={() =>
            api.post<MadeWebhook>(`${path}/rotate`).then(({ secret }) => setTimeout(made, 0, secret))
          }
          onClose={close}
        >
          <p>{t('rotateText')}</p>
        </Confirm>
      )
    }
    return (
      <Confirm
        key="remove"
        title={t('webhookRemoveTitle', { name: plainText(nameOf(what.webhook), 60) })}
        label={t('remove')}
        act={() => api.delete(path).then(webhooks.reload)}
        onClose={close}
      >
        <p>{t('webhookRemoveText')}</p>
      </Confirm>
    )
  }

  return (
    <section class="stack">
      <header class="row-wrap">
        <div class="grow">
          <h2>{t('webhooks')}</h2>
          <p class="muted">{t('webhooksText')}</p>
        </div>
        <Button tone="main" icon="plus" onClick={() => ask({ what: 'add' })}>
          {t('webhookAdd')}
        </Button>
      </header>
      <Content of={webhooks} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="link" title={t('webhookEmpty')}>
              {t('webhookEmptyNext')}
            </Empty>
          ) : (
            <ul class="webhook-list">
              {items.map((webhook) => (
                <One key={webhook.id} webhook={webhook} reload={webhooks.reload} ask={ask} />
              ))}
            </ul>
          )
        }
      </Content>
      {dialog()}
    </section>
  )
}
