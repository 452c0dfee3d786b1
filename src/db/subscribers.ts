// Who hears the journal on the main thread. A listener that throws loses that entry and nobody else does.

import type { JournalEntry } from '../domain/facts.ts'

export interface Subscribers {
  readonly subscribe: (listener: (entry: JournalEntry) => void) => () => void
  readonly publish: (entry: JournalEntry) => void
}

export const subscribers = (onError: (error: unknown) => void): Subscribers => {
  // Each subscription has an identity of its own, so that one function may listen twice.
  const listeners = new Set<{ readonly listener: (entry: JournalEntry) => void }>()
  return {
    subscribe: (listener) => {
      const own = { listener }
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    publish: (entry) => {
      for (const { listener } of listeners) {
        try {
          listener(entry)
        } catch (error) {
          onError(error)
        }
      }
    },
  }
}
