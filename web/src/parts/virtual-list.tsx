// A list of any length with rows of one height: only what is in view is drawn. With `follow` it stays at its end
// while more comes, until somebody scrolls up; a button leads back.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../words/parts.ts'
import { Icon } from './icons.tsx'
import { followsEnd, sliceOf } from './window.ts'
import './virtual-lists.css'

export function VirtualList<T>({
  label,
  items,
  rowHeight,
  row,
  keyOf,
  follow = false,
  onFollow,
  role = 'list',
  class: more = '',
}: {
  readonly label: string
  readonly items: readonly T[]
  /** Pixels. */
  readonly rowHeight: number
  readonly row: (item: T, index: number) => ComponentChildren
  readonly keyOf: (item: T, index: number) => string | number
  readonly follow?: boolean
  /** Told when it begins or stops to follow its end. */
  readonly onFollow?: ((isFollowing: boolean) => void) | undefined
  /** `log` for what only grows; it is not read out by itself. */
  readonly role?: 'list' | 'log'
  readonly class?: string
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const view = useSignal({ scrollTop: 0, height: 0 })
  const isFollowing = useSignal(follow)
  const before = useRef(0)
  const total = items.length * rowHeight

  const hold = (next: boolean): void => {
    if (isFollowing.value === next) return
    isFollowing.value = next
    onFollow?.(next)
  }
  const measure = (): void => {
    const element = scroller.current
    if (element === null) return
    const seen = { scrollTop: element.scrollTop, height: element.clientHeight }
    if (follow) hold(followsEnd(isFollowing.value, before.current, seen, element.scrollHeight))
    before.current = seen.scrollTop
    if (seen.scrollTop !== view.value.scrollTop || seen.height !== view.value.height) view.value = seen
  }
  const toEnd = (): void => {
    hold(true)
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight })
  }

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (follow && isFollowing.value) element.scrollTop = element.scrollHeight
    measure()
  }, [items, items.length])

  const { from, to } = sliceOf(view.value, rowHeight, items.length)
  return (
    <div class={`virtual ${more}`}>
      <div
        ref={scroller}
        class="virtual-scroller"
        role={role}
        aria-label={label}
        aria-live={role === 'log' ? 'off' : undefined}
        tabIndex={0}
        onScroll={measure}
      >
        <div class="virtual-space" style={{ height: `${total}px` }} role="presentation">
          {items.slice(from, to).map((item, offset) => (
            <div
              key={keyOf(item, from + offset)}
              class="virtual-row"
              role={role === 'list' ? 'listitem' : undefined}
              aria-setsize={role === 'list' ? items.length : undefined}
              aria-posinset={role === 'list' ? from + offset + 1 : undefined}
              style={{ height: `${rowHeight}px`, transform: `translateY(${(from + offset) * rowHeight}px)` }}
            >
              {row(item, from + offset)}
            </div>
          ))}
        </div>
      </div>
      {follow && !isFollowing.value && (
        <button type="button" class="button button-small virtual-end" onClick={toEnd}>
          <Icon name="down" size={14} />
          <span>{t('latest')}</span>
        </button>
      )}
    </div>
  )
}
