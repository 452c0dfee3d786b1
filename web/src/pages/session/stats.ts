// The numbers of a session: read when the page opens and now and then while it records. What was read last stays while
// another stretch is asked for, so that nothing jumps.

import { useRef } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import type { ApiProblem } from '../../api/problem.ts'
import { useLoad } from '../../state/load.ts'
import type { Span, Stats } from './shapes.ts'

export const PLACES = 50

const AGAIN_MS = 15_000
/** The server walks the events of an open session each time: what took long is left alone ten times as long. */
const REST = 10

interface Asked {
  readonly answer: Promise<Stats>
  /** When it was asked, and when it was answered; null while it is under way. */
  readonly askedAt: number
  answeredAt: number | null
}

/**
 * Asks once for what is asked for again while it is under way (the server goes on counting for somebody who has
 * left), and gives what there is while it is too soon to count again. What is counted while the session is open, or
 * with other parts, is no answer for the one that it has become.
 */
export const patient = (read: (path: string) => Promise<Stats>, now: () => number = Date.now) => {
  const asked = new Map<string, Asked>()
  return (path: string, isOpen: boolean, parts = ''): Promise<Stats> => {
    const key = `${isOpen} ${parts} ${path}`
    const known = asked.get(key)
    if (known !== undefined) {
      const { askedAt, answeredAt } = known
      if (answeredAt === null) return known.answer
      if (isOpen && now() - answeredAt < REST * (answeredAt - askedAt)) return known.answer
    }
    const answer = read(path)
    const one: Asked = { answer, askedAt: now(), answeredAt: null }
    // One session is looked at, and a stretch of it.
    for (const old of asked.keys()) if (asked.size > 8) asked.delete(old)
    asked.set(key, one)
    const settle = async (): Promise<void> => {
      try {
        await answer
        one.answeredAt = now()
        if (!isOpen) asked.delete(key)
      } catch {
        // Whoever asked is told; here it only means that it may be asked for again.
        asked.delete(key)
      }
    }
    void settle()
    return answer
  }
}

const ask = patient((path) => api.get<Stats>(path))

const pathOf = (sessionId: string, span: Span | null): string => {
  const stretch = span === null ? '' : `&from=${Math.floor(span.from)}&to=${Math.ceil(span.to)}`
  return `/api/sessions/${sessionId}/stats?top=${PLACES}${stretch}`
}

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
    parts = '',
    isAsked = true,
  }: {
    readonly isOpen: boolean
    /** The sessions that are joined into it. */
    readonly parts?: string
    readonly isAsked?: boolean
  },
): SessionStats => {
  const path = pathOf(sessionId, span)
  const { data, problem, loading, reload } = useLoad<Stats | undefined>(
    () => (isAsked ? ask(path, isOpen, parts) : Promise.resolve(undefined)),
    [path, isOpen, parts, isAsked],
    { everyMs: isOpen && isAsked ? AGAIN_MS : 0 },
  )
  const last = useRef<Stats | undefined>(undefined)
  if (data.value !== undefined) last.current = data.value
  else if (last.current?.sessionId !== sessionId) last.current = undefined
  return { stats: last.current, problem: problem.value, loading: loading.value, reload }
}
