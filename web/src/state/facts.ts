// The facts of the server as they happen: one stream for the whole page, which anybody can hear. While the page is
// hidden for long the connection is given back (a browser has six for an origin) and resumed when it is looked at.

import { signal } from '@preact/signals'
import type { Fact } from '../api/types.ts'
import { ResumingStream, type StreamState } from './resuming-stream.ts'

const HIDDEN_MS = 120_000

export const connection = signal<StreamState>('connecting')
/** When the stream was lost; null while it is open or resting. */
export const lostAt = signal<number | null>(null)

type Listener = (fact: Fact) => void
const listeners = new Set<Listener>()
const staleListeners = new Set<() => void>()

/** Hears every fact until the function that is given back is called. */
export const onFact = (listener: Listener): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * Hears that facts may have been missed (they were no longer kept, or the database is another one): what was read
 * before must be read again.
 */
export const onStale = (listener: () => void): (() => void) => {
  staleListeners.add(listener)
  return () => staleListeners.delete(listener)
}

let stream: ResumingStream | null = null
let hiddenTimer: ReturnType<typeof setTimeout> | undefined

const watchPage = (): void => {
  clearTimeout(hiddenTimer)
  if (document.hidden) hiddenTimer = setTimeout(() => stream?.rest(), HIDDEN_MS)
  else stream?.wake()
}

const wake = (): void => stream?.wake()
/** Tries now instead of after the pause. */
export const reconnect = wake

export const startFacts = (): void => {
  if (stream !== null) return
  stream = new ResumingStream({
    path: '/api/stream',
    onMessage: ({ data }) => {
      for (const listener of listeners) listener(data as Fact)
    },
    onNews: (name) => {
      // `ready` says that this is where it begins: what was read before it may lack what came in between.
      if (name === 'ready' || name === 'gap' || name === 'reset') for (const hear of staleListeners) hear()
    },
    onState: (state) => {
      connection.value = state
      if (state === 'lost') lostAt.value ??= Date.now()
      else lostAt.value = null
    },
  })
  document.addEventListener('visibilitychange', watchPage)
  globalThis.addEventListener('online', wake)
}

export const stopFacts = (): void => {
  stream?.close()
  stream = null
  document.removeEventListener('visibilitychange', watchPage)
  globalThis.removeEventListener('online', wake)
  connection.value = 'connecting'
  lostAt.value = null
}
