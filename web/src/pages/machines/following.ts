// One actor as it is followed: its history, what it remembers, and each of its steps as it takes it.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { onStale } from '../../state/facts.ts'
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
  /** Reads it anew; done when it was read or has failed. */
  readonly read: () => Promise<void>
}

const OLDER = 50

const pathOf = (actor: string): string => `/api/machines/${encodeURIComponent(actor)}`

export const makeFollowing = (actor: string, onEntry: (entry: Entry) => void) => {
  const head = signal<Pick<History, 'actor' | 'machine'> | null>(null)
  const story = signal<readonly Entry[]>([])
  const context = signal<Context | null>(null)
  const problem = signal<ApiProblem | null>(null)
  const next = signal<string | null>(null)
  let stream: ResumingStream | null = null
  /** Of the reads under way only the last counts. */
  let reads = 0
  /** A stream that ended is followed by one more reading, until another one was open. */
  let mayReadAgain = true
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
    reads += 1
    const mine = reads
    try {
      const found = await api.get<History>(`${pathOf(actor)}/history`)
      if (isOver || mine !== reads) return
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
        onState: (state, refusal) => {
          if (state === 'open') mayReadAgain = true
          if (state !== 'ended') return
          // Why it ended is answered by the history: most likely it is gone.
          if (mayReadAgain) void read()
          else problem.value = refusal
          mayReadAgain = false
        },
      })
    } catch (error) {
      if (!isOver && mine === reads) problem.value = problemOf(error)
    }
  }

  /** The stream of what was read resumes by itself; what could not be read is asked for again. */
  const readIfLost = (): void => {
    if (problem.peek() !== null) void read()
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
  return { head, story, context, problem, next, older, read, readIfLost, stop }
}

export const useFollowing = (actor: string | null, onEntry: (entry: Entry) => void): Following | null => {
  const following = useMemo(() => (actor === null ? null : makeFollowing(actor, onEntry)), [actor])
  useEffect(() => {
    if (following === null) return undefined
    void following.read()
    const forget = onStale(following.readIfLost)
    return () => {
      forget()
      following.stop()
    }
  }, [following])
  return following
}
