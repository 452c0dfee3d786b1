// What was lately asked of a room that is sent out, by whom, and how it ended. For operators, who may read the audit.

import { api } from '../../api/fetch.ts'
import type { Page } from '../../api/types.ts'
import { Content } from '../../parts/notes.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Time } from '../../parts/time.tsx'
import { Link } from '../../router.tsx'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { outcomes } from '../../words/audit.ts'
import { t } from '../../words/live.ts'
import { sayOr } from '../../words/words.ts'
import type { AuditRow } from './types.ts'

const SHOWN = 12
const ABOUT = /^(?:live|destination|ingress|livekit)\./

/** Facts that a command leaves; its row is on disk with them. */
const LEAVES = /^(?:egress\.desired|outbound\.|destination\.|ingress\.|room\.changed$)/

export const Done = ({ roomId }: { readonly roomId: string }) => {
  const rows = useLoad(
    (signal) => api.get<Page<AuditRow>>('/api/audit', { signal, query: { room: roomId, limit: 100 } }),
    [roomId],
  )
  useHeard(({ roomId: id, name }) => id === roomId && LEAVES.test(name), rows.reload, [rows], 800)
  return (
    <section class="panel done" aria-label={t('audit')}>
      <header class="lane-head">
        <h2>{t('audit')}</h2>
        <span class="end small">
          <Link to={`/system?tab=audit&room=${encodeURIComponent(roomId)}`}>{t('auditMore')}</Link>
        </span>
      </header>
      <Content of={rows} lines={4}>
        {({ items }) => {
          const shown = items.filter(({ action }) => ABOUT.test(action)).slice(0, SHOWN)
          if (shown.length === 0) return <p class="muted">{t('auditEmpty')}</p>
          return (
            <ol class="done-list">
              {shown.map(({ seq, at, actor, action, target, outcome, code }) => (
                <li key={seq}>
                  <Time at={at} />
                  <span class="mono">{action}</span>
                  <span class="grow one-line muted">
                    <Stranger text={target} max={60} />
                  </span>
                  <span class="done-outcome" data-outcome={outcome}>
                    {sayOr(outcomes, outcome)}
                    {code !== null && ` · ${code}`}
                  </span>
                  <span class="faint small">{actor}</span>
                </li>
              ))}
            </ol>
          )
        }}
      </Content>
    </section>
  )
}
