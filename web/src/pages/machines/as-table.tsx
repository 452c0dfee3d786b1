// The picture in words: every state and every transition as tables, for screen readers and for searching.

import { Table } from '../../parts/table.tsx'
import { t } from '../../words/machines.ts'
import { eventName } from './story.ts'
import type { Machine } from './types.ts'

export const AsTable = ({
  machine,
  counts,
  active,
}: {
  readonly machine: Machine
  readonly counts: ReadonlyMap<string, number>
  readonly active: string | null
}) => (
  <details class="panel as-table">
    <summary>
      <h2>{t('table')}</h2>
    </summary>
    <Table
      caption={t('statesOf', { name: machine.id })}
      rows={machine.states}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'state',
          label: t('state'),
          main: true,
          cell: ({ id }) => (
            <>
              <code>{id}</code>
              {active === id && <strong> · {t('active')}</strong>}
            </>
          ),
        },
        { key: 'runs', label: t('runs'), cell: ({ invokes }) => <code>{invokes.join(', ')}</code> },
        { key: 'here', label: t('here'), number: true, cell: ({ id }) => counts.get(id) ?? 0 },
      ]}
    />
    <Table
      caption={t('tableOf', { name: machine.id })}
      rows={machine.transitions.map((one, number) => ({ one, number }))}
      keyOf={({ number }) => String(number)}
      columns={[
        {
          key: 'in',
          label: t('inState'),
          main: true,
          cell: ({ one }) => (one.from === '' ? t('any') : <code>{one.from}</code>),
        },
        {
          key: 'on',
          label: t('on'),
          cell: ({ one }) => (one.kind === 'always' ? t('atOnce') : <code>{eventName(one)}</code>),
        },
        {
          key: 'if',
          label: t('if'),
          cell: ({ one }) => (one.guard === null ? '' : <code>{one.guard}</code>),
        },
        {
          key: 'to',
          label: t('goesTo'),
          cell: ({ one }) => (one.to === null ? t('stays') : <code>{one.to}</code>),
        },
        { key: 'do', label: t('actions'), cell: ({ one }) => <code>{one.actions.join(', ')}</code> },
      ]}
    />
  </details>
)
