// Making a way into the LiveKit room: an ingress for an encoder, or a token for somebody who joins. What is secret is
// in the answer alone, so the dialog stays open and shows it until it is closed.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Choice, errorAt, Field } from '../../parts/fields.tsx'
import { Note, ProblemNote } from '../../parts/notes.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { Time } from '../../parts/time.tsx'
import { t as parts } from '../../words/parts.ts'
import { t } from '../../words/live.ts'
import type { Joining, MadeIngress } from './types.ts'

const useAsk = <T,>(ask: () => Promise<T>) => {
  const made = useSignal<T | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  const busy = useSignal(false)
  const carryOut = async (): Promise<void> => {
    if (busy.value) return
    busy.value = true
    try {
      made.value = await ask()
      problem.value = null
    } catch (error) {
      problem.value = problemOf(error)
    } finally {
      busy.value = false
    }
  }
  return { made: made.value, problem: problem.value, busy: busy.value, carryOut }
}

const general = (problem: ApiProblem | null): ApiProblem | null => (problem?.field === null ? problem : null)

const Actions = ({ busy, onClose }: { readonly busy: boolean; readonly onClose: () => void }) => (
  <>
    <Button onClick={onClose} disabled={busy}>
      {parts('cancel')}
    </Button>
    <Button tone="main" submit busy={busy}>
      {t('make')}
    </Button>
  </>
)

const Done = ({ onClose }: { readonly onClose: () => void }) => (
  <Button tone="main" onClick={onClose}>
    {parts('close')}
  </Button>
)

export const IngressForm = ({
  path,
  onClose,
  onMade,
}: {
  readonly path: string
  readonly onClose: () => void
  readonly onMade: () => void
}) => {
  const type = useSignal<'rtmp' | 'whip'>('rtmp')
  const identity = useSignal('producer')
  const name = useSignal('')
  const { made, problem, busy, carryOut } = useAsk(async () => {
    const answer = await api.post<MadeIngress>(path, {
      type: type.value,
      identity: identity.value.trim(),
      ...(name.value.trim() !== '' && { name: name.value.trim() }),
    })
    onMade()
    return answer
  })
  if (made !== null) {
    return (
      <Dialog title={t('ingressMade')} onClose={onClose} actions={<Done onClose={onClose} />}>
        <div class="stack">
          <Note tone="warn">{t('shownOnce')}</Note>
          <ShownOnce label={t('serverField')} text={made.url} />
          <ShownOnce label={made.type === 'whip' ? t('tokenField') : t('keyField')} text={made.stream_key} />
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog
      title={t('makeIngress')}
      onClose={onClose}
      onSubmit={carryOut}
      isBusy={busy}
      actions={<Actions busy={busy} onClose={onClose} />}
    >
      <div class="stack">
        <Choice
          label={t('protocol')}
          value={type.value}
          onChoose={(value) => void (type.value = value)}
          options={[
            ['rtmp', t('rtmpFor')],
            ['whip', t('whipFor')],
          ]}
        />
        <Field
          label={t('identity')}
          hint={t('identityHint')}
          value={identity.value}
          onInput={(value) => void (identity.value = value)}
          error={errorAt(problem, 'identity')}
          attrs={{ maxLength: 128, required: true }}
        />
        <Field
          label={t('shownName')}
          hint={t('shownNameHint')}
          value={name.value}
          onInput={(value) => void (name.value = value)}
          error={errorAt(problem, 'name')}
          attrs={{ maxLength: 128 }}
        />
        <ProblemNote problem={general(problem)} />
      </div>
    </Dialog>
  )
}

const HOURS = ['1', '2', '6'] as const

export const JoinForm = ({ room, onClose }: { readonly room: string; readonly onClose: () => void }) => {
  const identity = useSignal('')
  const role = useSignal<'publisher' | 'viewer'>('publisher')
  const hours = useSignal<(typeof HOURS)[number]>('1')
  const { made, problem, busy, carryOut } = useAsk(() =>
    api.post<Joining>(`/api/rooms/${encodeURIComponent(room)}/join-token`, {
      identity: identity.value.trim(),
      role: role.value,
      ttl_s: Number(hours.value) * 3_600,
    }),
  )
  if (made !== null) {
    return (
      <Dialog title={t('joinMade')} onClose={onClose} actions={<Done onClose={onClose} />}>
        <div class="stack">
          <Note tone="warn">{t('shownOnce')}</Note>
          <ShownOnce label={t('serverField')} text={made.url} />
          <ShownOnce label={t('tokenField')} text={made.token} />
          <p class="muted">
            {t('joinUntil')} <Time at={made.expires_at} />
          </p>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog
      title={t('makeJoin')}
      onClose={onClose}
      onSubmit={carryOut}
      isBusy={busy}
      actions={<Actions busy={busy} onClose={onClose} />}
    >
      <div class="stack">
        <Field
          label={t('identity')}
          value={identity.value}
          onInput={(value) => void (identity.value = value)}
          error={errorAt(problem, 'identity')}
          attrs={{ maxLength: 128, required: true, autoFocus: true }}
        />
        <Choice
          label={t('role')}
          value={role.value}
          onChoose={(value) => void (role.value = value)}
          options={[
            ['publisher', t('publisher')],
            ['viewer', t('viewer')],
          ]}
        />
        <Choice
          label={t('goodFor')}
          value={hours.value}
          onChoose={(value) => void (hours.value = value)}
          options={HOURS.map((n) => [n, t('hours', { n })])}
        />
        <ProblemNote problem={general(problem)} />
      </div>
    </Dialog>
  )
}
