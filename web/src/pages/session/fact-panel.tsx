// What is at one place of the tape: each thing in a sentence, why, since when, where the room was then, and the rest
// of what was noted. One steps through them.

import { Button, IconButton } from '../../parts/button.tsx'
import { durationText, utcText } from '../../parts/figures.ts'
import { plainText } from '../../parts/plain-text.ts'
import { StateChip } from '../../parts/state-chip.tsx'
import { now } from '../../state/clock.ts'
import { t as shared } from '../../words/parts.ts'
import { t } from '../../words/session-page.ts'
import { detailsOf, sentenceOf, whyOf } from './fact-line.ts'
import { clockText } from './line.tsx'
import type { Entry } from './shapes.ts'
import { stateAt, toneOf } from './tape.ts'

const VALUE_MAX = 400

export const FactPanel = ({
  entries,
  opened,
  roomId,
  onOpen,
  onClose,
}: {
  /** Everything on the tape, in order of time. */
  readonly entries: readonly Entry[]
  readonly opened: Entry
  readonly roomId: string
  readonly onOpen: (entry: Entry) => void
  readonly onClose: () => void
}) => {
  const index = entries.indexOf(opened)
  const before = entries[index - 1]
  const after = entries[index + 1]
  const state = stateAt(entries, opened.at)
  const why = whyOf(opened)
  const details = detailsOf(opened)
  return (
    <article class={`fact fact-${toneOf(opened)}`} aria-live="polite">
      <header class="row-wrap">
        <h3 class="grow">
          <bdi>{sentenceOf(opened)}</bdi>
        </h3>
        <Button
          small
          icon="left"
          disabled={before === undefined}
          onClick={() => before !== undefined && onOpen(before)}
        >
          {t('previous')}
        </Button>
        <Button
          small
          icon="right"
          disabled={after === undefined}
          onClick={() => after !== undefined && onOpen(after)}
        >
          {t('next')}
        </Button>
        <IconButton icon="close" label={shared('close')} onClick={onClose} />
      </header>
      <dl class="pairs">
        <dt>{t('when')}</dt>
        <dd>
          {clockText(opened.at)} <span class="faint small">{utcText(opened.at)}</span>
          {opened.type === 'gap' || opened.type === 'pause' ? (
            <>
              {' · '}
              {opened.until === null ? t('stillOpen') : t('until', { time: clockText(opened.until) })}
              {' · '}
              {durationText((opened.until ?? now.value) - opened.at)}
            </>
          ) : null}
        </dd>
        {why !== null && (
          <>
            <dt>{t('why')}</dt>
            <dd>
              <bdi>{why}</bdi>
            </dd>
          </>
        )}
        {state !== null && (
          <>
            <dt>{t('stateThen')}</dt>
            <dd class="row-wrap">
              <StateChip state={state} small />
              <a href={`/machines/${roomId}?at=${opened.at}`} class="small">
                {t('machine')}
              </a>
            </dd>
          </>
        )}
        {opened.type === 'fact' && (
          <>
            <dt>{t('fact')}</dt>
            <dd class="mono">{opened.name}</dd>
          </>
        )}
        {details.flatMap(([key, value]) => [
          <dt key={key} class="small">
            {plainText(key, 40)}
          </dt>,
          <dd key={`${key} value`} class="small">
            <bdi class="hostile">{plainText(value, VALUE_MAX)}</bdi>
          </dd>,
        ])}
      </dl>
    </article>
  )
}
