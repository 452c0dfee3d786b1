// Feeds by key, each alive while somebody follows it. It does not know what they carry.

import type { Feed } from './feed.ts'

export interface Source {
  readonly feed: Feed
  readonly stop: () => void
}

export class Feeds<K> {
  readonly #sources = new Map<K, { readonly source: Source; users: number }>()

  get(key: K): Feed | undefined {
    return this.#sources.get(key)?.source.feed
  }

  get size(): number {
    return this.#sources.size
  }

  /** The feed of `key`, made by `make` for the first who asks; `release` gives it back, once. */
  acquire(key: K, make: () => Source): { readonly feed: Feed; readonly release: () => void } {
    const held = this.#sources.get(key) ?? { source: make(), users: 0 }
    this.#sources.set(key, held)
    held.users += 1
    let released = false
    const release = (): void => {
      if (released) return
      released = true
      held.users -= 1
      if (held.users > 0) return
      this.#sources.delete(key)
      held.source.stop()
    }
    return { feed: held.source.feed, release }
  }
}
