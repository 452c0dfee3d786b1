// Every session there is: filtered, page by page, the newest first. The filter stands in the address, so that it can be
// kept and shared.

import { useSignal } from '@preact/signals'
import { useEffect, useId, useLayoutEffect } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import type { Page, Session } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Check, Choice, Field } from '../../parts/fields.tsx'
import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { go, Link, route, setQuery } from '../../router.tsx'
import { useLoad } from '../../state/load.ts'
import { allRooms } from '../../state/rooms.ts'
import { reasonNames } from '../../words/session.ts'
import { t } from '../../words/sessions.ts'
import { sayOr } from '../../words/words.ts'
import { useFactReload } from '../session/fact-reload.ts'
import {
  askedOf,
  filterIn,
  isFiltering,
  NO_FILTER,
  queryOf,
  sessionIdIn,
  type SessionFilter,
} from './filter.ts'
import { listOf, withFirst, withMore, type Held } from './held.ts'
import { SessionTable } from './session-table.tsx'
import '../session/page.css'
import './page.css'

const PAGE = 50
const TYPED_MS = 350
const CHANGING: ReadonlySet<string> = new Set([
  'session.opened',
  'session.archived',
  'session.merged',
  'session.pruned',
])

const REASONS = Object.keys(reasonNames.words)

const put = (filter: SessionFilter): void => setQuery(queryOf(filter))

const Filters = ({ filter }: { readonly filter: SessionFilter }) => {
  const typed = useSignal(filter.text)
  const list = useId()
  useEffect(() => {
    if (typed.peek() !== filter.text) typed.value = filter.text
  }, [filter.text])
  useEffect(() => {
    if (typed.value === filter.text) return
    const timer = setTimeout(() => {
      if (sessionIdIn(typed.peek()) === null) put({ ...filter, text: typed.peek() })
    }, TYPED_MS)
    return () => clearTimeout(timer)
  }, [typed.value])
  const entered = (event: Event): void => {
    event.preventDefault()
    const id = sessionIdIn(typed.peek())
    if (id === null) put({ ...filter, text: typed.peek() })
    else go(`/sessions/${id}`)
  }
  return (
    <form class="session-filters" role="search" aria-label={t('filters')} onSubmit={entered}>
      <Field
        class="session-search"
        label={t('search')}
        placeholder={t('searchHint')}
        type="search"
        value={typed.value}
        onInput={(text) => void (typed.value = text)}
        attrs={{ list, maxLength: 100 }}
      />
      <datalist id={list}>
        {allRooms.value.slice(0, 500).map(({ handle }) => (
          <option key={handle} value={handle} />
        ))}
      </datalist>
      <Choice
        label={t('state')}
        value={filter.state}
        options={[
          ['all', t('all')],
          ['open', t('onlyOpen')],
          ['archived', t('onlyArchived')],
        ]}
        onChoose={(state) => put({ ...filter, state })}
      />
      <Choice
        label={t('reason')}
        value={filter.reason}
        options={[
          ['', t('anyReason')],
          ['natural', t('natural')],
          ['wanted', t('wanted')],
          ['trouble', t('trouble')],
          ...REASONS.map((reason) => [reason, `· ${sayOr(reasonNames, reason)}`] as const),
        ]}
        onChoose={(reason) => put({ ...filter, reason })}
      />
      {(['from', 'to'] as const).map((side) => (
        <Field
          key={side}
          label={t(side)}
          value={filter[side]}
          onInput={(value) => put({ ...filter, [side]: value })}
          type="date"
        />
      ))}
      <div class="session-merged">
        <Check
          label={t('merged')}
          checked={filter.merged}
          onChange={(merged) => put({ ...filter, merged })}
        />
      </div>
    </form>
  )
}

const isHandleUnknown = (problem: ApiProblem | null): boolean => problem?.code === 'room_unknown'

/** With another filter it is another one: nothing of one list gets into the next. */
const Rows = ({ filter }: { readonly filter: SessionFilter }) => {
  const loaded = useLoad(
    (signal) =>
      api.get<Page<Session>>('/api/sessions', { query: { ...askedOf(filter), limit: PAGE }, signal }),
    [],
    { everyMs: 30_000 },
  )
  useFactReload(({ name }) => CHANGING.has(name), loaded.reload, [loaded])
  const kept = useSignal<Held<Session> | null>(null)
  const problemMore = useSignal<ApiProblem | null>(null)
  const { data, problem, reload } = loaded
  const first = data.value
  const held = first === undefined ? null : withFirst(kept.value, first)
  useLayoutEffect(() => void (kept.value = held), [held])
  if (held === null) {
    if (problem.value === null) return <Skeleton lines={10} tall />
    return isHandleUnknown(problem.value) ? (
      <Empty
        icon="filter"
        title={t('noneFound')}
        action={<Button onClick={() => put(NO_FILTER)}>{t('reset')}</Button>}
      >
        {t('roomUnknown', { text: plainText(filter.text, 40) })}
      </Empty>
    ) : (
      <ProblemNote problem={problem.value} onRetry={reload} />
    )
  }
  const cursor = held.next === undefined ? held.first.next : held.next
  const more = async (): Promise<void> => {
    try {
      const query = { ...askedOf(filter), limit: PAGE, cursor }
      const page = await api.get<Page<Session>>('/api/sessions', { query })
      kept.value = withMore(kept.peek() ?? held, held.first, page)
      problemMore.value = null
    } catch (error) {
      problemMore.value = problemOf(error)
    }
  }
  const sessions = listOf(held)
  if (sessions.length === 0) {
    return isFiltering(filter) ? (
      <Empty
        icon="filter"
        title={t('noneFound')}
        action={<Button onClick={() => put(NO_FILTER)}>{t('reset')}</Button>}
      >
        {t('noneFoundSays')}
      </Empty>
    ) : (
      <Empty icon="sessions" title={t('noneTitle')} action={<Link to="/rooms">{t('noneAction')}</Link>}>
        {t('noneSays')}
      </Empty>
    )
  }
  return (
    <>
      <ProblemNote problem={problem.value} stale onRetry={reload} />
      <SessionTable caption={t('title')} sessions={sessions} />
      <ProblemNote problem={problemMore.value} />
      <div class="row-wrap session-more">
        <span class="muted small" role="status">
          {t(cursor === null ? 'shown' : 'shownMore', { n: sessions.length })}
        </span>
        {cursor !== null && <Button onClick={more}>{t('more')}</Button>}
      </div>
    </>
  )
}

export default function SessionsPage() {
  const filter = filterIn(route.value.query)
  return (
    <div class="stack">
      <header class="row-wrap">
        <h1 class="grow">{t('title')}</h1>
        {isFiltering(filter) && (
          <Button small icon="close" onClick={() => put(NO_FILTER)}>
            {t('reset')}
          </Button>
        )}
      </header>
      <Filters filter={filter} />
      <Rows key={JSON.stringify(askedOf(filter))} filter={filter} />
    </div>
  )
}
