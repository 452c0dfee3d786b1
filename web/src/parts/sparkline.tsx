// Ten minutes at a glance: a line without axes, with a sentence for those who do not see it.

import { t } from '../words/parts.ts'
import { rateText, shortText } from './figures.ts'
import './sparklines.css'

/** The path of a line through the values, and of the area below it; null when there is nothing to draw. */
export const pathOf = (
  values: readonly number[],
  width: number,
  height: number,
): { readonly line: string; readonly area: string } | null => {
  if (values.length < 2) return null
  const most = Math.max(...values, 1e-9)
  const step = width / (values.length - 1)
  const line = values
    .map((value, index) => {
      const y = 1 + (height - 2) * (1 - Math.max(0, value) / most)
      return `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
  return { line, area: `${line}L${width} ${height}L0 ${height}Z` }
}

export const Sparkline = ({
  name,
  values,
  width = 96,
  height = 24,
  tone = 'plain',
  isRate = false,
}: {
  /** What the values are. */
  readonly name: string
  /** Oldest first, evenly spaced. */
  readonly values: readonly number[]
  readonly width?: number
  readonly height?: number
  readonly tone?: 'plain' | 'accent' | 'live'
  readonly isRate?: boolean
}) => {
  const path = pathOf(values, width, height)
  const text = isRate ? rateText : shortText
  const label =
    values.length === 0
      ? t('nothingYet', { name })
      : t('sparkline', { name, last: text(values.at(-1) ?? 0), most: text(Math.max(...values)) })
  return (
    <svg class={`sparkline sparkline-${tone}`} width={width} height={height} role="img" aria-label={label}>
      <title>{label}</title>
      {path === null ? (
        <path class="sparkline-nothing" d={`M0 ${height - 1}H${width}`} />
      ) : (
        <>
          <path class="sparkline-area" d={path.area} />
          <path class="sparkline-line" d={path.line} />
        </>
      )}
    </svg>
  )
}
