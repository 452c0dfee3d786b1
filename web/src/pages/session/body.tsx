// The feed of a session beside its numbers, as the session's page and its room's page show them: while it records the
// feed follows, a chosen stretch is asked for page by page.

import { useEffect, useMemo } from 'preact/hooks'
import { ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { now } from '../../state/clock.ts'
import { Boards } from './boards.tsx'
import { Charts } from './charts.tsx'
import { LiveFeedPanel, PagedFeedPanel } from './feed-panels.tsx'
import { LiveFeed } from './live-feed.ts'
import { joined } from './minutes.ts'
import type { Minute, Span } from './shapes.ts'
import type { SessionStats } from './stats.ts'
import './body.css'

/** The feed of a session while it records; null when it does not. */
export const useLiveFeed = (sessionId: string | null, isOpen: boolean): LiveFeed | null => {
  const live = useMemo(
    () => (isOpen && sessionId !== null ? new LiveFeed(sessionId) : null),
    [sessionId, isOpen],
  )
  useEffect(() => {
    void live?.start()
    return () => live?.stop()
  }, [live])
  return live
}

const NO_MINUTES: readonly Minute[] = []

/** Minute by minute; while it records, what came since the server was asked is counted in once a second. */
export const useMinutes = (stats: SessionStats['stats'], live: LiveFeed | null): readonly Minute[] => {
  const counted = stats?.perMinute ?? NO_MINUTES
  const second = live === null ? 0 : now.value
  return useMemo(
    () => (live === null ? counted : joined(counted, live.minutes.points())),
    [counted, live, second],
  )
}

export interface BodyProps {
  readonly sessionId: string
  /** The sessions that are joined into it. */
  readonly parts?: string
  readonly live: LiveFeed | null
  readonly whole: Span
  readonly span: Span | null
  readonly onSpan?: ((span: Span) => void) | undefined
  readonly minutes: readonly Minute[]
  /** Of the stretch that is chosen, or of the whole. */
  readonly numbers: SessionStats
}

const Ranks = ({
  numbers: { stats, problem, loading, reload },
  isStretch,
}: {
  readonly numbers: SessionStats
  readonly isStretch: boolean
}) => (
  <>
    <ProblemNote problem={problem} stale={stats !== undefined} onRetry={reload} />
    {stats === undefined ? (
      problem === null && <Skeleton lines={6} />
    ) : (
      <Boards stats={stats} isStretch={isStretch} loading={loading} />
    )}
  </>
)

export const SessionBody = (props: BodyProps) => {
  const { sessionId, parts = '', live, whole, span, onSpan, minutes, numbers } = props
  return (
    <div class="session-body">
      {live !== null && span === null ? (
        <LiveFeedPanel sessionId={sessionId} live={live} />
      ) : (
        <PagedFeedPanel sessionId={sessionId} parts={parts} span={span} />
      )}
      <div class="session-side">
        <Charts minutes={minutes} whole={whole} span={span} onSpan={onSpan} />
        <Ranks numbers={numbers} isStretch={span !== null} />
      </div>
    </div>
  )
}
