// One step of an actor in full: what it heard, the way it took and why, what it was asked to do, what changed.

import { StateChip } from '../../parts/state-chip.tsx'
import { t } from '../../words/machines.ts'
import type { Kind } from './actor-list.tsx'
import { eventName } from './story.ts'
import type { Context, Entry, Transition } from './types.ts'
import { Changes, Fields } from './values.tsx'

export const entryName = ({ kind, event }: Pick<Entry, 'kind' | 'event'>): string => {
  if (kind === 'start') return t('started')
  if (kind === 'failed') return t('failed')
  return event ?? t('eventUnknown')
}

const wayText = ({ from, to }: Transition): string => `${from === '' ? t('any') : from} → ${to ?? t('stays')}`

export const Ways = ({
  transitions,
  taken,
  refused = [],
}: {
  readonly transitions: readonly Transition[]
  readonly taken: readonly number[]
  readonly refused?: readonly number[]
}) => (
  <ul class="ways">
    {refused.map((number) => {
      const one = transitions[number]
      return one === undefined ? null : (
        <li key={`no${number}`} class="muted">
          <span class="mono">{wayText(one)}</span>{' '}
          <span class="small">
            {t('notGuard')} <code>{one.guard ?? eventName(one)}</code>
          </span>
        </li>
      )
    })}
    {taken.map((number, index) => {
      const one = transitions[number]
      return one === undefined ? null : (
        <li key={`${number} ${index}`}>
          <span class="mono">{wayText(one)}</span>
          {one.guard !== null && (
            <span class="small muted">
              {' '}
              {t('guard')} <code>{one.guard}</code>
            </span>
          )}
        </li>
      )
    })}
  </ul>
)

export const Actions = ({ actions }: { readonly actions: readonly string[] }) =>
  actions.length === 0 ? (
    <p class="muted small">{t('noActions')}</p>
  ) : (
    <ul class="action-names">
      {actions.map((name, index) => (
        <li key={`${name} ${index}`} class="mono">
          {name}
        </li>
      ))}
    </ul>
  )

export const FromTo = ({
  kind,
  from,
  to,
}: {
  readonly kind: Kind
  readonly from: string | null
  readonly to: string
}) => (
  <span class="row from-to">
    {from !== null && from !== to && (
      <>
        <StateChip state={from} kind={kind} small />
        <span aria-hidden="true">→</span>
      </>
    )}
    <StateChip state={to} kind={kind} small />
  </span>
)

export const EntrySheet = ({
  kind,
  entry,
  transitions,
  context,
}: {
  readonly kind: Kind
  readonly entry: Entry
  readonly transitions: readonly Transition[]
  readonly context: Context | null
}) => (
  <div class="entry-sheet stack-tight" aria-live="off">
    <header class="row-wrap">
      <h3 class="mono grow">{entryName(entry)}</h3>
      <FromTo kind={kind} from={entry.from} to={entry.to} />
    </header>
    {entry.kind !== 'fact' && (
      <div class="entry-facts">
        <section>
          <h4>{t('way')}</h4>
          {entry.transitions.length === 0 && entry.kind !== 'start' ? (
            <p class="muted small">{t('ignored')}</p>
          ) : (
            <Ways transitions={transitions} taken={entry.transitions} />
          )}
        </section>
        <section>
          <h4>{t('actions')}</h4>
          <Actions actions={entry.actions} />
        </section>
      </div>
    )}
    {entry.payload !== null && Object.keys(entry.payload).length > 0 && (
      <section>
        <h4>{t('said')}</h4>
        <Fields label={t('said')} fields={entry.payload} />
      </section>
    )}
    {entry.kind !== 'fact' && (
      <section>
        <h4>{t('changes')}</h4>
        <Changes changes={entry.changes} />
      </section>
    )}
    {context !== null && (
      <details>
        <summary>{t('context')}</summary>
        <Fields label={t('context')} fields={context} />
      </details>
    )}
  </div>
)
