// The history of one actor: a tape to scrub, a list to choose from, and the chosen step in full. At its end it follows
// what happens.

import type { Signal } from '@preact/signals'
import { Button, IconButton } from '../../parts/button.tsx'
import { Check } from '../../parts/fields.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Time } from '../../parts/time.tsx'
import { timeText } from '../../parts/figures.ts'
import { t } from '../../words/machines.ts'
import type { Kind } from './actor-list.tsx'
import { EntrySheet, entryName } from './entry-sheet.tsx'
import type { Following } from './following.ts'
import { contextAt, isQuiet } from './story.ts'
import type { Entry, Transition } from './types.ts'

export interface Stepping {
  readonly story: readonly Entry[]
  /** Which step is looked at; the last one while it is followed. */
  readonly index: number
  readonly isFollowing: boolean
  /** Null: follow what happens. */
  readonly step: (index: number | null) => void
}

const Steps = ({ story, index, isFollowing, step }: Stepping) => {
  const last = story.length - 1
  return (
    <div class="steps">
      <IconButton
        icon="start"
        label={t('first')}
        disabled={index <= 0 && !isFollowing}
        onClick={() => step(0)}
      />
      <IconButton icon="left" label={t('back')} disabled={index <= 0} onClick={() => step(index - 1)} />
      <input
        class="scrubber grow"
        type="range"
        min={0}
        max={Math.max(0, last)}
        value={index}
        aria-label={t('scrub')}
        aria-valuetext={`${t('stepped', { n: index + 1, all: story.length })}: ${
          story[index] === undefined ? '' : entryName(story[index])
        }`}
        onInput={(event) => {
          const at = Number(event.currentTarget.value)
          step(at === last ? null : at)
        }}
      />
      <IconButton
        icon="right"
        label={t('forward')}
        disabled={isFollowing}
        onClick={() => step(index + 1 >= last ? null : index + 1)}
      />
      <IconButton icon="end" label={t('now')} disabled={isFollowing} onClick={() => step(null)} />
      <span class={isFollowing ? 'steps-says is-following' : 'steps-says'} role="status">
        {isFollowing ? t('following') : t('stepped', { n: index + 1, all: story.length })}
      </span>
    </div>
  )
}

const Line = ({
  kind,
  entry,
  isChosen,
  onChoose,
}: {
  readonly kind: Kind
  readonly entry: Entry
  readonly isChosen: boolean
  readonly onChoose: () => void
}) => (
  <li>
    <button
      type="button"
      class={isQuiet(entry) ? 'story-line is-quiet' : 'story-line'}
      aria-pressed={isChosen}
      onClick={onChoose}
    >
      <span class="number faint small">
        <Time at={entry.lastAt} />
      </span>
      <span class="mono one-line">
        {entryName(entry)}
        {entry.count > 1 && <span class="muted"> {t('times', { n: entry.count })}</span>}
      </span>
      {entry.from !== entry.to && <StateChip state={entry.to} kind={kind} small />}
    </button>
  </li>
)

export const History = ({
  kind,
  following,
  stepping,
  hidesQuiet,
  transitions,
}: {
  readonly kind: Kind
  readonly following: Following
  readonly stepping: Stepping
  /** Whether steps that led nowhere are left out. */
  readonly hidesQuiet: Signal<boolean>
  readonly transitions: readonly Transition[]
}) => {
  const { story, index, step } = stepping
  const entry = story[index]
  const now = following.context.value
  if (entry === undefined) return null
  const lines = story.map((one, at) => ({ one, at })).toReversed()
  return (
    <section class="panel history stack-tight" aria-label={t('history')}>
      <header class="row-wrap">
        <h2 class="grow">{t('history')}</h2>
        <Check
          label={t('quiet')}
          checked={hidesQuiet.value}
          onChange={(checked) => void (hidesQuiet.value = checked)}
        />
      </header>
      <Steps {...stepping} />
      <div class="history-parts">
        <div class="story" tabIndex={0} role="group" aria-label={t('history')}>
          <ol class="story-lines" reversed>
            {lines.map(({ one, at }) => (
              <Line
                key={`${one.seq ?? 'j'} ${one.at} ${one.to}`}
                kind={kind}
                entry={one}
                isChosen={at === index}
                onChoose={() => step(at === story.length - 1 ? null : at)}
              />
            ))}
          </ol>
          {following.next.value === null ? (
            <p class="faint small">{t('olderNone')}</p>
          ) : (
            <Button small tone="quiet" onClick={following.older}>
              {t('older')}
            </Button>
          )}
        </div>
        <EntrySheet
          key={`${entry.seq ?? timeText(entry.at, 0)}`}
          kind={kind}
          entry={entry}
          transitions={transitions}
          context={now === null || entry.seq === null ? null : contextAt(story, index, now)}
        />
      </div>
    </section>
  )
}
