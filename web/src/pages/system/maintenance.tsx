// Care for what was recorded: each kind is looked at first, in a dry run, and carried out when what it says is right.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import type { Page } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/fields.tsx'
import { numberText } from '../../parts/figures.ts'
import { Content, Note } from '../../parts/notes.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/care.ts'
import {
  isIdle,
  pruneOf,
  type PruneForm,
  type PruneReport,
  type RepairReport,
  type RotateReport,
} from './care.ts'
import type { LogRow } from './types.ts'

interface Kind<R> {
  readonly title: string
  readonly about: string
  readonly path: string
  /** What is asked; null while nothing is. */
  readonly body: () => object | null
  readonly says: (report: R) => ComponentChildren
  /** True when there is nothing to carry out. */
  readonly isDone: (report: R) => boolean
  readonly children?: ComponentChildren
  readonly onDone: () => void
}

function Care<R extends { readonly dryRun: boolean }>(kind: Kind<R>) {
  const last = useSignal<{ readonly report: R; readonly asked: string } | null>(null)
  const missing = useSignal(false)
  const ask = async (dryRun: boolean): Promise<void> => {
    const body = kind.body()
    missing.value = body === null
    if (body === null) return
    const report = await api.post<R>(kind.path, { ...body, dryRun })
    last.value = { report, asked: JSON.stringify(body) }
    if (!dryRun) kind.onDone()
  }
  // A dry run speaks of what was asked then: whoever asks for something else looks again first.
  const isOld = last.value?.report.dryRun === true && last.value.asked !== JSON.stringify(kind.body())
  const found = isOld ? null : (last.value?.report ?? null)
  return (
    <section class="panel care">
      <h2>{kind.title}</h2>
      <p class="muted">{kind.about}</p>
      {kind.children}
      {missing.value && <Note tone="warn">{t('pruneChoose')}</Note>}
      {found !== null && (
        <Note tone={found.dryRun ? 'info' : 'good'}>
          <strong>{t(found.dryRun ? 'wouldDo' : 'wasDone')}</strong> {kind.says(found)}
        </Note>
      )}
      <div class="row-wrap care-foot">
        <Button onClick={() => ask(true)}>{t('look')}</Button>
        {found?.dryRun === true && !kind.isDone(found) && (
          <Button tone="danger" onClick={() => ask(false)}>
            {t('carryOut')}
          </Button>
        )}
      </div>
    </section>
  )
}

/** What a merge of sessions left behind that takes it back; rooms that were merged stay so. */
const canUndo = ({ kind, dryRun, result }: LogRow): boolean => {
  const { merged, rooms } = (result ?? {}) as { readonly merged?: number; readonly rooms?: unknown }
  return kind === 'merge' && !dryRun && (merged ?? 0) > 0 && rooms === null
}

const FIELDS = [
  ['emptyDays', 'pruneEmpty'],
  ['oldDays', 'pruneOld'],
  ['keepPerRoom', 'pruneKeep'],
  ['journalDays', 'pruneJournal'],
] as const

const pruneText = (report: PruneReport): string =>
  isIdle(report)
    ? t('pruneNothing')
    : `${t('pruneReport', {
        sessions: report.emptySessions + report.prunedSessions,
        events: report.events,
        journal: report.journal,
      })}${report.more ? ` ${t('pruneMore')}` : ''}`

/** A result of any kind in one line: its numbers that are not zero. */
const resultText = (result: unknown): string =>
  typeof result !== 'object' || result === null
    ? ''
    : Object.entries(result)
        .filter(([, value]) => typeof value === 'number' && value > 0)
        .map(([name, value]) => `${name} ${numberText(Number(value))}`)
        .join(' · ')

export const Maintenance = () => {
  const log = useLoad((signal) =>
    api.get<Page<LogRow>>('/api/maintenance/log', { signal, query: { limit: 30 } }),
  )
  useHeard(({ name }) => name === 'maintenance.done', log.reload, [log])
  const form = useSignal<PruneForm>({ emptyDays: '', oldDays: '', keepPerRoom: '', journalDays: '' })
  const onDone = (): void => void log.reload()
  const undo = async (logId: number): Promise<void> => {
    await api.post('/api/maintenance/merge', { what: 'undo', logId })
    toast(t('undone'))
    await log.reload()
  }
  return (
    <div class="stack">
      <p class="muted">{t('maintenanceText')}</p>
      <div class="system-grid">
        <Care<RepairReport>
          title={t('repair')}
          about={t('repairText')}
          path="/api/maintenance/repair"
          body={() => ({})}
          isDone={({ found }) => found === 0}
          says={({ checked, found, fixed }) =>
            found === 0 ? t('repairClean', { n: checked }) : t('repairFound', { n: checked, found, fixed })
          }
          onDone={onDone}
        />
        <Care<PruneReport>
          title={t('prune')}
          about={t('pruneText')}
          path="/api/maintenance/prune"
          body={() => pruneOf(form.value)}
          isDone={isIdle}
          says={pruneText}
          onDone={onDone}
        >
          <div class="care-fields">
            {FIELDS.map(([name, word]) => (
              <Field
                key={name}
                label={t(word)}
                type="number"
                value={form.value[name]}
                onInput={(value) => void (form.value = { ...form.value, [name]: value })}
                attrs={{ min: 0, inputMode: 'numeric' }}
              />
            ))}
          </div>
          <p class="field-hint">{t('pruneHint')}</p>
        </Care>
        <Care<RotateReport>
          title={t('rotateKeys')}
          about={t('rotateKeysText')}
          path="/api/maintenance/rotate"
          body={() => ({})}
          isDone={({ resealed }) => resealed === 0}
          says={({ checked, resealed, unreadable, key }) =>
            t('rotateReport', { n: checked, resealed, unreadable, key })
          }
          onDone={onDone}
        />
      </div>
      <section class="panel stack-tight">
        <h2>{t('log')}</h2>
        <Content of={log} lines={3}>
          {({ items }) =>
            items.length === 0 ? (
              <p class="muted">{t('logEmpty')}</p>
            ) : (
              <Table
                caption={t('log')}
                rows={items}
                keyOf={({ id }) => String(id)}
                columns={[
                  { key: 'when', label: t('when'), main: true, cell: ({ at }) => <Time at={at} /> },
                  {
                    key: 'what',
                    label: t('what'),
                    cell: ({ kind, dryRun }) => (
                      <>
                        {kind} {dryRun && <span class="system-tag">{t('dry')}</span>}
                      </>
                    ),
                  },
                  { key: 'by', label: t('by'), cell: ({ actor }) => actor },
                  { key: 'result', label: t('result'), cell: ({ result }) => resultText(result) },
                  {
                    key: 'undo',
                    label: t('undo'),
                    bare: true,
                    number: true,
                    cell: (row) =>
                      canUndo(row) && (
                        <Button small onClick={() => undo(row.id)}>
                          {t('undo')}
                        </Button>
                      ),
                  },
                ]}
              />
            )
          }
        </Content>
      </section>
    </div>
  )
}
