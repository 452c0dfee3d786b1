// What a session is called, whether it is over and why, and what was made of it later.

import type { ComponentChildren } from 'preact'
import { plainText } from '../../parts/plain-text.ts'
import { StateChip } from '../../parts/state-chip.tsx'
import { Duration, Lasting, Time } from '../../parts/time.tsx'
import { reasonNames, reasons } from '../../words/session.ts'
import { t } from '../../words/session-page.ts'
import { sayOr } from '../../words/words.ts'
import { dayText } from './line.tsx'
import type { SessionWhole } from './shapes.ts'

/** Reasons that were nobody's fault, that somebody wanted, and the rest. */
const NATURAL: ReadonlySet<string> = new Set([
  'stream_end',
  'broadcast_changed',
  'heartbeat_offline',
  'room_offline',
])
const WANTED: ReadonlySet<string> = new Set(['manual_stop', 'manual_end_session', 'monitor_disabled'])

export const ReasonChip = ({ reason }: { readonly reason: string }) => (
  <span
    class={`reason ${NATURAL.has(reason) ? 'reason-natural' : WANTED.has(reason) ? 'reason-wanted' : 'reason-trouble'}`}
    title={sayOr(reasons, reason)}
  >
    {sayOr(reasonNames, reason)}
  </span>
)

const listOf = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
    : []

/** The end in a sentence. */
const because = (whole: SessionWhole): string | null => {
  if (whole.endReason === null) {
    return whole.ending === null ? null : t('isEnding', { why: sayOr(reasons, whole.ending.reason) })
  }
  const detail = whole.attempts.find(({ outcome }) => outcome === 'done')?.detail ?? null
  const why = sayOr(reasons, whole.endReason)
  return detail === null ? t('because', { why }) : t('becauseDetail', { why, detail: plainText(detail, 160) })
}

const SessionLinks = ({ ids }: { readonly ids: readonly string[] }) =>
  ids.map((id, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <a href={`/sessions/${id}`}>{id}</a>
    </span>
  ))

/** A text with links where `{ids}` or `{id}` stands. */
const Linked = ({ text, ids }: { readonly text: string; readonly ids: readonly string[] }) => {
  const [before = '', after = ''] = text.split('\u0000')
  return (
    <p class="muted">
      {before}
      <SessionLinks ids={ids} />
      {after}
    </p>
  )
}

export const Heading = ({
  whole,
  state,
  children,
}: {
  readonly whole: SessionWhole
  /** What its room is doing, while it is open. */
  readonly state: string | null
  readonly children: ComponentChildren
}) => {
  const isOpen = whole.archivedAt === null
  const parts = whole.withFragments
  const openedAt = parts?.openedAt ?? whole.openedAt
  const secondary = listOf(whole.secondary).map(({ reason }) => sayOr(reasonNames, String(reason)))
  const names = [...Map.groupBy(secondary, (name) => name)].map(([name, same]) =>
    same.length === 1 ? name : `${name} × ${same.length}`,
  )
  const sentence = because(whole)
  return (
    <header class="session-head">
      <div class="row-wrap">
        <h1 class="grow">
          <a class="head-room" href={`/rooms/${whole.roomId}`}>
            <bdi>@{whole.handle}</bdi>
          </a>{' '}
          <span class="muted">{dayText(openedAt)}</span>
        </h1>
        {children}
      </div>
      <div class="row-wrap head-facts">
        {isOpen ? (
          state === null ? (
            <span class="reason reason-open">{t('open')}</span>
          ) : (
            <StateChip state={state} />
          )
        ) : (
          <ReasonChip reason={whole.endReason ?? ''} />
        )}
        <span>
          {isOpen ? (
            <>
              <span class="muted">{t('openSince')}</span> <Duration from={openedAt} />
            </>
          ) : (
            <>
              <span class="muted">{t('lasted')}</span> <Lasting ms={parts?.durationMs ?? whole.durationMs} />
            </>
          )}
        </span>
        <span>
          <span class="muted">{t('opened')}</span> <Time at={openedAt} />
        </span>
        {whole.endedAt !== null && (
          <span>
            <span class="muted">{t('ended')}</span> <Time at={parts?.endedAt ?? whole.endedAt} />
          </span>
        )}
        <span class="faint small mono">{whole.id}</span>
        <span class="faint small">
          {t('broadcast')} <span class="mono">{whole.broadcastId}</span>
        </span>
      </div>
      {sentence !== null && <p>{sentence}</p>}
      {secondary.length > 0 && (
        <p class="muted">{t('later', { n: secondary.length, names: names.join(', ') })}</p>
      )}
      {whole.mergedInto !== null && (
        <Linked
          text={t(whole.mergeKind === 'duplicate' ? 'duplicateOf' : 'mergedInto', { id: '\u0000' })}
          ids={[whole.mergedInto]}
        />
      )}
      {parts !== null && (
        <Linked text={t('hasParts', { n: parts.fragments.length, ids: '\u0000' })} ids={parts.fragments} />
      )}
      {whole.prunedAt !== null && <p class="muted">{t('pruned', { day: dayText(whole.prunedAt) })}</p>}
    </header>
  )
}
