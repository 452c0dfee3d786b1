// The assets on the page: those that need somebody first, then pages of the rest in the chosen order. Changes are
// heard as facts and put in their place; what was read stays when the next request fails.

import { batch, signal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { Page } from '../../api/types.ts'
import type { AssetType } from './kinds.ts'
import { merged, withoutIds } from './merge.ts'
import { isTroubled, type Asset, type Sort } from './types.ts'

export interface Filter {
  readonly type: AssetType | null
  readonly text: string
  readonly sort: Sort
}

const PAGE = 60
/** With fewer than these the next page is read at once, so often. */
const FEW = 12
const LOOKS = 3
export const ATTENTION = 24
/** More assets than this that changed at once are read as a list. */
const ONE_BY_ONE = 8

export class AssetList {
  readonly items = signal<readonly Asset[]>([])
  readonly attention = signal<readonly Asset[]>([])
  readonly attentionMore = signal(false)
  readonly next = signal<string | null>(null)
  readonly problem = signal<ApiProblem | null>(null)
  /** The first page of this filter is there. */
  readonly isLoaded = signal(false)
  readonly loadingMore = signal(false)
  readonly #filter: Filter
  #abort = new AbortController()

  constructor(filter: Filter) {
    this.#filter = filter
  }

  #query(more: object) {
    const { type, text, sort } = this.#filter
    return { limit: PAGE, type, q: text.trim() === '' ? null : text.trim(), sort, ...more }
  }

  async load(): Promise<void> {
    this.#abort.abort()
    const mine = new AbortController()
    this.#abort = mine
    const { signal } = mine
    try {
      const [troubled, first] = await Promise.all([
        api.get<Page<Asset>>('/api/s3/resources', {
          signal,
          query: this.#query({ status: 'missing,failed,suspect', sort: '-updated_at', limit: ATTENTION }),
        }),
        api.get<Page<Asset>>('/api/s3/resources', {
          signal,
          query: this.#query({ status: 'ready,uploading' }),
        }),
      ])
      if (this.#abort !== mine) return
      batch(() => {
        this.attention.value = troubled.items
        this.attentionMore.value = troubled.next !== null
        this.items.value = first.items
        this.next.value = first.next
        this.problem.value = null
        this.isLoaded.value = true
      })
      // A search that goes far may answer pages with little or nothing in them.
      for (let look = 0; look < LOOKS && this.items.peek().length < FEW; look += 1) {
        if (this.next.peek() === null || this.#abort !== mine) break
        await this.more()
      }
    } catch (error) {
      if (this.#abort === mine) this.problem.value = problemOf(error)
    }
  }

  async more(): Promise<void> {
    const cursor = this.next.peek()
    if (cursor === null || this.loadingMore.peek()) return
    this.loadingMore.value = true
    try {
      const page = await api.get<Page<Asset>>('/api/s3/resources', {
        signal: this.#abort.signal,
        query: this.#query({ status: 'ready,uploading', cursor }),
      })
      batch(() => {
        this.items.value = merged(this.items.peek(), page.items)
        this.next.value = page.next
        this.problem.value = null
      })
    } catch (error) {
      const problem = problemOf(error)
      if (problem.code !== 'offline' || !this.#abort.signal.aborted) this.problem.value = problem
    } finally {
      this.loadingMore.value = false
    }
  }

  /** One that was read or answered: it goes where it belongs now, and keeps its place if it has one. */
  put(asset: Asset): void {
    batch(() => {
      const [into, from] = isTroubled(asset) ? [this.attention, this.items] : [this.items, this.attention]
      from.value = withoutIds(from.peek(), [asset.id])
      if (this.#fits(asset) || into.peek().some(({ id }) => id === asset.id)) {
        into.value = merged(into.peek(), [asset], true)
      }
    })
  }

  drop(id: string): void {
    batch(() => {
      this.items.value = withoutIds(this.items.peek(), [id])
      this.attention.value = withoutIds(this.attention.peek(), [id])
    })
  }

  #fits({ type, display_name: name, s3_key: key }: Asset): boolean {
    const text = this.#filter.text.trim().toLowerCase()
    const isType = this.#filter.type === null || this.#filter.type === type
    return isType && (text === '' || name.toLowerCase().includes(text) || key.toLowerCase().includes(text))
  }

  /** What facts say changed. */
  async refresh(ids: readonly string[]): Promise<void> {
    if (ids.length > ONE_BY_ONE) return this.load()
    await Promise.all(
      ids.map(async (id) => {
        try {
          this.put(await api.get<Asset>(`/api/s3/resources/${encodeURIComponent(id)}`))
        } catch (error) {
          if (problemOf(error).status === 404) this.drop(id)
        }
      }),
    )
  }

  stop(): void {
    this.#abort.abort()
  }
}
