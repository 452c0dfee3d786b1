// Sweeps of the assets: the last ones, how the one under way goes, and asking for one. A braked one asks a person.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import type { Page } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { numberText } from '../../parts/figures.ts'
import { Content, Note } from '../../parts/notes.tsx'
import { Table } from '../../parts/table.tsx'
import { Duration, Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/system.ts'
import type { Sweep } from './types.ts'

const COUNTS = ['looked', 'missing', 'suspect', 'found', 'altered'] as const
const SHOWN = 20
const AGAIN_MS = 5_000

export const Sweeps = () => {
  const sweeps = useLoad(
    (signal) => api.get<Page<Sweep>>('/api/maintenance/sweeps', { signal, query: { limit: SHOWN } }),
    [],
    { everyMs: AGAIN_MS },
  )
  useHeard(({ name }) => name === 'asset.sweep_done' || name === 'asset.mass_missing', sweeps.reload, [
    sweeps,
  ])
  const confirming = useSignal(false)
  const begin = async (asked: object): Promise<void> => {
    await api.post<Sweep>('/api/maintenance/sweep', asked)
    toast(t('sweepStarted'))
    await sweeps.reload()
  }
  return (
    <section class="panel stack-tight">
      <header class="row-wrap">
        <h2>{t('sweeps')}</h2>
        <span class="end row">
          <Button onClick={() => begin({ dryRun: true })}>{t('sweepDry')}</Button>
          <Button onClick={() => begin({})}>{t('sweepNow')}</Button>
        </span>
      </header>
      <p class="muted">{t('sweepsText')}</p>
      <Content of={sweeps} lines={4}>
        {({ items }) => (
          <>
            {items[0]?.state === 'braked' && (
              <Note
                tone="warn"
                action={
                  <Button small onClick={() => void (confirming.value = true)}>
                    {t('confirmMissing')}
                  </Button>
                }
              >
                {t('braked')}
              </Note>
            )}
            {items.length === 0 ? (
              <p class="muted">{t('sweepEmpty')}</p>
            ) : (
              <Table
                caption={t('sweeps')}
                rows={items}
                keyOf={({ id }) => String(id)}
                columns={[
                  {
                    key: 'when',
                    label: t('when'),
                    main: true,
                    cell: ({ startedAt, dryRun }) => (
                      <>
                        <Time at={startedAt} /> {dryRun && <span class="system-tag">{t('dry')}</span>}
                      </>
                    ),
                  },
                  {
                    key: 'state',
                    label: t('state'),
                    cell: ({ state, code }) => (
                      <span class="system-job" data-job={state}>
                        {t(`sweep_${state}`)}
                        {code !== null && ` · ${code}`}
                      </span>
                    ),
                  },
                  {
                    key: 'took',
                    label: t('took'),
                    number: true,
                    cell: ({ startedAt, endedAt }) => <Duration from={startedAt} to={endedAt} />,
                  },
                  ...COUNTS.map((name) => ({
                    key: name,
                    label: t(name),
                    number: true,
                    cell: (sweep: Sweep) => numberText(sweep[name]),
                  })),
                ]}
              />
            )}
          </>
        )}
      </Content>
      {confirming.value && (
        <Confirm
          title={t('confirmMissingTitle')}
          label={t('confirmMissing')}
          act={() => begin({ confirmMissing: true })}
          onClose={() => void (confirming.value = false)}
        >
          <p>{t('confirmMissingText')}</p>
        </Confirm>
      )}
    </section>
  )
}
