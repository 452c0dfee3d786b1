// The list of lines: only those in view are drawn. It follows its end while more comes; somebody who scrolls up or
// takes a line with the keyboard stops it. Lines keep their place when others are let go or put in front.

import type { ComponentChildren } from 'preact'
import { useSignal, type ReadonlySignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { followsEnd, sliceOf } from '../../parts/window.ts'
import { language } from '../../state/preferences.ts'
import { isLater, type Feed, type Row } from './feed.ts'
import { Line } from './line.tsx'
import { rowHeight } from './row-height.ts'

/** Where the first row with this id or a later one is. */
const indexOf = (rows: readonly Row[], id: string): number => {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    const row = rows[middle]
    if (row !== undefined && isLater(id, row.id)) low = middle + 1
    else high = middle
  }
  return low
}

interface Anchor {
  readonly id: string
  /** How far its upper edge lies above the view's. */
  readonly above: number
}

export interface FeedListProps {
  readonly label: string
  readonly feed: Feed
  readonly version: ReadonlySignal<number>
  /** True: it is at its end and stays there. */
  readonly following: boolean
  readonly onFollow?: ((following: boolean) => void) | undefined
  readonly onStart?: (() => void) | undefined
  readonly onEnd?: (() => void) | undefined
  readonly onOpen: (row: Row) => void
  /** Over the list: what there is to say of it. */
  readonly children?: ComponentChildren
}

const NEAR_ROWS = 12

export const FeedList = (props: FeedListProps) => {
  const { label, feed, version, following, onFollow, onOpen } = props
  const host = useRef<HTMLDivElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const view = useSignal({ scrollTop: 0, height: 0 })
  const current = useSignal<string | null>(null)
  const before = useRef(0)
  const anchor = useRef<Anchor | null>(null)
  const focusNext = useRef(false)
  const height = rowHeight.value
  const { rows } = feed
  // Reading both makes the list draw itself anew.
  const drawn = `${version.value} ${language.value}`

  const remember = (scrollTop: number): void => {
    const index = Math.floor(scrollTop / height)
    const row = rows[index]
    anchor.current = row === undefined ? null : { id: row.id, above: scrollTop - index * height }
  }
  const measure = (isScroll = false): void => {
    const element = scroller.current
    if (element === null) return
    // A view that became higher or lower was scrolled by nobody.
    const isResized = element.clientHeight !== view.value.height
    if (following && isResized) element.scrollTop = element.scrollHeight
    const seen = { scrollTop: element.scrollTop, height: element.clientHeight }
    // Being at the end proves nothing: only somebody who scrolls there takes hold of it.
    const isMoved = isScroll && !isResized && seen.scrollTop !== before.current
    const follows = isMoved ? followsEnd(following, before.current, seen, element.scrollHeight) : following
    before.current = seen.scrollTop
    if (follows !== following) onFollow?.(follows)
    remember(seen.scrollTop)
    if (seen.scrollTop !== view.value.scrollTop || seen.height !== view.value.height) view.value = seen
    if (seen.scrollTop < NEAR_ROWS * height) props.onStart?.()
    if (seen.scrollTop + seen.height > element.scrollHeight - NEAR_ROWS * height) props.onEnd?.()
  }

  /** Puts the view where it belongs among the rows that are there now. */
  const settle = (): void => {
    const element = scroller.current
    // The new height may not be there yet when this runs; the observer comes back when it is.
    if (element?.firstElementChild?.clientHeight !== rows.length * height) return
    if (following) element.scrollTop = element.scrollHeight
    else if (anchor.current !== null) {
      const top = indexOf(rows, anchor.current.id) * height + anchor.current.above
      if (Math.abs(top - element.scrollTop) > 1) element.scrollTop = top
    }
    before.current = element.scrollTop
    measure()
  }
  const settled = useRef(settle)
  settled.current = settle

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const observer = new ResizeObserver(() => settled.current())
    observer.observe(element)
    if (element.firstElementChild !== null) observer.observe(element.firstElementChild)
    return () => observer.disconnect()
  }, [feed])
  useLayoutEffect(settle, [drawn, feed, following, height])
  // What had the focus may be drawn no more, a line far away or the button that goes on: then the list has it, or the
  // keys would do nothing.
  const hadFocus = host.current?.contains(document.activeElement) ?? false
  useLayoutEffect(() => {
    if (hadFocus && document.activeElement === document.body) scroller.current?.focus({ preventScroll: true })
  })
  useLayoutEffect(() => {
    if (!focusNext.current || current.value === null) return
    // A line far away is drawn only once the list has scrolled there.
    const line = scroller.current?.querySelector<HTMLElement>(`[data-id="${current.value}"]`)
    if (line === null || line === undefined) return
    focusNext.current = false
    line.focus({ preventScroll: true })
  })

  const walk = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && current.value !== null) {
      // Or the same key would press the button that has the focus in what opens.
      event.preventDefault()
      const row = rows[indexOf(rows, current.value)]
      if (row !== undefined) onOpen(row)
      return
    }
    const element = scroller.current
    const page = Math.max(1, Math.floor(view.value.height / height) - 1)
    const step = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    }[event.key]
    if (step === undefined || element === null || rows.length === 0) return
    event.preventDefault()
    const end = Math.min(rows.length - 1, Math.floor((view.value.scrollTop + view.value.height) / height) - 1)
    const at = current.value === null ? Math.max(0, end) + (step > 0 ? -1 : 1) : indexOf(rows, current.value)
    const index = Math.min(rows.length - 1, Math.max(0, at + step))
    onFollow?.(false)
    current.value = rows[index]?.id ?? null
    focusNext.current = true
    const top = index * height
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + height > element.scrollTop + view.value.height) {
      element.scrollTop = top + height - view.value.height
    }
    // That it scrolled is told with the next frame; rows that come before must not put it back.
    remember(element.scrollTop)
  }
  /** Whoever goes elsewhere is not called back by a line that is drawn later. */
  const left = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Node && host.current?.contains(relatedTarget) === false)
      focusNext.current = false
  }
  const clicked = (event: MouseEvent): void => {
    if (String(getSelection() ?? '') !== '') return
    const id = (event.target as Element).closest<HTMLElement>('[data-id]')?.dataset['id']
    const row = id === undefined ? undefined : rows[indexOf(rows, id)]
    if (row === undefined) return
    current.value = row.id
    onOpen(row)
  }

  const { from, to } = sliceOf(view.value, height, rows.length)
  return (
    <div class="feed-list" ref={host}>
      <div
        ref={scroller}
        class="feed-scroller"
        role="feed"
        aria-label={label}
        tabIndex={0}
        onScroll={() => measure(true)}
        onKeyDown={walk}
        onFocusOut={left}
        onClick={clicked}
      >
        <div class="feed-space" style={{ height: `${rows.length * height}px` }} role="presentation">
          {rows.slice(from, to).map((row, offset) => (
            <Line
              key={row.id}
              row={row}
              top={(from + offset) * height}
              height={height}
              place={from + offset + 1}
              count={rows.length}
              isCurrent={row.id === current.value}
            />
          ))}
        </div>
      </div>
      {props.children}
    </div>
  )
}
