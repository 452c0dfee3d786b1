// What was recorded of a room before, newest first.

import { api } from '../../api/fetch.ts'
import type { Page, Room, Session } from '../../api/types.ts'
import { Content, Empty } from '../../parts/notes.tsx'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/room.ts'
import { useFactReload } from '../session/fact-reload.ts'
import { SessionTable } from '../sessions/session-table.tsx'

const SHOWN = 12
const CHANGING: ReadonlySet<string> = new Set([
  'session.opened',
  'session.archived',
  'session.merged',
  'session.pruned',
])

export const PastSessions = ({ room }: { readonly room: Room }) => {
  const loaded = useLoad(
    (signal) => api.get<Page<Session>>('/api/sessions', { query: { room: room.id, limit: SHOWN }, signal }),
    [room.id],
  )
  useFactReload(({ roomId, name }) => roomId === room.id && CHANGING.has(name), loaded.reload, [loaded])
  return (
    <section class="panel stack-tight">
      <header class="row-wrap">
        <h2 class="grow">{t('past')}</h2>
        <a class="small" href={`/sessions?room=${encodeURIComponent(room.handle)}`}>
          {t('pastAll')}
        </a>
      </header>
      <Content of={loaded} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="sessions" title={t('pastNone')}>
              {t('pastNoneSays')}
            </Empty>
          ) : (
            <SessionTable caption={t('past')} sessions={items} hasRoom={false} />
          )
        }
      </Content>
    </section>
  )
}
