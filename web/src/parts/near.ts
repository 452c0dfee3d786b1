// Whether something is in view, or nearly: rows that are far away are drawn with less. One observer for all of them.

import { useSignal, type Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** So far outside of the view it is still near. */
const MARGIN = '800px 0px'

const watched = new WeakMap<Element, Signal<boolean>>()
let observer: IntersectionObserver | null = null

const watch = (element: Element, near: Signal<boolean>): (() => void) => {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const known = watched.get(target)
        if (known !== undefined) known.value = isIntersecting
      }
    },
    { rootMargin: MARGIN },
  )
  watched.set(element, near)
  observer.observe(element)
  return () => observer?.unobserve(element)
}

/** `first` is what it is taken for until it was looked at. */
export const useNear = <E extends Element>(
  first: boolean,
): readonly [ref: RefObject<E | null>, near: Signal<boolean>] => {
  const ref = useRef<E | null>(null)
  const near = useSignal(first)
  useLayoutEffect(() => (ref.current === null ? undefined : watch(ref.current, near)), [])
  return [ref, near]
}
