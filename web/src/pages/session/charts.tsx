// Viewers, chats, gifts and likes, minute by minute, below one another with one cursor; or all of it as a table.

import { useSignal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Chart, type ChartPoint } from '../../parts/chart.tsx'
import { numberText, shortText } from '../../parts/figures.ts'
import { Button } from '../../parts/button.tsx'
import { Empty } from '../../parts/notes.tsx'
import { t } from '../../words/session-page.ts'
import { clockText } from './line.tsx'
import { inSpan } from './brush.ts'
import { MINUTE_MS, unbroken } from './minutes.ts'
import type { Minute, Span } from './shapes.ts'

const CHARTS = [
  ['chartViewers', 'a', 'line', ({ viewersMax, viewersAvg }: Minute) => viewersMax ?? viewersAvg],
  ['chartChats', 'b', 'steps', ({ chats }: Minute) => chats],
  ['chartGifts', 'c', 'steps', ({ giftValue }: Minute) => giftValue],
  ['chartLikes', 'd', 'steps', ({ likes }: Minute) => likes],
] as const

/** Rows of the table: an evening. The rest of a longer session is in the exports. */
const ROWS_MAX = 360

/** A count of viewers stands until the next one, but not for longer than this many minutes. */
const HELD = 3

/** The points of a line, over short silences; or of steps, the last one as wide as the others. */
const pointsOf = (
  minutes: readonly Minute[],
  kind: 'line' | 'steps',
  valueOf: (minute: Minute) => number | null,
): readonly ChartPoint[] => {
  let known = 0
  let held: number | null = null
  const points = minutes.map((minute, index) => {
    const value = valueOf(minute)
    if (value !== null) {
      known = index
      held = value
    }
    return { at: minute.at, value: value ?? (kind === 'line' && index - known <= HELD ? held : null) }
  })
  const last = points.at(-1)
  return last === undefined ? points : [...points, { ...last, at: last.at + MINUTE_MS }]
}

const minuteText = (at: number): string => clockText(at).slice(0, 5)

interface ChartsProps {
  readonly minutes: readonly Minute[]
  /** What is shown of time. */
  readonly whole: Span
  readonly span: Span | null
  readonly onSpan?: ((span: Span) => void) | undefined
}

const One = ({
  index,
  minutes,
  shown,
  pointed,
  onSpan,
}: {
  readonly index: number
  readonly minutes: readonly Minute[]
  readonly shown: Span
  readonly pointed: Signal<number | null>
  readonly onSpan: ChartsProps['onSpan']
}) => {
  const [key, tone, kind, valueOf] = CHARTS[index] ?? CHARTS[0]
  const points = useMemo(() => pointsOf(minutes, kind, valueOf), [minutes, kind, valueOf])
  const name = t(key)
  const known = points.filter(({ value }) => value !== null)
  const highest = known.reduce((a, b) => ((b.value ?? 0) > (a?.value ?? -1) ? b : a), known[0])
  const last = known.at(-1)?.value ?? null
  const here = pointed.value === null ? undefined : points.find(({ at }) => at === pointed.value)
  const label =
    last === null || highest === undefined
      ? t('chartNothing', { name })
      : t('chartSays', {
          name,
          last: numberText(last),
          most: numberText(highest.value ?? 0),
          time: minuteText(highest.at),
        })
  return (
    <figure class="chart-box">
      <figcaption class="chart-head">
        <span class={`chart-name chart-${tone}`}>{name}</span>
        <span class="faint small">
          {highest !== undefined && t('most', { n: shortText(highest.value ?? 0) })}
        </span>
        {here !== undefined && (
          <span class="end chart-here">
            {minuteText(here.at)}{' '}
            <strong>{here.value === null ? '–' : numberText(Math.round(here.value))}</strong>
          </span>
        )}
      </figcaption>
      <Chart
        label={label}
        points={points}
        kind={kind}
        tone={tone}
        from={shown.from}
        to={shown.to}
        pointed={pointed}
        hasAxis={index === CHARTS.length - 1}
        height={index === 0 ? 96 : 64}
        onChoose={onSpan === undefined ? undefined : (from, to) => onSpan({ from, to })}
      />
    </figure>
  )
}

const AsTable = ({ minutes }: { readonly minutes: readonly Minute[] }) => (
  <div class="minutes" tabIndex={0} role="region" aria-label={t('perMinute')}>
    {minutes.length > ROWS_MAX && <p class="small muted">{t('tableLast', { n: ROWS_MAX })}</p>}
    <table class="numbers-table">
      <caption class="unseen">{t('perMinute')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('minute')}</th>
          {(['viewers', 'chats', 'giftValue', 'likes', 'joins'] as const).map((name) => (
            <th key={name} scope="col" class="number">
              {t(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {minutes
          .slice(-ROWS_MAX)
          .toReversed()
          .map((minute) => (
            <tr key={minute.at}>
              <th scope="row">{minuteText(minute.at)}</th>
              <td class="number">{minute.viewersMax === null ? '–' : numberText(minute.viewersMax)}</td>
              <td class="number">{numberText(minute.chats)}</td>
              <td class="number">{numberText(minute.giftValue)}</td>
              <td class="number">{numberText(minute.likes)}</td>
              <td class="number">{numberText(minute.joins)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  </div>
)

export const Charts = ({ minutes, whole, span, onSpan }: ChartsProps) => {
  const isTable = useSignal(false)
  const pointed = useSignal<number | null>(null)
  const shown = span ?? whole
  const drawn = useMemo(() => unbroken(inSpan(minutes, span, MINUTE_MS)), [minutes, span?.from, span?.to])
  return (
    <section class="panel charts" aria-label={t('perMinute')}>
      <header class="row">
        <h2 class="grow">{t('perMinute')}</h2>
        <Button small tone="quiet" onClick={() => void (isTable.value = !isTable.value)}>
          {isTable.value ? t('asCharts') : t('asTable')}
        </Button>
      </header>
      {drawn.length === 0 ? (
        <Empty icon="info" title={t('noNumbers')}>
          {t('noNumbersSays')}
        </Empty>
      ) : isTable.value ? (
        <AsTable minutes={drawn} />
      ) : (
        CHARTS.map(([key], index) => (
          <One key={key} index={index} minutes={drawn} shown={shown} pointed={pointed} onSpan={onSpan} />
        ))
      )}
    </section>
  )
}
