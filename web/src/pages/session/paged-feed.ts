// The events of a session or of a stretch of it, page by page as somebody scrolls; what is looked for is looked for on
// the server, so that nothing is missed. It holds a bounded number of lines and lets the farther end go.

import { signal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { Page } from '../../api/types.ts'
import { Feed, type FeedFilter } from './feed.ts'
import { kindsOf } from './kinds.ts'
import type { LiveEvent, Span } from './shapes.ts'

const PAGE = 300
/** A rare thing may be many empty pages away: so many are asked for before somebody has to ask for more. */
const EMPTY_MAX = 20

export class PagedFeed {
  readonly feed = new Feed()
  readonly version = signal(0)
  readonly problem = signal<ApiProblem | null>(null)
  readonly loading = signal(true)
  readonly loaded = signal(false)
  readonly atStart = signal(true)
  readonly atEnd = signal(false)
  readonly #path: string
  readonly #query: Readonly<Record<string, string | number | undefined>>
  readonly #abort = new AbortController()
  /** Where the last page ended; undefined: after the last line that is held. */
  #cursor: string | undefined
  #busy = false

  constructor(sessionId: string, span: Span | null, { groups, search, userId }: FeedFilter) {
    this.#path = `/api/sessions/${sessionId}/events`
    const q = search.trim().slice(0, 100)
    this.#query = {
      kind: kindsOf(groups),
      q: q === '' ? undefined : q,
      user: userId ?? undefined,
      from: span === null ? undefined : Math.floor(span.from),
      to: span === null ? undefined : Math.ceil(span.to),
    }
  }

  stop(): void {
    this.#abort.abort()
  }

  /** The next page, or the first. */
  async later(): Promise<void> {
    if (this.#busy || this.atEnd.value) return
    await this.#busily(async () => {
      for (let tries = 0; tries < EMPTY_MAX; tries += 1) {
        const page = await this.#page(
          this.#cursor === undefined ? { after: this.feed.newest ?? undefined } : { cursor: this.#cursor },
        )
        const before = this.feed.dropped
        this.feed.append(page.items)
        if (this.feed.dropped > before) this.atStart.value = false
        this.#cursor = page.next ?? undefined
        this.atEnd.value = page.next === null
        if (page.items.length > 0 || page.next === null) return
      }
    })
  }

  async earlier(): Promise<void> {
    const { oldest } = this.feed
    if (this.#busy || this.atStart.value || oldest === null) return
    await this.#busily(async () => {
      const page = await this.#page({ order: 'desc', before: oldest })
      const full = this.feed.isFull
      this.feed.prepend(page.items, true)
      this.atStart.value = page.next === null && page.items.length < PAGE
      if (!full) return
      // The end that was let go is asked for again from the last line that is left.
      this.#cursor = undefined
      this.atEnd.value = false
    })
  }

  #page(query: Readonly<Record<string, string | undefined>>): Promise<Page<LiveEvent>> {
    return api.get<Page<LiveEvent>>(this.#path, {
      query: { ...this.#query, limit: PAGE, ...query },
      signal: this.#abort.signal,
    })
  }

  async #busily(act: () => Promise<void>): Promise<void> {
    this.#busy = true
    this.loading.value = true
    try {
      await act()
      this.problem.value = null
      this.loaded.value = true
    } catch (error) {
      if (!this.#abort.signal.aborted) this.problem.value = problemOf(error)
    }
    this.#busy = false
    this.loading.value = false
    this.version.value = this.version.peek() + 1
  }
}
