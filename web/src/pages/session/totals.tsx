// The numbers of a session in a row: the whole of it, or of the stretch that is chosen.

import type { Counters } from '../../api/types.ts'
import { rateText, shortText, numberText } from '../../parts/figures.ts'
import { t } from '../../words/session-page.ts'
import { inSpan } from './brush.ts'
import { MINUTE_MS } from './minutes.ts'
import type { Minute, Span, Stats } from './shapes.ts'

export const Figure = ({
  name,
  value,
  says,
  exact,
}: {
  readonly name: string
  readonly value: string
  readonly says?: string | undefined
  /** The number written out, for the tooltip. */
  readonly exact?: string | undefined
}) => (
  <div class="figure" title={exact}>
    <dt>{name}</dt>
    <dd>
      <span class="figure-value">{value}</span>
      {says !== undefined && <span class="figure-says">{says}</span>}
    </dd>
  </div>
)

const counted = (name: string, n: number, says?: string) => (
  <Figure name={name} value={shortText(n)} exact={numberText(n)} says={says} />
)

export const Totals = ({
  counters,
  viewers,
  stats,
  rate,
  queued = 0,
}: {
  readonly counters: Counters
  /** How many there are now; null when it is over. */
  readonly viewers: number | null
  readonly stats: Stats | undefined
  /** Events a second; null when it is over. */
  readonly rate: number | null
  readonly queued?: number
}) => (
  <dl class="figures" aria-label={t('numbers')}>
    {viewers === null
      ? counted(
          t('viewers'),
          counters.viewersPeak,
          stats?.viewers.average === null || stats === undefined
            ? undefined
            : t('average', { n: shortText(Math.round(stats.viewers.average)) }),
        )
      : counted(t('viewers'), viewers, t('peak', { n: shortText(counters.viewersPeak) }))}
    {rate !== null && (
      <Figure
        name={t('perSecond')}
        value={rateText(rate)}
        says={queued > 0 ? t('queued', { n: shortText(queued) }) : undefined}
      />
    )}
    {counted(t('events'), counters.events)}
    {counted(t('chats'), counters.chats)}
    {counted(t('giftValue'), counters.giftValue)}
    {counted(t('likes'), counters.likes)}
    {counted(t('joins'), counters.joins)}
    {counted(t('follows'), counters.follows)}
  </dl>
)

/** Of a stretch only what its minutes say is known. */
export const StretchTotals = ({
  minutes,
  span,
}: {
  readonly minutes: readonly Minute[]
  readonly span: Span
}) => {
  const inside = inSpan(minutes, span, MINUTE_MS)
  const sum = (of: (minute: Minute) => number): number =>
    inside.reduce((total, minute) => total + of(minute), 0)
  return (
    <dl class="figures" aria-label={t('numbers')}>
      {counted(t('viewers'), Math.max(0, ...inside.map(({ viewersMax }) => viewersMax ?? 0)))}
      {counted(
        t('chats'),
        sum(({ chats }) => chats),
      )}
      {counted(
        t('giftValue'),
        sum(({ giftValue }) => giftValue),
      )}
      {counted(
        t('likes'),
        sum(({ likes }) => likes),
      )}
      {counted(
        t('joins'),
        sum(({ joins }) => joins),
      )}
    </dl>
  )
}
