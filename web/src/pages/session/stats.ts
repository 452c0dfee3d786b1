// The numbers of a session: read when the page opens and now and then while it records. What was read last stays while
// another stretch is asked for, so that nothing jumps.

import { useRef } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import type { ApiProblem } from '../../api/problem.ts'
import { useLoad } from '../../state/load.ts'
import type { Span, Stats } from './shapes.ts'

export const PLACES = 50

/** The server walks the events of an open session each time: the more there are, the less often it is asked. */
export const againMs = (events: number): number =>
  events > 1_000_000 ? 300_000 : events > 200_000 ? 60_000 : 15_000

export interface SessionStats {
  readonly stats: Stats | undefined
  readonly problem: ApiProblem | null
  readonly loading: boolean
  readonly reload: () => Promise<void>
}

export const useStats = (
  sessionId: string,
  span: Span | null,
  {
    isOpen,
    events,
    isAsked = true,
  }: { readonly isOpen: boolean; readonly events: number; readonly isAsked?: boolean },
): SessionStats => {
  const from = span === null ? undefined : Math.floor(span.from)
  const to = span === null ? undefined : Math.ceil(span.to)
  const { data, problem, loading, reload } = useLoad<Stats | undefined>(
    (signal) =>
      isAsked
        ? api.get<Stats>(`/api/sessions/${sessionId}/stats`, { query: { top: PLACES, from, to }, signal })
        : Promise.resolve(undefined),
    [sessionId, from, to, isOpen, isAsked],
    { everyMs: isOpen && isAsked ? againMs(events) : 0 },
  )
  const last = useRef<Stats | undefined>(undefined)
  if (data.value !== undefined) last.current = data.value
  else if (last.current?.sessionId !== sessionId) last.current = undefined
  return { stats: last.current, problem: problem.value, loading: loading.value, reload }
}
