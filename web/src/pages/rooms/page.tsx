// Every room at a glance: filtered, ordered, selected and commanded. What one room shows is in row.tsx; the order is
// made in order.ts, and is given to the list only when it is another one.

import { computed, effect, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { Choice, Field } from '../../parts/fields.tsx'
import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { route, setQuery } from '../../router.tsx'
import { now } from '../../state/clock.ts'
import { isOperator } from '../../state/me.ts'
import { useRates } from '../../state/rates.ts'
import { allRooms, loadRooms, rooms, roomsLoaded, roomsProblem } from '../../state/rooms.ts'
import { t } from '../../words/rooms.ts'
import { Adding } from './adding.tsx'
import { RoomList } from './list.tsx'
import { arrange, countsOf, SHOWN, SORTS, type Asked, type Shown, type SortBy } from './order.ts'
import { SelectionBar } from './selection-bar.tsx'
import { keepSelected, order, sections } from './selection.ts'
import './page.css'
import './narrow.css'

const oneOf = <T extends string>(all: readonly T[], text: string | null, first: T): T =>
  all.find((one) => one === text) ?? first

/** What the address asks for, so that a link to a filtered list is one. */
const asked = computed<Asked>(() => {
  const { query } = route.value
  return {
    text: query.get('q') ?? '',
    shown: oneOf<Shown>(SHOWN, query.get('show'), 'all'),
    sort: oneOf<SortBy>(SORTS, query.get('sort'), 'attention'),
    reversed: query.get('dir') === 'up',
  }
})

/** Also by the address, so that it can be opened from anywhere. */
const isAdding = computed(() => route.value.query.get('add') === '1')
const setAdding = (open: boolean): void => setQuery({ add: open ? '1' : null })
/** Moves on every few seconds: an order by numbers that change all the time would never be still. */
const beat = signal(0)
const BEAT_MS = 5_000

const arrangeNow = (): void => {
  const next = arrange(allRooms.peek(), asked.peek(), now.peek())
  if (JSON.stringify(next) !== JSON.stringify(sections.peek())) sections.value = next
}

/** Rooms by what makes them move between sections; numbers do not. */
const shape = computed(() =>
  allRooms.value.map((room) => `${room.id} ${room.state} ${room.handle} ${room.lastLook?.answer}`).join('\n'),
)

const useOrder = (): void => {
  useEffect(() => {
    const stop = effect(() => {
      void [shape.value, asked.value, beat.value]
      arrangeNow()
      keepSelected((id) => rooms.peek().has(id))
    })
    const isTouched = (): boolean =>
      document.querySelector('.room-list:hover, .room-list:focus-within') !== null
    const timer = setInterval(() => !isTouched() && (beat.value += 1), BEAT_MS)
    return () => {
      stop()
      clearInterval(timer)
    }
  }, [])
}

const choose = (sort: SortBy): void => {
  const { sort: before, reversed } = asked.peek()
  const next = sort === before && sort !== 'attention' && !reversed ? 'up' : null
  // A third time the same head leads back to what needs somebody.
  const ends = sort === before && reversed
  setQuery({ sort: ends || sort === 'attention' ? null : sort, dir: ends ? null : next })
}

const Toolbar = () => {
  const { text, shown, sort } = asked.value
  const counts = countsOf(allRooms.value, now.peek())
  const tabs = SHOWN.filter((key) => key === 'all' || key === shown || counts[key] > 0)
  return (
    <div class="room-tools">
      <Tabs
        label={t('filters')}
        tabs={tabs.map((key) => ({ key, label: t(key), says: counts[key] }))}
        chosen={shown}
        onChoose={(key) => setQuery({ show: key === 'all' ? null : key })}
      />
      <div class="room-find">
        <Field
          bare
          type="search"
          label={t('search')}
          placeholder={t('search')}
          value={text}
          onInput={(value) => setQuery({ q: value })}
        />
        <Choice
          bare
          class="room-sort"
          label={t('sort')}
          value={sort}
          onChoose={choose}
          options={SORTS.map((key) => [key, t(key)] as const)}
        />
      </div>
    </div>
  )
}

const Nothing = () =>
  rooms.value.size > 0 ? (
    <Empty
      icon="search"
      title={t('noneFound')}
      action={<Button onClick={() => setQuery({ q: null, show: null })}>{t('showAll')}</Button>}
    >
      {t('noneFoundText')}
    </Empty>
  ) : (
    <Empty
      icon="rooms"
      title={t('emptyTitle')}
      action={
        isOperator() && (
          <Button tone="main" icon="plus" onClick={() => setAdding(true)}>
            {t('add')}
          </Button>
        )
      }
    >
      {isOperator() ? t('emptyText') : t('emptyOwner')}
    </Empty>
  )

export default function Rooms() {
  useRates()
  useOrder()
  const { sort, reversed } = asked.value
  const isAny = rooms.value.size > 0
  return (
    <div class="rooms">
      <header class="page-head">
        <h1>{t('title')}</h1>
        {isOperator() && (
          <Button icon="plus" tone={isAny ? 'plain' : 'quiet'} onClick={() => setAdding(true)}>
            {t('add')}
          </Button>
        )}
      </header>
      <ProblemNote problem={roomsProblem.value} stale={roomsLoaded.value} onRetry={loadRooms} />
      {isAny && <Toolbar />}
      {!roomsLoaded.value && !isAny ? (
        roomsProblem.value === null && <Skeleton lines={10} />
      ) : order.value.length === 0 ? (
        <Nothing />
      ) : (
        <RoomList sort={sort} reversed={reversed} onSort={choose} />
      )}
      <SelectionBar />
      {isAdding.value && <Adding onClose={() => setAdding(false)} />}
    </div>
  )
}
