// "Why is it not recorded?": one sentence, what happens next, what a person can do, and below it what all that rests on.

import { useEffect, useRef } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import type { Look, Room } from '../../api/types.ts'
import { ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { Table } from '../../parts/table.tsx'
import { Left, Time } from '../../parts/time.tsx'
import { now } from '../../state/clock.ts'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/room.ts'
import { diagnosisText, type Diagnosis } from './diagnosis-text.ts'

const ANSWERS = { live: 'answerLive', offline: 'answerOffline', unknown: 'answerUnknown' } as const

const Looked = ({ look }: { readonly look: Look | null }) =>
  look === null ? (
    <>{t('noLook')}</>
  ) : (
    <>
      {t(ANSWERS[look.answer])} · <Time at={look.at} />
    </>
  )

const Sources = ({ look }: { readonly look: Look }) => (
  <Table
    caption={t('evidence')}
    rows={look.sources}
    keyOf={({ source }) => source}
    columns={[
      { key: 'source', label: t('source'), main: true, cell: ({ source }) => plainText(source, 60) },
      { key: 'answer', label: t('answer'), cell: ({ answer }) => plainText(answer, 40) },
      { key: 'status', label: t('status'), number: true, cell: ({ status }) => status ?? '–' },
      {
        key: 'error',
        label: t('error'),
        cell: ({ error }) => <bdi class="hostile">{error === null ? '–' : plainText(error, 160)}</bdi>,
      },
    ]}
  />
)

const Hours = ({ counts }: { readonly counts: readonly number[] }) => {
  const most = Math.max(...counts, 0)
  if (most === 0) return <>{t('noHabits')}</>
  const usual = counts.flatMap((count, hour) =>
    count >= most / 2 ? [`${String(hour).padStart(2, '0')}:00`] : [],
  )
  return (
    <span class="habits">
      <span class="habit-bars" aria-hidden="true">
        {counts.map((count, hour) => (
          <span key={hour} class="habit-bar" style={{ height: `${Math.max(8, (100 * count) / most)}%` }} />
        ))}
      </span>
      <span class="small">{usual.join(', ')}</span>
    </span>
  )
}

const Evidence = ({ found: { evidence }, room }: { readonly found: Diagnosis; readonly room: Room }) => {
  const { signBudget: budget } = evidence
  return (
    <div class="stack-tight">
      <dl class="pairs">
        <dt>{t('lookedAt')}</dt>
        <dd>
          <Looked look={evidence.status.lastLook} />
        </dd>
        {evidence.nextLookAt !== null && evidence.nextLookAt > now.value && (
          <>
            <dt>{t('nextLookAt')}</dt>
            <dd>
              <Left until={evidence.nextLookAt} />
            </dd>
          </>
        )}
        <dt>{t('habits')}</dt>
        <dd>
          <Hours counts={evidence.habitualHoursUtc} />
        </dd>
        <dt>{t('sign')}</dt>
        <dd>
          {t('signSays', {
            available: budget.available,
            perMinute: budget.perMinute,
            waiting: budget.waiting,
          })}
        </dd>
        <dt>{t('restarts')}</dt>
        <dd>{evidence.restarts}</dd>
        <dt>{t('storage')}</dt>
        <dd>{evidence.storageFailing ? t('storageFails') : t('storageFine')}</dd>
        {room.lastError !== null && (
          <>
            <dt>{t('lastError')}</dt>
            <dd>
              <bdi class="hostile">{plainText(room.lastError, 300)}</bdi>{' '}
              {room.lastErrorAt !== null && (
                <span class="faint">
                  <Time at={room.lastErrorAt} />
                </span>
              )}
            </dd>
          </>
        )}
      </dl>
      {evidence.status.lastLook !== null && <Sources look={evidence.status.lastLook} />}
    </div>
  )
}

const FINE: ReadonlySet<string> = new Set(['recording'])
const BUSY: ReadonlySet<string> = new Set(['connecting', 'reconnecting', 'archiving', 'sign_limited'])
const BAD: ReadonlySet<string> = new Set(['quarantined', 'storage_failing', 'unknown'])

export const DiagnosisPanel = ({ room }: { readonly room: Room }) => {
  const { data, problem, reload } = useLoad(
    (signal) => api.get<Diagnosis>(`/api/rooms/${room.id}/diagnosis`, { signal }),
    [room.id],
    { everyMs: 30_000 },
  )
  // What is said changes with what the room does, and with each look; what is read in it stays where it is.
  const isNew = useRef(true)
  useEffect(() => {
    if (!isNew.current) void reload()
    isNew.current = false
  }, [room.state, room.lastLook?.at, room.attempt, room.monitor])
  const found = data.value
  if (found === undefined)
    return problem.value === null ? (
      <Skeleton lines={3} />
    ) : (
      <ProblemNote problem={problem.value} onRetry={reload} />
    )
  const { sentence, next, advice } = diagnosisText(found)
  const tone = BAD.has(found.code)
    ? 'bad'
    : BUSY.has(found.code)
      ? 'busy'
      : FINE.has(found.code)
        ? 'fine'
        : 'plain'
  return (
    <section class={`panel diagnosis diagnosis-${tone}`} aria-label={t('diagnosis')}>
      <ProblemNote problem={problem.value} stale onRetry={reload} />
      <h2 class="small muted">{found.recording ? t('diagnosisFine') : t('diagnosis')}</h2>
      <p class="diagnosis-sentence">
        <bdi>{sentence}</bdi>
      </p>
      <dl class="pairs">
        <dt>{t('nextLabel')}</dt>
        <dd>{next}</dd>
        {advice !== null && (
          <>
            <dt>{t('adviceLabel')}</dt>
            <dd>{advice}</dd>
          </>
        )}
      </dl>
      <details class="diagnosis-more">
        <summary>{t('evidence')}</summary>
        <Evidence found={found} room={room} />
      </details>
    </section>
  )
}
