// The feed as a whole, in its two forms: what is being recorded, which follows and can be paused, and what is asked
// for page by page. Both have the same filters, lines and details.

import { useComputed, useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { ApiProblem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { t } from '../../words/feed.ts'
import { EventSheet } from './event-sheet.tsx'
import { isFiltering, NO_FILTER, type FeedFilter, type Row } from './feed.ts'
import { FeedList } from './feed-list.tsx'
import { FeedToolbar } from './feed-toolbar.tsx'
import type { LiveFeed } from './live-feed.ts'
import { PagedFeed } from './paged-feed.ts'
import type { Span } from './shapes.ts'
import './feed.css'

interface Sheets {
  readonly open: Signal<Row | null>
  readonly person: Signal<string | null>
}

const useSheets = (): Sheets => ({
  open: useSignal<Row | null>(null),
  person: useSignal<string | null>(null),
})

const Opened = ({
  sessionId,
  sheets: { open, person },
  filter,
}: {
  readonly sessionId: string
  readonly sheets: Sheets
  readonly filter: Signal<FeedFilter>
}) =>
  open.value === null ? null : (
    <EventSheet
      key={open.value.id}
      sessionId={sessionId}
      row={open.value}
      onClose={() => void (open.value = null)}
      onPerson={(userId, name) => {
        person.value = name
        filter.value = { ...filter.peek(), userId }
        open.value = null
      }}
    />
  )

const Trouble = ({
  problem,
  onRetry,
}: {
  readonly problem: ApiProblem
  readonly onRetry?: () => unknown
}) => (
  <div class="feed-note">
    <ProblemNote problem={problem} stale onRetry={onRetry} />
  </div>
)

export const LiveFeedPanel = ({
  sessionId,
  live,
}: {
  readonly sessionId: string
  readonly live: LiveFeed
}) => {
  const filter = useSignal<FeedFilter>(NO_FILTER)
  const sheets = useSheets()
  useEffect(() => live.filter(filter.value), [live, filter.value])
  // Only that there are none is of interest up here; the list itself counts them.
  const isEmpty = useComputed(() => live.version.value >= 0 && live.feed.rows.length === 0)
  const paused = live.paused.value
  const state = live.state.value
  const problem = live.problem.value
  const problemEarlier = live.problemEarlier.value
  return (
    <section class="feed" aria-label={t('feed')}>
      <FeedToolbar filter={filter} person={sheets.person.value} searchLabel={t('search')}>
        <Button
          small
          icon={paused ? 'play' : 'pause'}
          attrs={{ 'aria-pressed': paused }}
          onClick={() => live.pause(!paused)}
        >
          {paused ? t('goOn') : t('pause')}
        </Button>
      </FeedToolbar>
      {problem !== null && <Trouble problem={problem} />}
      {problemEarlier !== null && <Trouble problem={problemEarlier} onRetry={() => live.earlier()} />}
      {state === 'lost' && problem === null && (
        <p class="feed-note note note-warn" role="status">
          {t('lost')}
        </p>
      )}
      <div class="feed-body">
        {!live.loaded.value && problem === null ? (
          <Skeleton lines={12} />
        ) : isEmpty.value ? (
          isFiltering(filter.value) ? (
            <Empty icon="filter" title={t('nothingFound')}>
              {t('nothingFoundLive', { n: live.feed.size })}
            </Empty>
          ) : (
            <Empty icon="info" title={t('nothing')}>
              {t('nothingSays')}
            </Empty>
          )
        ) : (
          <FeedList
            label={t('feed')}
            feed={live.feed}
            version={live.version}
            following={!paused}
            onFollow={(following) => live.pause(!following)}
            onStart={() => live.paused.peek() && live.problemEarlier.peek() === null && void live.earlier()}
            onOpen={(row) => void (sheets.open.value = row)}
          >
            {paused && (
              <button type="button" class="button feed-resume" onClick={() => live.pause(false)}>
                {live.held.value === 0 ? t('goOn') : t('held', { n: live.held.value })}
              </button>
            )}
          </FeedList>
        )}
      </div>
      <Opened sessionId={sessionId} sheets={sheets} filter={filter} />
    </section>
  )
}

export const PagedFeedPanel = ({
  sessionId,
  parts,
  span,
}: {
  readonly sessionId: string
  /** The sessions that are joined into it: with others, there are other events. */
  readonly parts: string
  readonly span: Span | null
}) => {
  const filter = useSignal<FeedFilter>(NO_FILTER)
  const sheets = useSheets()
  const paged = useMemo(
    () => new PagedFeed(sessionId, span, filter.value),
    [sessionId, parts, span?.from, span?.to, filter.value],
  )
  useEffect(() => {
    void paged.later()
    return () => paged.stop()
  }, [paged])
  const problem = paged.problem.value
  const isEmpty = paged.version.value >= 0 && paged.feed.rows.length === 0
  const again = (): Promise<void> => paged.later()
  return (
    <section class="feed" aria-label={t('feed')} aria-busy={paged.loading.value}>
      <FeedToolbar filter={filter} person={sheets.person.value} searchLabel={t('searchWords')} />
      {problem !== null && <Trouble problem={problem} onRetry={again} />}
      <div class="feed-body">
        {!paged.loaded.value && problem === null ? (
          <Skeleton lines={12} />
        ) : isEmpty && paged.atEnd.value ? (
          <Empty
            icon={isFiltering(filter.value) || span !== null ? 'filter' : 'info'}
            title={isFiltering(filter.value) || span !== null ? t('nothingFound') : t('nothing')}
          >
            {t('nothingFoundPaged')}
          </Empty>
        ) : (
          <FeedList
            label={t('feed')}
            feed={paged.feed}
            version={paged.version}
            following={false}
            onStart={() => paged.problem.peek() === null && void paged.earlier()}
            onEnd={() => paged.problem.peek() === null && void paged.later()}
            onOpen={(row) => void (sheets.open.value = row)}
          />
        )}
      </div>
      <Opened sessionId={sessionId} sheets={sheets} filter={filter} />
    </section>
  )
}
