// One actor as it is followed: its history, what it remembers, and each of its steps as it takes it.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { ResumingStream } from '../../state/resuming-stream.ts'
import { contextAfter, withEntry, withOlder } from './story.ts'
import type { Context, Entry, History } from './types.ts'

export interface Following {
  readonly head: ReadonlySignal<Pick<History, 'actor' | 'machine'> | null>
  readonly story: ReadonlySignal<readonly Entry[]>
  readonly context: ReadonlySignal<Context | null>
  readonly problem: ReadonlySignal<ApiProblem | null>
  /** Null: there is nothing older. */
  readonly next: ReadonlySignal<string | null>
  readonly older: () => Promise<void>
}

const OLDER = 50

const pathOf = (actor: string): string => `/api/machines/${encodeURIComponent(actor)}`

const make = (actor: string, onEntry: (entry: Entry) => void) => {
  const head = signal<Pick<History, 'actor' | 'machine'> | null>(null)
  const story = signal<readonly Entry[]>([])
  const context = signal<Context | null>(null)
  const problem = signal<ApiProblem | null>(null)
  const next = signal<string | null>(null)
  let stream: ResumingStream | null = null
  let isOver = false

  const hear = (entry: Entry): void => {
    batch(() => {
      const before = story.peek()
      story.value = withEntry(before, entry)
      if (story.peek() !== before) context.value = contextAfter(context.peek(), entry)
    })
    onEntry(entry)
  }

  const read = async (): Promise<void> => {
    try {
      const found = await api.get<History>(`${pathOf(actor)}/history`)
      if (isOver) return
      batch(() => {
        head.value = found
        story.value = found.items.toReversed()
        context.value = found.context
        next.value = found.next
        problem.value = null
      })
      stream?.close()
      stream = new ResumingStream({
        path: `${pathOf(actor)}/live`,
        after: String(found.newest),
        onMessage: ({ data }) => hear(data as Entry),
        // Its numbers began anew, or it did more than is kept: what it did is read again.
        onNews: (name) => {
          if (name === 'reset' || name === 'gap') void read()
        },
      })
    } catch (error) {
      if (!isOver) problem.value = problemOf(error)
    }
  }

  const older = async (): Promise<void> => {
    if (next.peek() === null) return
    const page = await api.get<History>(`${pathOf(actor)}/history`, {
      query: { cursor: next.peek(), limit: OLDER },
    })
    batch(() => {
      story.value = withOlder(story.peek(), page.items)
      next.value = page.next
    })
  }

  const stop = (): void => {
    isOver = true
    stream?.close()
  }
  return { head, story, context, problem, next, older, read, stop }
}

export const useFollowing = (actor: string | null, onEntry: (entry: Entry) => void): Following | null => {
  const following = useMemo(() => (actor === null ? null : make(actor, onEntry)), [actor])
  useEffect(() => {
    void following?.read()
    return following?.stop
  }, [following])
  return following
}
