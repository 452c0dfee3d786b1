// Every actor of one machine, kept current by the facts: read once, then moved.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { onFact, onStale } from '../../state/facts.ts'
import { isOfActors, movedBy, withMoved, type Moved } from './actors.ts'
import type { Actor } from './types.ts'

/** New actors come with facts of their own, many at once when many rooms are added. */
const AGAIN_MS = 400
const ACTORS_MAX = 5_000

export interface Crowd {
  /** Null until it was read. */
  readonly actors: ReadonlySignal<readonly Actor[] | null>
  readonly problem: ReadonlySignal<ApiProblem | null>
  readonly reload: () => Promise<void>
}

export const makeCrowd = (machine: string) => {
  const actors = signal<readonly Actor[] | null>(null)
  const problem = signal<ApiProblem | null>(null)
  // What happens while the list is read is newer than the list.
  let heard: Moved[] = []
  // Of two lists that are read at once the one that was asked for last counts.
  let reads = 0
  const reload = async (): Promise<void> => {
    heard = []
    const read = ++reads
    try {
      const all = await api.all<Actor>(`/api/machines/${machine}/actors`, {}, ACTORS_MAX)
      if (read !== reads) return
      batch(() => {
        actors.value = heard.reduce<readonly Actor[]>(withMoved, all)
        problem.value = null
      })
    } catch (error) {
      if (read === reads) problem.value = problemOf(error)
    }
  }
  const hear = (moved: Moved): void => {
    heard.push(moved)
    if (heard.length > 10_000) heard = heard.slice(-1_000)
    if (actors.peek() !== null) actors.value = withMoved(actors.peek() ?? [], moved)
  }
  return { actors, problem, reload, hear }
}

/** `onMoved` hears of every step of any of them. */
export const useCrowd = (machine: string, onMoved: (moved: Moved) => void): Crowd => {
  const crowd = useMemo(() => makeCrowd(machine), [machine])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    void crowd.reload()
    const forgetStale = onStale(() => void crowd.reload())
    const forget = onFact((fact) => {
      const moved = movedBy(fact)
      if (moved?.machine === machine) {
        const isNew = crowd.actors.peek()?.every(({ id }) => id !== moved.id) === true
        crowd.hear(moved)
        onMoved(moved)
        if (!isNew) return
      } else if (!isOfActors(fact)) return
      clearTimeout(timer)
      timer = setTimeout(() => void crowd.reload(), AGAIN_MS)
    })
    return () => {
      clearTimeout(timer)
      forgetStale()
      forget()
    }
  }, [crowd])

  return crowd
}
