// What a session's record is made of besides its events: its gaps, the attempts to archive it, and TikTok's own
// numbers at the start and at the end.

import { durationText, numberText } from '../../parts/figures.ts'
import { plainText } from '../../parts/plain-text.ts'
import { Table, type Column } from '../../parts/table.tsx'
import { Lasting, Time } from '../../parts/time.tsx'
import { Button } from '../../parts/button.tsx'
import { now } from '../../state/clock.ts'
import { causes, reasonNames } from '../../words/session.ts'
import { t } from '../../words/session-page.ts'
import { sayOr } from '../../words/words.ts'
import type { Attempt, Gap, SessionWhole, Span } from './shapes.ts'

export const Gaps = ({
  gaps,
  onSpan,
}: {
  readonly gaps: readonly Gap[]
  readonly onSpan: (span: Span) => void
}) => {
  const columns: readonly Column<Gap>[] = [
    { key: 'from', label: t('gapFrom'), main: true, cell: ({ fromAt }) => <Time at={fromAt} /> },
    {
      key: 'length',
      label: t('gapLength'),
      number: true,
      cell: ({ fromAt, toAt }) => durationText((toAt ?? now.value) - fromAt),
    },
    { key: 'cause', label: t('gapCause'), cell: ({ cause }) => sayOr(causes, cause) },
    {
      key: 'detail',
      label: t('gapDetail'),
      cell: ({ detail }) => <bdi class="hostile muted">{detail === null ? '–' : plainText(detail, 200)}</bdi>,
    },
    {
      key: 'show',
      label: t('gapHere'),
      bare: true,
      cell: ({ fromAt, toAt }) => (
        <Button
          small
          tone="quiet"
          onClick={() => {
            const to = toAt ?? now.peek()
            // A little before and after it, so that one sees what broke off and what came first.
            const around = Math.max(30_000, (to - fromAt) / 2)
            onSpan({ from: fromAt - around, to: to + around })
          }}
        >
          {t('gapHere')}
        </Button>
      ),
    },
  ]
  return (
    <section class="panel stack-tight">
      <h2>{t('gapsTitle')}</h2>
      {gaps.length === 0 ? (
        <p class="muted">{t('noGaps')}</p>
      ) : (
        <Table
          caption={t('gapsTitle')}
          columns={columns}
          rows={gaps}
          keyOf={({ fromAt, cause, sessionId }) => `${sessionId} ${fromAt} ${cause}`}
        />
      )}
    </section>
  )
}

export const Attempts = ({ attempts }: { readonly attempts: readonly Attempt[] }) => {
  const columns: readonly Column<Attempt>[] = [
    { key: 'at', label: t('when'), main: true, cell: ({ startedAt }) => <Time at={startedAt} /> },
    {
      key: 'trigger',
      label: t('trigger'),
      cell: ({ trigger, detail }) => (
        <bdi title={detail === null ? undefined : plainText(detail, 300)}>{sayOr(reasonNames, trigger)}</bdi>
      ),
    },
    {
      key: 'outcome',
      label: t('outcome'),
      cell: ({ outcome, errorClass }) => (
        <span class={outcome === 'failed' ? 'attempt-failed' : outcome === 'noop' ? 'muted' : ''}>
          {t(outcome)}
          {errorClass !== null && ` (${plainText(errorClass, 60)})`}
        </span>
      ),
    },
    {
      key: 'took',
      label: t('took'),
      number: true,
      cell: ({ durationMs }) =>
        durationMs < 10_000 ? `${numberText(durationMs)} ms` : <Lasting ms={durationMs} />,
    },
    { key: 'rows', label: t('rows'), number: true, cell: ({ rows }) => numberText(rows) },
  ]
  if (attempts.length === 0) return null
  return (
    <section class="panel stack-tight">
      <h2>{t('attemptsTitle')}</h2>
      <Table
        caption={t('attemptsTitle')}
        columns={columns}
        rows={attempts}
        keyOf={({ startedAt, trigger, outcome, sessionId }) =>
          `${sessionId} ${startedAt} ${trigger} ${outcome}`
        }
      />
    </section>
  )
}

type Snapshot = { readonly title?: unknown; readonly counters?: unknown } | null

const snapshotOf = (whole: SessionWhole, side: 'start' | 'end'): Snapshot => {
  const { snapshot } = whole
  if (typeof snapshot !== 'object' || snapshot === null) return null
  const found = (snapshot as Record<string, unknown>)[side]
  return typeof found === 'object' && found !== null ? found : null
}

const countersIn = (snapshot: Snapshot): readonly (readonly [name: string, n: number])[] =>
  Object.entries(snapshot?.counters ?? {}).flatMap(([name, n]) =>
    typeof n === 'number' ? [[name, n] as const] : [],
  )

/** What TikTok said of the broadcast, beside what was recorded of it. */
export const Snapshots = ({ whole }: { readonly whole: SessionWhole }) => {
  const sides = (['start', 'end'] as const).flatMap((side) => {
    const snapshot = snapshotOf(whole, side)
    return snapshot === null ? [] : [{ side, snapshot }]
  })
  if (sides.length === 0) return null
  return (
    <section class="panel stack-tight">
      <h2>{t('snapshot')}</h2>
      <div class="sides">
        {sides.map(({ side, snapshot }) => (
          <div key={side} class="stack-tight">
            <h3>{t(side === 'start' ? 'snapshotStart' : 'snapshotEnd')}</h3>
            {typeof snapshot?.title === 'string' && (
              <bdi class="hostile">{plainText(snapshot.title, 200)}</bdi>
            )}
            <dl class="pairs">
              {countersIn(snapshot).flatMap(([name, n]) => [
                <dt key={name}>{plainText(name, 40)}</dt>,
                <dd key={`${name} n`}>{name.endsWith('AtS') ? <Time at={n * 1_000} /> : numberText(n)}</dd>,
              ])}
            </dl>
          </div>
        ))}
      </div>
    </section>
  )
}
