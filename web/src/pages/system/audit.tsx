// Who did what: filtered in the address, so that a view can be sent on; read page by page, exported as it is filtered.

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { Button } from '../../parts/button.tsx'
import { Choice, Field } from '../../parts/fields.tsx'
import { Note, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { route, setQuery } from '../../router.tsx'
import { allRooms, roomOf } from '../../state/rooms.ts'
import { outcomes } from '../../words/audit.ts'
import { t } from '../../words/care.ts'
import { sayOr } from '../../words/words.ts'
import { AuditExport } from './audit-export.tsx'
import { filterOf, FILTERS, type AuditRow } from './audit-filter.ts'
import { useAudit } from './audit-pages.ts'

const OUTCOMES = ['done', 'noop', 'refused', 'denied', 'failed'] as const
const TYPING_MS = 300

const Filters = () => {
  const { query } = route.value
  const rooms = allRooms.value.toSorted((a, b) => a.handle.localeCompare(b.handle))
  const typed = useSignal({ actor: query.get('actor') ?? '', action: query.get('action') ?? '' })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (change: Partial<typeof typed.value>): void => {
    typed.value = { ...typed.value, ...change }
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setQuery(typed.value), TYPING_MS)
  }
  return (
    <div class="audit-filters">
      <Choice
        label={t('room')}
        value={roomOf(query.get('room') ?? '')?.value.id ?? ''}
        onChoose={(room) => setQuery({ room })}
        options={[['', t('allRooms')], ...rooms.map(({ id, handle }) => [id, `@${handle}`] as const)]}
      />
      <Field
        label={t('actor')}
        value={typed.value.actor}
        onInput={(actor) => type({ actor: actor.trim() })}
        placeholder={t('actorHint')}
      />
      <Field
        label={t('action')}
        value={typed.value.action}
        onInput={(action) => type({ action: action.trim() })}
        placeholder="room.stop"
      />
      <Choice
        label={t('outcome')}
        value={OUTCOMES.find((one) => one === query.get('outcome')) ?? ''}
        onChoose={(outcome) => setQuery({ outcome })}
        options={[['', t('anyOutcome')], ...OUTCOMES.map((one) => [one, outcomes(one)] as const)]}
      />
      <Field
        label={t('from')}
        type="datetime-local"
        value={query.get('from') ?? ''}
        onInput={(from) => setQuery({ from })}
      />
      <Field
        label={t('to')}
        type="datetime-local"
        value={query.get('to') ?? ''}
        onInput={(to) => setQuery({ to })}
      />
      <Button
        tone="quiet"
        onClick={() => {
          typed.value = { actor: '', action: '' }
          setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])))
        }}
      >
        {t('clearFilters')}
      </Button>
    </div>
  )
}

interface Chain {
  readonly rows: number
  readonly brokenAt: number | null
}

const Verify = () => {
  const chain = useSignal<Chain | null>(null)
  const found = chain.value
  return (
    <>
      <Button
        icon="check"
        onClick={async () => void (chain.value = await api.get<Chain>('/api/audit/verify'))}
      >
        {t('verify')}
      </Button>
      {found !== null && (
        <Note tone={found.brokenAt === null ? 'good' : 'problem'}>
          {found.brokenAt === null
            ? t('chainGood', { n: found.rows })
            : t('chainBroken', { at: found.brokenAt })}
        </Note>
      )}
    </>
  )
}

const roomName = (id: string | null): string => (id === null ? '' : `@${roomOf(id)?.value.handle ?? id}`)

const Rows = ({ rows }: { readonly rows: readonly AuditRow[] }) => (
  <Table
    caption={t('audit')}
    rows={rows}
    keyOf={({ seq }) => String(seq)}
    columns={[
      { key: 'at', label: t('when'), cell: ({ at }) => <Time at={at} /> },
      {
        key: 'action',
        label: t('action'),
        main: true,
        cell: ({ action }) => <span class="mono">{action}</span>,
      },
      {
        key: 'actor',
        label: t('actor'),
        cell: ({ actor, ip }) => <span title={ip ?? undefined}>{actor}</span>,
      },
      {
        key: 'target',
        label: t('target'),
        cell: ({ roomId, target, detail }) => (
          <span class="audit-target" title={detail ?? undefined}>
            {roomName(roomId)} <Stranger text={target} max={80} class="muted" />
          </span>
        ),
      },
      {
        key: 'outcome',
        label: t('outcome'),
        cell: ({ outcome, code }) => (
          <span class="system-job" data-job={outcome}>
            {sayOr(outcomes, outcome)}
            {code !== null && ` · ${code}`}
          </span>
        ),
      },
    ]}
  />
)

export const Audit = () => {
  const filter = filterOf(route.value.query, (text) => roomOf(text)?.value.id ?? text)
  const pages = useAudit(JSON.stringify(filter))
  const rows = pages.rows.value
  return (
    <div class="stack">
      <header class="row-wrap">
        <p class="grow muted">{t('auditText')}</p>
        <Verify />
        <AuditExport filter={filter} roomName={roomName} />
      </header>
      <Filters />
      <ProblemNote problem={pages.problem.value} stale={rows !== undefined} onRetry={() => pages.load()} />
      {rows === undefined ? (
        pages.problem.value === null && <Skeleton lines={8} />
      ) : rows.length === 0 ? (
        <p class="muted">{t('auditEmpty')}</p>
      ) : (
        <Rows rows={rows} />
      )}
      {pages.next.value !== null && (
        <div>
          <Button onClick={() => pages.more()}>{t('more')}</Button>
        </div>
      )}
    </div>
  )
}
