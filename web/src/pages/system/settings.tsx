// The settings that can be changed while the server runs, each with its default; durations are written as people say
// them. Only what was changed is sent.

import { useSignal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { ApiProblem, problemOf } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Check, errorAt, Field } from '../../parts/fields.tsx'
import { Content, ProblemNote } from '../../parts/notes.tsx'
import { toast } from '../../parts/toast.tsx'
import type { Loaded } from '../../state/load.ts'
import { t } from '../../words/system.ts'
import { spanOf, spanText } from './spans.ts'
import type { Settings as All, System } from './types.ts'

const SPANS = [
  'watchIntervalMs',
  'silenceTimeoutMs',
  'heartbeatIntervalMs',
  'resumeWindowMs',
  'drainTimeoutMs',
  'cooldownMs',
  'manualCooldownMs',
] as const
type Span = (typeof SPANS)[number]
type Draft = Readonly<Record<Span | 'signRequestsPerMinute', string>> & {
  readonly autoMonitorEnabled: boolean
}

const draftOf = (settings: All): Draft => ({
  ...(Object.fromEntries(SPANS.map((name) => [name, spanText(settings[name])])) as Record<Span, string>),
  signRequestsPerMinute: String(settings.signRequestsPerMinute),
  autoMonitorEnabled: settings.autoMonitorEnabled,
})

/** What was typed, as the API takes it; null where it is no value. */
const read = (draft: Draft): Readonly<Record<keyof All, number | boolean | null>> => ({
  ...(Object.fromEntries(SPANS.map((name) => [name, spanOf(draft[name])])) as Record<Span, number | null>),
  signRequestsPerMinute: /^\d{1,9}$/.test(draft.signRequestsPerMinute.trim())
    ? Number(draft.signRequestsPerMinute)
    : null,
  autoMonitorEnabled: draft.autoMonitorEnabled,
})

const Form = ({
  system,
  onSaved,
}: {
  readonly system: System
  readonly onSaved: (settings: All) => void
}) => {
  const { now, defaults } = system.settings
  // What was changed here is told by what it was when the form began: others may save theirs meanwhile.
  const base = useSignal(now)
  const draft = useSignal<Draft>(draftOf(now))
  const problem = useSignal<ApiProblem | null>(null)
  const busy = useSignal(false)
  const values = read(draft.value)
  const names = Object.keys(values) as (keyof All)[]
  const changed = names.filter((name) => values[name] !== base.value[name])
  const isWrong = names.some((name) => values[name] === null)
  const set = (change: Partial<Draft>): void => void (draft.value = { ...draft.value, ...change })
  const begin = (settings: All): void => {
    base.value = settings
    draft.value = draftOf(settings)
  }
  const isOld = names.some((name) => now[name] !== base.value[name])
  // What nobody has touched here goes along with what is there.
  useLayoutEffect(() => {
    if (isOld && changed.length === 0) begin(now)
  }, [now])
  const save = async (): Promise<void> => {
    if (changed.length === 0 || isWrong || busy.value) return
    busy.value = true
    try {
      const patch = Object.fromEntries(changed.map((name) => [name, values[name]]))
      const settings = await api.patch<All>('/api/settings', patch)
      onSaved(settings)
      begin(settings)
      problem.value = null
      toast(t('saved'))
    } catch (error) {
      problem.value = problemOf(error)
    } finally {
      busy.value = false
    }
  }
  const hint = (name: keyof All, text: (settings: All) => string) => (
    <>
      {t(`h_${name}`)}{' '}
      {defaults !== null && (
        <span class="faint">
          {defaults[name] === values[name] ? t('isDefault') : t('defaultIs', { value: text(defaults) })}
        </span>
      )}
    </>
  )
  return (
    <form
      class="settings"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <p class="muted">{t('settingsText')}</p>
      <div class="setting-check">
        <Check
          label={t('s_autoMonitorEnabled')}
          checked={draft.value.autoMonitorEnabled}
          onChange={(checked) => set({ autoMonitorEnabled: checked })}
        />
        <p class="field-hint">
          {hint('autoMonitorEnabled', (all) => t(all.autoMonitorEnabled ? 'on' : 'off'))}
        </p>
      </div>
      <div class="settings-grid">
        {SPANS.map((name) => (
          <Field
            key={name}
            label={t(`s_${name}`)}
            hint={hint(name, (all) => spanText(all[name]))}
            value={draft.value[name]}
            onInput={(value) => set({ [name]: value })}
            error={values[name] === null ? t('durationWrong') : errorAt(problem.value, name)}
            placeholder={t('durationHint')}
          />
        ))}
        <Field
          label={t('s_signRequestsPerMinute')}
          hint={hint('signRequestsPerMinute', (all) => String(all.signRequestsPerMinute))}
          value={draft.value.signRequestsPerMinute}
          onInput={(value) => set({ signRequestsPerMinute: value })}
          error={
            values.signRequestsPerMinute === null
              ? t('numberWrong')
              : errorAt(problem.value, 'signRequestsPerMinute')
          }
          attrs={{ inputMode: 'numeric' }}
        />
      </div>
      <ProblemNote problem={problem.value?.field === null ? problem.value : null} />
      <div class="settings-foot">
        <span class="muted grow" role="status">
          {changed.length > 0 && t('unsaved', { n: changed.length })}
        </span>
        {defaults !== null && (
          <Button tone="quiet" onClick={() => void (draft.value = draftOf(defaults))}>
            {t('toDefault')}
          </Button>
        )}
        <Button disabled={changed.length === 0} onClick={() => begin(now)}>
          {t('discard')}
        </Button>
        <Button tone="main" submit disabled={changed.length === 0 || isWrong} busy={busy.value}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}

export const Settings = ({ system }: { readonly system: Loaded<System> }) => (
  <Content of={system} lines={8}>
    {(one) => (
      <Form system={one} onSaved={(now) => system.put({ ...one, settings: { ...one.settings, now } })} />
    )}
  </Content>
)
