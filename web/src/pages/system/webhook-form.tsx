// The form of a webhook: where to, under which name, and which facts. A new one answers its secret once.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { errorAt, Field } from '../../parts/fields.tsx'
import { ProblemNote } from '../../parts/notes.tsx'
import { t } from '../../words/care.ts'
import { t as parts } from '../../words/parts.ts'
import type { MadeWebhook, Webhook } from './types.ts'

const PICKS = {
  pick_trouble: [
    'egress.failed',
    'egress.alarm',
    'archive.failed',
    'storage.failed',
    'asset.missing',
    'asset.mass_missing',
    'room.quarantined',
    'sign.limited',
  ],
  pick_sessions: ['session.opened', 'session.archived'],
  pick_live: ['outbound.*', 'egress.*', 'platform.changed'],
  pick_assets: ['asset.*'],
  pick_all: ['*'],
} as const

const factsOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[\s,]+/)
      .map((fact) => fact.trim())
      .filter((fact) => fact !== ''),
  ),
]

interface Props {
  /** Null: a new one. */
  readonly webhook: Webhook | null
  readonly onClose: () => void
  /** With the secret of a new one. */
  readonly onDone: (secret: string | null) => void
}

export const WebhookForm = ({ webhook, onClose, onDone }: Props) => {
  const url = useSignal('')
  const name = useSignal(webhook?.name ?? '')
  const facts = useSignal((webhook?.facts ?? PICKS.pick_trouble).join('\n'))
  const problem = useSignal<ApiProblem | null>(null)
  const busy = useSignal(false)
  const save = async (): Promise<void> => {
    if (busy.value) return
    busy.value = true
    const change = {
      ...(url.value !== '' && { url: url.value }),
      name: name.value.trim() === '' ? null : name.value.trim(),
      facts: factsOf(facts.value),
    }
    try {
      if (webhook === null) onDone((await api.post<MadeWebhook>('/api/webhooks', change)).secret)
      else {
        await api.patch(`/api/webhooks/${encodeURIComponent(webhook.id)}`, change)
        onDone(null)
      }
    } catch (error) {
      problem.value = problemOf(error)
    } finally {
      busy.value = false
    }
  }
  const factsProblem = problem.value?.field?.startsWith('/facts') === true ? problem.value : null
  const isElsewhere = problem.value !== null && problem.value.field === null
  return (
    <Dialog
      title={webhook === null ? t('webhookAdd') : t('edit')}
      onClose={onClose}
      onSubmit={save}
      isBusy={busy.value}
      actions={
        <>
          <Button onClick={onClose} disabled={busy.value}>
            {parts('cancel')}
          </Button>
          <Button tone="main" submit busy={busy.value}>
            {webhook === null ? t('add') : t('save')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <Field
          label={t('url')}
          hint={t('urlHint')}
          type="url"
          value={url.value}
          onInput={(value) => void (url.value = value.trim())}
          error={errorAt(problem.value, 'url')}
          placeholder={webhook?.url ?? 'https://example.com/roomkeeper'}
          attrs={{ required: webhook === null, autoFocus: true, maxLength: 2_048 }}
        />
        <Field
          label={t('name')}
          value={name.value}
          onInput={(value) => void (name.value = value)}
          error={errorAt(problem.value, 'name')}
          attrs={{ maxLength: 80 }}
        />
        <Field
          label={t('facts')}
          hint={t('factsHint')}
          rows={6}
          value={facts.value}
          onInput={(value) => void (facts.value = value)}
          error={factsProblem === null ? null : (factsProblem.detail ?? factsProblem.title)}
          attrs={{ required: true }}
        />
        <div class="row-wrap" role="group" aria-label={t('factsPick')}>
          <span class="muted small">{t('factsPick')}</span>
          {(Object.keys(PICKS) as (keyof typeof PICKS)[]).map((pick) => (
            <Button key={pick} small onClick={() => void (facts.value = PICKS[pick].join('\n'))}>
              {t(pick)}
            </Button>
          ))}
        </div>
        <ProblemNote problem={isElsewhere ? problem.value : null} />
      </div>
    </Dialog>
  )
}
