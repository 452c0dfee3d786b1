// The receipt as it is shown: a column that adds up before the reader's eyes, what stands beside it, and the moments
// of the archive.

import { bytesText, durationText, numberText, utcText } from '../../parts/figures.ts'
import { Icon } from '../../parts/icons.tsx'
import { Time } from '../../parts/time.tsx'
import { t } from '../../words/session-page.ts'
import { timingsOf, type Receipt } from './receipt.ts'
import './receipt.css'

const STEPS = ['openedAt', 'lastAt', 'endedAt', 'archiveStartedAt', 'archivedAt'] as const
type StepName = (typeof STEPS)[number]

const Line = ({
  name,
  value,
  sign = '',
  class: more = '',
}: {
  readonly name: string
  readonly value: string
  readonly sign?: string
  readonly class?: string
}) => (
  <div class={`receipt-line ${more}`}>
    <dt>{name}</dt>
    <span class="receipt-dots" aria-hidden="true" />
    <dd>
      <span class="receipt-sign" aria-hidden="true">
        {sign}
      </span>
      {value}
    </dd>
  </div>
)

export const ReceiptView = ({
  receipt,
  report,
  isOpen,
}: {
  readonly receipt: Receipt
  readonly report: unknown
  readonly isOpen: boolean
}) => {
  const adds = receipt.difference === 0
  return (
    <section class="receipt" aria-label={t('receipt')}>
      <header class="row">
        <h2 class="grow">{t('receipt')}</h2>
        {isOpen && <span class="faint small">{t('receiptSoFar')}</span>}
      </header>
      <dl>
        <Line name={t('stored')} value={numberText(receipt.stored)} />
        <Line name={t('duplicates')} value={numberText(receipt.duplicates)} sign="+" />
        <Line name={t('poison')} value={numberText(receipt.poison)} sign="+" />
        <Line
          class="receipt-sum"
          name={t('received')}
          value={numberText(receipt.received)}
          sign={adds ? '=' : '≠'}
        />
      </dl>
      <p class={adds ? 'receipt-verdict receipt-adds' : 'receipt-verdict receipt-lacks'}>
        <Icon name={adds ? 'check' : 'warning'} />
        {adds ? t('adds') : t('addsNot', { n: numberText(Math.abs(receipt.difference)) })}
      </p>
      <h3>{t('beside')}</h3>
      <dl>
        <Line
          name={t('lateRows')}
          value={receipt.late === null ? t('lateUnknown') : numberText(receipt.late)}
        />
        <Line name={t('gapRows', { n: receipt.gaps.count })} value={durationText(receipt.gaps.ms)} />
        <Line name={t('pauseRows', { n: receipt.pauses.count })} value={durationText(receipt.pauses.ms)} />
      </dl>
      <p class="small muted">
        {t('inFrames', { n: numberText(receipt.frames), size: bytesText(receipt.bytes) })}
      </p>
      <ol class="receipt-steps">
        {timingsOf(report).map(({ name, at }) => (
          <li key={name} title={utcText(at)}>
            <span class="muted">{t(name as StepName)}</span> <Time at={at} />
          </li>
        ))}
      </ol>
    </section>
  )
}
