// The rooms as a grid that is gone through with the keyboard: arrows, Home and End move, Space selects, Enter opens,
// Ctrl-A selects all, Escape none. Rows that are not in view cost next to nothing (content-visibility).

import type { ComponentChildren, RefObject } from 'preact'
import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { go } from '../../router.tsx'
import { rooms } from '../../state/rooms.ts'
import { t } from '../../words/rooms.ts'
import type { SortBy } from './order.ts'
import { Row } from './row.tsx'
import { active, order, sections, select, selected, toggle } from './selection.ts'

/** So many are drawn at first; the rest when it is asked for. */
const AT_FIRST = 500

interface Head {
  readonly key: string
  readonly sort: SortBy | null
  readonly label: ComponentChildren
}

const heads = (): readonly Head[] => [
  { key: 'name', sort: 'handle', label: t('handle') },
  { key: 'state', sort: 'since', label: t('state') },
  { key: 'figure', sort: 'viewers', label: t('viewers') },
  { key: 'figure', sort: 'rate', label: t('rate') },
  { key: 'gifts', sort: 'gifts', label: t('gifts') },
  { key: 'waits', sort: null, label: t('waits') },
  { key: 'end', sort: null, label: <span class="unseen">{t('commands')}</span> },
]

export interface Sorting {
  readonly sort: SortBy
  readonly reversed: boolean
  readonly onSort: (sort: SortBy) => void
}

const HeadRow = ({ sort, reversed, onSort }: Sorting) => {
  const all = order.value
  const chosen = all.filter((id) => selected.value.has(id)).length
  const direction = (key: SortBy): 'ascending' | 'descending' =>
    (key === 'handle') === !reversed ? 'ascending' : 'descending'
  return (
    <div role="row" class="room room-head" aria-rowindex={1}>
      <div role="columnheader" class="room-check">
        <input
          type="checkbox"
          aria-label={t('selectAll')}
          checked={chosen > 0 && chosen === all.length}
          indeterminate={chosen > 0 && chosen < all.length}
          onChange={() => select(chosen === all.length ? [] : all)}
        />
      </div>
      {heads().map((head) => (
        <div
          key={head.sort ?? head.key}
          role="columnheader"
          class={`room-${head.key}`}
          aria-sort={head.sort !== null && head.sort === sort ? direction(head.sort) : undefined}
        >
          {head.sort === null ? (
            head.label
          ) : (
            <button type="button" class="table-sort" onClick={() => head.sort !== null && onSort(head.sort)}>
              {head.label}
              {head.sort === sort && (
                <span aria-hidden="true">{direction(sort) === 'ascending' ? ' ↑' : ' ↓'}</span>
              )}
            </button>
          )}
        </div>
      ))}
    </div>
  )
}

const rowOf = (id: string): string => `[data-room="${CSS.escape(id)}"]`

const moved = (key: string, at: number, last: number): number | null =>
  ({
    ArrowDown: Math.min(last, at + 1),
    ArrowUp: Math.max(0, at - 1),
    PageDown: Math.min(last, at + 12),
    PageUp: Math.max(0, at - 12),
    Home: 0,
    End: last,
  })[key] ?? null

/**
 * A row that goes to another section is made anew or moved, and the browser drops the focus it had: it is given back,
 * to what had it or else to the row.
 */
const useKeptFocus = (grid: RefObject<HTMLElement | null>, ids: readonly string[]): void => {
  const had = document.activeElement
  const row = grid.current?.contains(had) === true ? had?.closest<HTMLElement>('[data-room]') : null
  const id = row?.dataset['room']
  useLayoutEffect(() => {
    if (id === undefined || document.activeElement !== document.body) return
    const again = had?.isConnected === true ? had : grid.current?.querySelector(rowOf(id))
    // Another row may be pointed at meanwhile.
    const pointed = active.peek()
    if (again instanceof HTMLElement) again.focus({ preventScroll: true })
    active.value = pointed
  }, [ids])
}

export const RoomList = (sorting: Sorting) => {
  const grid = useRef<HTMLDivElement>(null)
  const drawn = useSignal(AT_FIRST)
  const ids = order.value
  const shown = new Set(ids.slice(0, drawn.value))
  useKeptFocus(grid, ids)

  const focusRow = (id: string): void => {
    active.value = id
    grid.current?.querySelector<HTMLElement>(rowOf(id))?.focus()
  }
  const onKey = (event: KeyboardEvent): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-room]')
    const id = row?.dataset['room']
    if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      return select(ids)
    }
    if (id === undefined || event.altKey || event.metaKey || event.ctrlKey) return
    const to = moved(event.key, ids.indexOf(id), shown.size - 1)
    const next = to === null ? undefined : ids[to]
    const onRow = event.target === row
    if (next !== undefined) {
      event.preventDefault()
      if (event.shiftKey && !selected.value.has(id)) toggle(id)
      focusRow(next)
      if (event.shiftKey && !selected.value.has(next)) toggle(next)
    } else if (onRow && event.key === ' ') {
      event.preventDefault()
      toggle(id, event.shiftKey)
    } else if (onRow && event.key === 'Enter' && !event.repeat) {
      go(`/rooms/${rooms.value.get(id)?.peek().handle ?? id}`)
    }
  }
  const onFocus = (event: FocusEvent): void => {
    const id = (event.target as HTMLElement).closest<HTMLElement>('[data-room]')?.dataset['room']
    if (id !== undefined) active.value = id
  }
  // One row can always be reached with Tab.
  const first = ids[0] ?? null
  useEffect(() => {
    if (active.peek() === null || !ids.includes(active.peek() ?? '')) active.value = first
  }, [ids])

  let index = 0
  return (
    <>
      <div
        ref={grid}
        role="grid"
        class="room-list"
        aria-label={t('list')}
        aria-rowcount={ids.length + 1}
        aria-multiselectable="true"
        onKeyDown={onKey}
        onFocusIn={onFocus}
      >
        <div role="rowgroup">
          <HeadRow {...sorting} />
        </div>
        {sections.value.map(({ group, ids: own }) => (
          <div key={group ?? 'all'} role="rowgroup" class="room-section" data-group={group}>
            {group !== null && (
              <div role="row" class="room-group">
                <div role="gridcell" aria-colspan={8}>
                  {t(group)} <span class="faint">{own.length}</span>
                </div>
              </div>
            )}
            {own.map((id) => {
              const room = rooms.value.get(id)
              return room === undefined || !shown.has(id) ? null : <Row key={id} of={room} index={index++} />
            })}
          </div>
        ))}
      </div>
      {ids.length > drawn.value && (
        <div class="room-more">
          <Button onClick={() => void (drawn.value += AT_FIRST)}>
            {t('showMore', { n: Math.min(AT_FIRST, ids.length - drawn.value) })}
          </Button>
        </div>
      )}
    </>
  )
}
