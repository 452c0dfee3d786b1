// The audit page by page, for one filter: the newest first, more behind, and what is new in front when something was
// done meanwhile.

import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { Page } from '../../api/types.ts'
import type { AuditFilter, AuditRow } from './audit-filter.ts'

const PAGE = 50
const AGAIN_MS = 10_000

class AuditPages {
  readonly rows = signal<readonly AuditRow[] | undefined>(undefined)
  readonly next = signal<string | null>(null)
  readonly problem = signal<ApiProblem | null>(null)
  readonly #filter: AuditFilter
  readonly #abort = new AbortController()

  constructor(filter: AuditFilter) {
    this.#filter = filter
  }

  async #page(cursor: string | null): Promise<Page<AuditRow> | null> {
    try {
      const query = { ...this.#filter, limit: PAGE, cursor }
      const page = await api.get<Page<AuditRow>>('/api/audit', { signal: this.#abort.signal, query })
      this.problem.value = null
      return page
    } catch (error) {
      if (!this.#abort.signal.aborted) this.problem.value = problemOf(error)
      return null
    }
  }

  /** The newest; what was read before them stays where the two meet. */
  async load(): Promise<void> {
    const page = await this.#page(null)
    if (page === null) return
    const before = this.rows.peek() ?? []
    const oldest = page.items.at(-1)?.seq ?? 0
    const meets = page.next === null || before.some(({ seq }) => seq >= oldest)
    const kept = meets ? before.filter(({ seq }) => seq < oldest) : []
    this.rows.value = [...page.items, ...kept]
    if (kept.length === 0) this.next.value = page.next
  }

  async more(): Promise<void> {
    const page = await this.#page(this.next.peek())
    if (page === null) return
    this.rows.value = [...(this.rows.peek() ?? []), ...page.items]
    this.next.value = page.next
  }

  stop(): void {
    this.#abort.abort()
  }
}

/** `filter` is JSON, so that it is the same as long as it says the same. */
export const useAudit = (filter: string): AuditPages => {
  const pages = useMemo(() => new AuditPages(JSON.parse(filter) as AuditFilter), [filter])
  useEffect(() => {
    void pages.load()
    const timer = setInterval(() => !document.hidden && void pages.load(), AGAIN_MS)
    return () => {
      clearInterval(timer)
      pages.stop()
    }
  }, [pages])
  return pages
}
