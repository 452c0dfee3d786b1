// System: the server itself, in tabs that stand in the address. Owners of rooms see what is theirs: their tokens.

import type { ComponentChildren } from 'preact'
import { api } from '../../api/fetch.ts'
import { Note } from '../../parts/notes.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { route, setQuery } from '../../router.tsx'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { isOperator } from '../../state/me.ts'
import { t } from '../../words/system.ts'
import { Audit } from './audit.tsx'
import { Imports } from './imports.tsx'
import { Maintenance } from './maintenance.tsx'
import { Overview } from './overview.tsx'
import { Settings } from './settings.tsx'
import { Sweeps } from './sweeps.tsx'
import { Tokens } from './tokens.tsx'
import type { System } from './types.ts'
import { Webhooks } from './webhooks.tsx'
import './page.css'

const TABS = ['overview', 'settings', 'webhooks', 'assets', 'maintenance', 'tokens', 'audit'] as const
type TabName = (typeof TABS)[number]
const AGAIN_MS = 3_000
const FILTERS = ['room', 'actor', 'action', 'outcome', 'from', 'to'] as const

const Operator = () => {
  const system = useLoad((signal) => api.get<System>('/api/system', { signal }), [], { everyMs: AGAIN_MS })
  useHeard(({ name }) => name === 'settings.changed' || name.startsWith('sign.'), system.reload, [system])
  const chosen: TabName = TABS.find((tab) => tab === route.value.query.get('tab')) ?? 'overview'
  const views: Readonly<Record<TabName, () => ComponentChildren>> = {
    overview: () => <Overview system={system} />,
    settings: () => <Settings system={system} />,
    webhooks: () => <Webhooks />,
    assets: () => (
      <div class="stack">
        <Sweeps />
        <Imports />
      </div>
    ),
    maintenance: () => <Maintenance />,
    tokens: () => <Tokens />,
    audit: () => <Audit />,
  }
  const choose = (tab: TabName): void =>
    setQuery({
      ...Object.fromEntries(FILTERS.map((name) => [name, null])),
      tab: tab === 'overview' ? null : tab,
    })
  return (
    <Tabs
      label={t('parts')}
      chosen={chosen}
      onChoose={choose}
      tabs={TABS.map((key) => ({ key, label: t(`tab_${key}`) }))}
    >
      <div class="system-view">{views[chosen]()}</div>
    </Tabs>
  )
}

export default function Page() {
  return (
    <div class="stack">
      <h1>{t('title')}</h1>
      {isOperator() ? (
        <Operator />
      ) : (
        <>
          <Note>{t('operatorsOnly')}</Note>
          <Tokens />
        </>
      )}
    </div>
  )
}
