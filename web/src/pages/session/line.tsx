// One line of the feed. It is drawn anew only when something of it changed: hundreds of others come meanwhile.

import { Component } from 'preact'
import { language, type Language } from '../../state/preferences.ts'
import { t } from '../../words/feed.ts'
import { numberText, timeText, utcText } from '../../parts/figures.ts'
import { wordsOf, worthOf } from './line-words.ts'
import type { Row } from './feed.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** The viewer's time of the day, to the second. */
export const clockText = (at: number): string => {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

const DAY_MS = 86_400_000

/** `22 Nov, 14:03`: the day too, also when it is today. */
export const dayText = (at: number): string => timeText(at, at + 2 * DAY_MS)

interface LineProps {
  readonly row: Row
  readonly top: number
  readonly height: number
  readonly place: number
  readonly count: number
  readonly isCurrent: boolean
}

export class Line extends Component<LineProps> {
  #language: Language = language.peek()

  override shouldComponentUpdate(next: LineProps): boolean {
    const isSame =
      next.row === this.props.row &&
      next.top === this.props.top &&
      next.height === this.props.height &&
      next.isCurrent === this.props.isCurrent &&
      this.#language === language.peek()
    this.#language = language.peek()
    return !isSame
  }

  override render({ row, top, height, place, count, isCurrent }: LineProps) {
    const { line } = row
    const worth = worthOf(line)
    const words = wordsOf(line)
    return (
      <div
        class={`line line-${line.weight}${isCurrent ? ' line-current' : ''}`}
        role="article"
        data-id={row.id}
        tabIndex={-1}
        aria-posinset={place}
        aria-setsize={count}
        style={{ height: `${height}px`, transform: `translateY(${top}px)` }}
      >
        <time class="line-time" dateTime={new Date(row.at).toISOString()} title={utcText(row.at)}>
          {clockText(row.at)}
        </time>
        <span class="line-says">
          {line.name !== null && (
            <bdi class="line-name" dir="auto">
              {line.name}
            </bdi>
          )}
          {words !== '' && <span class="line-words"> {words}</span>}
          {line.text !== '' && (
            <bdi class="line-text" dir="auto">
              {` ${line.text}`}
            </bdi>
          )}
        </span>
        {line.rest > 0 && <span class="line-tag">{t('more', { n: numberText(line.rest) })}</span>}
        {row.late && <span class="line-tag">{t('late')}</span>}
        {row.history && <span class="line-tag">{t('history')}</span>}
        {worth !== null && <span class="line-worth">◆ {worth}</span>}
      </div>
    )
  }
}
