// Something that is read from the API for as long as a component is there: what came last stays when the next
// request fails, and a request that is no longer wanted is given up.

import { signal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { problemOf, type ApiProblem } from '../api/problem.ts'
import { onStale } from './facts.ts'

export interface Loaded<T> {
  /** Undefined until it was read once. */
  readonly data: ReadonlySignal<T | undefined>
  /** Why the last request failed; null when it did not. */
  readonly problem: ReadonlySignal<ApiProblem | null>
  readonly loading: ReadonlySignal<boolean>
  /** Reads it again; done when it was read or has failed. */
  readonly reload: () => Promise<void>
  /** Puts something in its place until it is read again. */
  readonly put: (data: T) => void
}

/**
 * `read` is called when the component appears, when `deps` change, every `everyMs` while the page is seen, and when
 * facts were missed. With other `deps` the old data goes.
 */
export const useLoad = <T>(
  read: (signal: AbortSignal) => Promise<T>,
  deps: readonly unknown[] = [],
  { everyMs = 0 }: { readonly everyMs?: number } = {},
): Loaded<T> => {
  const loaded = useMemo(() => {
    const data = signal<T | undefined>(undefined)
    const problem = signal<ApiProblem | null>(null)
    const loading = signal(true)
    let abort: AbortController | null = null
    const reload = async (): Promise<void> => {
      abort?.abort()
      const mine = new AbortController()
      abort = mine
      loading.value = true
      try {
        const found = await read(mine.signal)
        if (abort !== mine) return
        data.value = found
        problem.value = null
      } catch (error) {
        if (abort !== mine) return
        problem.value = problemOf(error)
      }
      loading.value = false
    }
    const stop = (): void => {
      abort?.abort()
      abort = null
    }
    return { data, problem, loading, reload, put: (value: T) => void (data.value = value), stop }
  }, deps)

  useEffect(() => {
    void loaded.reload()
    const forget = onStale(() => void loaded.reload())
    const timer =
      everyMs > 0 ? setInterval(() => !document.hidden && void loaded.reload(), everyMs) : undefined
    return () => {
      forget()
      clearInterval(timer)
      loaded.stop()
    }
  }, [loaded, everyMs])

  return loaded
}
