// The tape with what belongs to it: what is chosen of it in words, and what happened at the place that was opened.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { Button } from '../../parts/button.tsx'
import { t } from '../../words/session-page.ts'
import { FactPanel } from './fact-panel.tsx'
import type { Entry, Minute, Span } from './shapes.ts'
import { sameIn } from './tape.ts'
import { stretchText, TapeView } from './tape-view.tsx'

export const TapePanel = ({
  title,
  entries,
  minutes,
  whole,
  roomId,
  chosen = null,
  onChoose,
  truncated = false,
  children,
}: {
  readonly title: string
  readonly entries: readonly Entry[]
  readonly minutes?: readonly Minute[]
  readonly whole: Span
  readonly roomId: string
  readonly chosen?: Span | null
  readonly onChoose?: (span: Span | null) => void
  readonly truncated?: boolean
  /** Beside the title. */
  readonly children?: ComponentChildren
}) => {
  const opened = useSignal<Entry | null>(null)
  const sorted = entries.toSorted((a, b) => a.at - b.at)
  const found = opened.value === null ? undefined : sameIn(sorted, opened.value)
  return (
    <section class="panel tape-panel" aria-label={title}>
      <header class="row-wrap">
        <h2>{title}</h2>
        <span class="grow faint small" aria-live="polite">
          {chosen === null ? (onChoose === undefined ? '' : t('tapeHelp')) : stretchText(chosen)}
        </span>
        {chosen !== null && onChoose !== undefined && (
          <Button small icon="close" onClick={() => onChoose(null)}>
            {t('wholeSession')}
          </Button>
        )}
        {children}
      </header>
      <TapeView
        entries={entries}
        {...(minutes !== undefined && { minutes })}
        whole={whole}
        chosen={chosen}
        onChoose={onChoose}
        opened={found ?? null}
        onOpen={([first]) => void (opened.value = first ?? null)}
      />
      {entries.length === 0 && <p class="muted small">{t('noFacts')}</p>}
      {truncated && <p class="muted small">{t('truncated')}</p>}
      {found !== undefined && (
        <FactPanel
          entries={sorted}
          opened={found}
          roomId={roomId}
          onOpen={(entry) => void (opened.value = entry)}
          onClose={() => void (opened.value = null)}
        />
      )}
    </section>
  )
}
