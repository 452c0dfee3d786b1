// Reads something again when a fact concerns it. Facts come in bursts, so it waits for a moment of quiet, but not for
// long.

import { useEffect } from 'preact/hooks'
import type { Fact } from '../../api/types.ts'
import { onFact } from '../../state/facts.ts'

/** Whether a fact is about this session or its parts; what is joined into it is a fact of the other one. */
export const isOfSession = (
  { sessionId, body }: Pick<Fact, 'sessionId' | 'body'>,
  id: string,
  parts: readonly string[],
): boolean => sessionId === id || body['into'] === id || (sessionId !== null && parts.includes(sessionId))

const QUIET_MS = 300
const LONGEST_MS = 2_000

export const useFactReload = (
  concerns: (fact: Fact) => boolean,
  reload: () => unknown,
  deps: readonly unknown[],
): void => {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let since: number | null = null
    const read = (): void => {
      since = null
      void reload()
    }
    const forget = onFact((fact) => {
      if (!concerns(fact)) return
      since ??= Date.now()
      clearTimeout(timer)
      timer = setTimeout(read, Math.max(0, Math.min(QUIET_MS, since + LONGEST_MS - Date.now())))
    })
    return () => {
      forget()
      clearTimeout(timer)
    }
  }, deps)
}
