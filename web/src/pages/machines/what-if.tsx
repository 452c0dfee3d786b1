// Which commands and events an actor would take now, and trying them on a copy: a form for each event, and where it led.

import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { Check, Choice, errorAt, Field } from '../../parts/fields.tsx'
import { ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { t } from '../../words/machines.ts'
import type { Kind } from './actor-list.tsx'
import { Actions, FromTo, Ways } from './entry-sheet.tsx'
import type { Trial } from './trial.ts'
import type { EventField, PossibleEvent, Transition, Tried } from './types.ts'
import { Changes } from './values.tsx'

/** As many as the server takes. */
const STEPS_MAX = 16

const Input = ({
  field,
  trial,
  index,
}: {
  readonly field: EventField
  readonly trial: Trial
  readonly index: number
}) => {
  const { name, kind, choices } = field
  const value = trial.values.value[name]
  const put = (next: string | boolean): void => {
    trial.values.value = { ...trial.values.peek(), [name]: next }
  }
  const error = errorAt(trial.problem.value, `events/${index}/fields/${name}`)
  if (kind === 'flag') return <Check label={name} checked={value === true} onChange={put} />
  if (kind === 'choice') {
    const options = choices.map((choice) => [choice, choice] as const)
    return <Choice label={name} value={String(value)} options={options} onChoose={put} error={error} />
  }
  return (
    <Field
      label={name}
      value={String(value ?? '')}
      onInput={put}
      error={error}
      attrs={kind === 'integer' ? { inputMode: 'numeric', maxLength: 10 } : { maxLength: 200 }}
    />
  )
}

const Events = ({ trial }: { readonly trial: Trial }) => {
  const id = useId()
  const events = trial.possible.value?.events ?? []
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t('chooseEvent')}
      </label>
      <select
        id={id}
        class="input select mono"
        value={trial.event.value}
        onChange={(event) => trial.choose(event.currentTarget.value)}
      >
        {(['command', 'report', 'time'] as const).map((kind) => (
          <optgroup key={kind} label={t(`kind_${kind}`)}>
            {events
              .filter((one) => one.kind === kind)
              .map(({ event, isHeard }) => (
                <option key={event} value={event}>
                  {isHeard ? event : t('notHeard', { event })}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </div>
  )
}

const Step = ({
  kind,
  tried,
  transitions,
}: {
  readonly kind: Kind
  readonly tried: Tried
  readonly transitions: readonly Transition[]
}) => (
  <li class="trial-step stack-tight">
    <div class="row-wrap">
      <strong class="mono grow">{tried.event}</strong>
      <FromTo kind={kind} from={tried.from} to={tried.to} />
    </div>
    {!tried.isTaken && <p class="muted small">{t('isIgnored', { event: tried.event, state: tried.from })}</p>}
    <Ways transitions={transitions} taken={tried.transitions} refused={tried.refused} />
    {tried.isTaken && (
      <>
        <h4>{t('wouldDo')}</h4>
        <Actions actions={tried.actions} />
        <details>
          <summary>
            {t('changes')} <span class="muted number">{tried.changes.length}</span>
          </summary>
          <Changes changes={tried.changes} />
        </details>
      </>
    )}
  </li>
)

const Heard = ({ events, trial }: { readonly events: readonly PossibleEvent[]; readonly trial: Trial }) => (
  <ul class="heard" aria-label={t('heardNow')}>
    {events
      .filter(({ isHeard }) => isHeard)
      .map(({ event, to }) => (
        <li key={event}>
          <button
            type="button"
            class="heard-event"
            aria-pressed={trial.event.value === event}
            onClick={() => trial.choose(event)}
          >
            <span class="mono">{event}</span>
            <span class="muted small">
              {to === null ? t('ignored') : to === trial.possible.value?.state ? t('stays') : `→ ${to}`}
            </span>
          </button>
        </li>
      ))}
  </ul>
)

export const WhatIf = ({
  kind,
  trial,
  transitions,
  state,
}: {
  readonly kind: Kind
  readonly trial: Trial
  readonly transitions: readonly Transition[]
  /** Where the actor is now. */
  readonly state: string
}): ComponentChildren => {
  const possible = trial.possible.value
  if (possible === null) {
    return (
      <section class="panel">
        {trial.problem.value === null ? (
          <Skeleton lines={5} />
        ) : (
          <ProblemNote problem={trial.problem.value} onRetry={trial.load} />
        )}
      </section>
    )
  }
  const steps = trial.steps.value
  const fields = possible.events.find(({ event }) => event === trial.event.value)?.fields ?? []
  const submit = (event: Event): void => {
    event.preventDefault()
    void trial.run()
  }
  const first = steps[0]
  return (
    <>
      <section class="panel stack-tight">
        <h2>{t('allowed')}</h2>
        <p class="small">
          <span class="muted">{t('commands')}: </span>
          {possible.commands.length === 0 ? (
            <span class="muted">{t('noCommands')}</span>
          ) : (
            possible.commands.map((command) => (
              <code key={command} class="command">
                {command}
              </code>
            ))
          )}
        </p>
        <p class="muted small">{t('heardNow')}</p>
        <Heard events={possible.events} trial={trial} />
      </section>
      <section class="panel stack-tight what-if">
        <h2>{t('whatIf')}</h2>
        <p class="muted small">{t('whatIfSays')}</p>
        <form class="stack-tight" onSubmit={submit}>
          <Events trial={trial} />
          {fields.length > 0 && (
            <div class="trial-fields">
              {fields.map((field) => (
                <Input key={field.name} field={field} trial={trial} index={steps.length} />
              ))}
            </div>
          )}
          <ProblemNote problem={trial.problem.value} />
          <div class="row-wrap">
            <Button submit tone="main" disabled={steps.length >= STEPS_MAX}>
              {t(steps.length === 0 ? 'tryIt' : 'andThen')}
            </Button>
            {steps.length > 0 && <Button onClick={trial.clear}>{t('clear')}</Button>}
          </div>
        </form>
        {first !== undefined && (
          <div class="trial stack-tight" role="status">
            <h3>{t('outcome')}</h3>
            {first.from !== state && <p class="small trial-moved">{t('moved', { state: first.from })}</p>}
            <ol class="trial-steps">
              {steps.map((tried, index) => (
                <Step key={index} kind={kind} tried={tried} transitions={transitions} />
              ))}
            </ol>
          </div>
        )}
      </section>
    </>
  )
}
