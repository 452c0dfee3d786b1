// Sessions in rows: when, how long, why it ended, and what was in it.

import type { Session } from '../../api/types.ts'
import { numberText, shortText } from '../../parts/figures.ts'
import { Table, type Column } from '../../parts/table.tsx'
import { Duration, Lasting, Time } from '../../parts/time.tsx'
import { go } from '../../router.tsx'
import { t } from '../../words/sessions.ts'
import { ReasonChip } from '../session/heading.tsx'
import { dayText } from '../session/line.tsx'

const asOne = (session: Session) => session.withFragments ?? { ...session, fragments: [] }

const number = (key: string, label: string, of: (session: Session) => number): Column<Session> => ({
  key,
  label,
  number: true,
  cell: (session) => <span title={numberText(of(session))}>{shortText(of(session))}</span>,
})

const columnsOf = (hasRoom: boolean): readonly Column<Session>[] => [
  ...(hasRoom
    ? [
        {
          key: 'room',
          label: t('room'),
          main: true,
          cell: (session: Session) => (
            <a class="session-room" href={`/sessions/${session.id}`}>
              <bdi>@{session.handle}</bdi>
            </a>
          ),
        },
      ]
    : []),
  {
    key: 'opened',
    label: t('opened'),
    main: !hasRoom,
    cell: (session) =>
      hasRoom ? (
        <Time at={asOne(session).openedAt} />
      ) : (
        <a class="session-room" href={`/sessions/${session.id}`}>
          {dayText(asOne(session).openedAt)}
        </a>
      ),
  },
  {
    key: 'length',
    label: t('length'),
    number: true,
    cell: (session) =>
      session.archivedAt === null ? (
        <Duration from={session.openedAt} />
      ) : (
        <Lasting ms={asOne(session).durationMs} />
      ),
  },
  {
    key: 'end',
    label: t('end'),
    cell: (session) => (
      <span class="row-wrap session-end">
        {session.archivedAt === null ? (
          <span class="reason reason-open">{t('open')}</span>
        ) : (
          <ReasonChip reason={session.endReason ?? ''} />
        )}
        {session.withFragments !== null && (
          <span class="faint small">{t('parts', { n: session.withFragments.fragments.length + 1 })}</span>
        )}
        {session.mergedInto !== null && (
          <span class="faint small">
            {t(session.mergeKind === 'duplicate' ? 'double' : 'part', { id: session.mergedInto })}
          </span>
        )}
        {session.prunedAt !== null && <span class="faint small">{t('pruned')}</span>}
      </span>
    ),
  },
  number('viewers', t('viewers'), (session) => asOne(session).counters.viewersPeak),
  number('events', t('events'), (session) => asOne(session).counters.events),
  number('chats', t('chats'), (session) => asOne(session).counters.chats),
  number('gifts', t('diamonds'), (session) => asOne(session).counters.giftValue),
]

export const SessionTable = ({
  caption,
  sessions,
  hasRoom = true,
}: {
  readonly caption: string
  readonly sessions: readonly Session[]
  readonly hasRoom?: boolean
}) => (
  <Table
    caption={caption}
    rows={sessions}
    keyOf={({ id }) => id}
    onRow={({ id }) => go(`/sessions/${id}`)}
    columns={columnsOf(hasRoom)}
  />
)
