// One session: the tape is the navigation, and what is chosen on it filters the feed, the charts and the leaderboards
// below. Then the receipt, the gaps, the exports.

import { useEffect, useMemo } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import type { Fact } from '../../api/types.ts'
import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { route, setQuery } from '../../router.tsx'
import { now } from '../../state/clock.ts'
import { useLoad } from '../../state/load.ts'
import { roomOf } from '../../state/rooms.ts'
import { t } from '../../words/session-page.ts'
import { Attempts, Gaps, Snapshots } from './accounts.tsx'
import { SessionBody, useLiveFeed, useMinutes } from './body.tsx'
import { ExportMenu, useTotalRows } from './exports.tsx'
import { isOfSession, useFactReload } from './fact-reload.ts'
import { Heading } from './heading.tsx'
import { receiptOf } from './receipt.ts'
import { ReceiptView } from './receipt-view.tsx'
import type { Entry, SessionWhole, Span, Timeline } from './shapes.ts'
import { useStats } from './stats.ts'
import { TapePanel } from './tape-panel.tsx'
import { wholeOf } from './time-axis.ts'
import { StretchTotals, Totals } from './totals.tsx'
import './page.css'

/** An open session's row is read again this often: what is counted is no fact. */
const OPEN_MS = 5_000
const NO_ENTRIES: readonly Entry[] = []

const spanIn = (query: URLSearchParams, whole: Span): Span | null => {
  const [from, to] = [query.get('from'), query.get('to')].map((text) => (text === null ? NaN : Number(text)))
  if (from === undefined || to === undefined || !(from < to)) return null
  const span = { from: Math.max(from, whole.from), to: Math.min(to, whole.to) }
  return span.from < span.to ? span : null
}

const choose = (span: Span | null): void =>
  setQuery({
    from: span === null ? null : String(Math.round(span.from)),
    to: span === null ? null : String(Math.round(span.to)),
  })

const Shown = ({
  whole: session,
  isOurs,
}: {
  readonly whole: SessionWhole
  readonly isOurs: (fact: Fact) => boolean
}) => {
  const { id, roomId } = session
  const isOpen = session.archivedAt === null
  const room = roomOf(roomId)?.value
  const ours = room?.session?.id === id ? room.session : null
  const parts = session.withFragments
  const counters = ours?.counters ?? parts?.counters ?? session.counters
  // The tail of a broadcast arrives after its end was heard.
  const lastAt = isOpen ? null : Math.max(parts?.endedAt ?? session.endedAt ?? 0, session.lastAt)
  const whole = wholeOf(parts?.openedAt ?? session.openedAt, lastAt, isOpen ? now.value : 0)
  const asked = route.value.query.toString()
  // Asked for once: the end of an open session moves on, and what was chosen does not.
  const span = useMemo(() => spanIn(new URLSearchParams(asked), whole), [asked, isOpen, id])

  const timeline = useLoad(
    (signal) => api.get<Timeline>(`/api/sessions/${id}/timeline`, { signal }),
    [id, session.archivedAt, session.mergedInto],
  )
  useFactReload(isOurs, timeline.reload, [timeline])
  const joined = parts?.fragments.join(' ') ?? ''
  const numbers = useStats(id, null, { isOpen, parts: joined })
  const stretch = useStats(id, span, { isOpen, parts: joined, isAsked: span !== null })
  const live = useLiveFeed(id, isOpen)
  const minutes = useMinutes(numbers.stats, live)
  const totalRows = useTotalRows(id, !isOpen, joined)
  const entries = timeline.data.value?.entries ?? NO_ENTRIES
  const receipt = receiptOf({
    counters,
    report: session.report,
    gaps: session.gaps,
    pauses: session.pauses,
    totalRows,
    isPruned: session.prunedAt !== null,
    isMerged: parts !== null,
    now: now.value,
  })
  return (
    <>
      <Heading whole={session} state={isOpen ? (ours === null ? null : (room?.state ?? null)) : null}>
        <ExportMenu sessionId={id} isOpen={isOpen} isPruned={session.prunedAt !== null} />
      </Heading>
      <ProblemNote
        problem={timeline.problem.value}
        stale={timeline.data.value !== undefined}
        onRetry={timeline.reload}
      />
      <TapePanel
        title={t('timeline')}
        entries={entries}
        minutes={minutes}
        whole={whole}
        roomId={roomId}
        chosen={span}
        onChoose={choose}
        truncated={timeline.data.value?.truncated ?? false}
      />
      {span === null ? (
        <Totals
          counters={counters}
          stats={numbers.stats}
          viewers={isOpen ? counters.viewersLast : null}
          rate={ours?.eventsPerSecond ?? null}
          queued={ours?.queuedFrames ?? 0}
        />
      ) : (
        <StretchTotals minutes={stretch.stats?.perMinute ?? minutes} span={span} />
      )}
      <SessionBody
        sessionId={id}
        parts={joined}
        live={live}
        whole={whole}
        span={span}
        onSpan={choose}
        minutes={minutes}
        numbers={span === null ? numbers : stretch}
      />
      <div class="session-accounts">
        <ReceiptView receipt={receipt} report={parts === null ? session.report : null} isOpen={isOpen} />
        <div class="session-side">
          <Gaps gaps={session.gaps} onSpan={choose} />
          <Attempts attempts={session.attempts} />
          <Snapshots whole={session} />
        </div>
      </div>
    </>
  )
}

const One = ({ id }: { readonly id: string }) => {
  const loaded = useLoad((signal) => api.get<SessionWhole>(`/api/sessions/${id}`, { signal }), [id])
  const { data, problem, reload } = loaded
  const session = data.value
  const isOurs = (fact: Fact): boolean => isOfSession(fact, id, data.peek()?.withFragments?.fragments ?? [])
  useFactReload(isOurs, reload, [loaded])
  const isOpen = session?.archivedAt === null
  useEffect(() => {
    if (!isOpen) return
    const timer = setInterval(() => !document.hidden && void reload(), OPEN_MS)
    return () => clearInterval(timer)
  }, [isOpen, loaded])
  if (session !== undefined) {
    return (
      <div class="stack session-page">
        <ProblemNote problem={problem.value} stale onRetry={reload} />
        <Shown key={id} whole={session} isOurs={isOurs} />
      </div>
    )
  }
  return (
    <div class="stack">
      <h1 class={problem.value === null ? '' : 'unseen'}>
        {t('session')} {id}
      </h1>
      {problem.value?.status === 404 ? (
        <Empty icon="sessions" title={t('unknown')} action={<a href="/sessions">{t('allSessions')}</a>}>
          {t('unknownSays')}
        </Empty>
      ) : problem.value === null ? (
        <Skeleton lines={12} />
      ) : (
        <ProblemNote problem={problem.value} onRetry={reload} />
      )}
    </div>
  )
}

export default function SessionPage() {
  const id = route.value.params.session ?? ''
  return <One key={id} id={id} />
}
