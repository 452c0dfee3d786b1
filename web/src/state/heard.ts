// Reads something again when a fact says that it changed: a burst of facts is one reading, and the last fact is never
// left out.

import { useEffect } from 'preact/hooks'
import type { Fact } from '../api/types.ts'
import { onFact } from './facts.ts'

const WAIT_MS = 150

/** `act` is called a moment after facts that fit; `deps` are what `fits` depends on. */
export const useHeard = (
  fits: (fact: Fact) => boolean,
  act: () => unknown,
  deps: readonly unknown[] = [],
  waitMs = WAIT_MS,
): void => {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const forget = onFact((fact) => {
      if (!fits(fact) || timer !== undefined) return
      timer = setTimeout(() => {
        timer = undefined
        void act()
      }, waitMs)
    })
    return () => {
      forget()
      clearTimeout(timer)
    }
  }, deps)
}
