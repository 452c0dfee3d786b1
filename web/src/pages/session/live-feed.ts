// The events of a session that is being recorded, as they become durable: the last page first, then the stream. They
// are taken in a few times a second however many come; while somebody reads, they wait outside, a bounded number.

import { signal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { Page } from '../../api/types.ts'
import { ResumingStream, type StreamState } from '../../state/resuming-stream.ts'
import { Feed, FEED_MAX, NO_FILTER, type FeedFilter } from './feed.ts'
import { LiveMinutes } from './minutes.ts'
import type { LiveEvent } from './shapes.ts'

const PAGE = 200
/** Taken in no more often than this: nobody reads faster, and the frames between are free for scrolling. */
const BATCH_MS = 100
/** After this long unseen, the missed lines are skipped: nobody scrolls through an hour of them. */
const HIDDEN_MS = 60_000

export class LiveFeed {
  readonly feed = new Feed()
  readonly minutes = new LiveMinutes()
  /** Grows with everything that changes what is shown. */
  readonly version = signal(0)
  readonly state = signal<StreamState>('connecting')
  readonly problem = signal<ApiProblem | null>(null)
  readonly loaded = signal(false)
  readonly paused = signal(false)
  /** Why the last older page did not come; null when it did. */
  readonly problemEarlier = signal<ApiProblem | null>(null)
  /** How many wait outside while it is paused. */
  readonly held = signal(0)
  /** No older events are to be had, or held. */
  readonly atStart = signal(false)
  readonly #path: string
  #waiting: LiveEvent[] = []
  #stream: ResumingStream | null = null
  #abort = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #hiddenAt: number | null = null
  #overflowed = false
  #reading = false

  constructor(sessionId: string) {
    this.#path = `/api/sessions/${sessionId}`
  }

  async start(): Promise<void> {
    document.addEventListener('visibilitychange', this.#seen)
    await this.#begin()
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.#seen)
    this.#end()
  }

  async #begin(): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    // The timer was that of this try, when the one before failed; from now on it is that of the lines that wait.
    this.#timer = undefined
    try {
      const { items } = await api.get<Page<LiveEvent>>(`${this.#path}/events`, {
        query: { order: 'desc', limit: PAGE },
        signal: abort.signal,
      })
      this.problem.value = null
      this.atStart.value = items.length < PAGE
      this.minutes.add(items.toReversed())
      this.#take(items.toReversed())
    } catch (error) {
      if (abort.signal.aborted) return
      this.problem.value = problemOf(error)
      this.#timer = setTimeout(() => void this.#begin(), 3_000)
      return
    }
    if (abort.signal.aborted) return
    this.loaded.value = true
    this.#stream = new ResumingStream({
      path: `${this.#path}/live`,
      after: this.feed.newest ?? '0',
      onMessage: ({ data }) => this.#hear(data as LiveEvent),
      onState: (state, problem) => {
        this.state.value = state
        this.problem.value = problem
        // The server is there again: what failed is worth another try.
        if (state === 'open') this.problemEarlier.value = null
      },
    })
  }

  #end(): void {
    this.#abort.abort()
    this.#stream?.close()
    this.#stream = null
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  readonly #seen = (): void => {
    if (document.hidden) {
      this.#hiddenAt ??= Date.now()
      return
    }
    const away = this.#hiddenAt === null ? 0 : Date.now() - this.#hiddenAt
    this.#hiddenAt = null
    // Whoever paused it keeps the place; what was missed comes through the stream, which resumes where it rested.
    if (away > HIDDEN_MS && this.state.value !== 'ended' && !this.paused.value) this.#again()
    else this.#stream?.wake()
  }

  /** Begins anew with the last page. */
  #again(): void {
    this.#end()
    this.feed.clear()
    this.#waiting = []
    this.held.value = 0
    this.problemEarlier.value = null
    this.#overflowed = false
    void this.#begin()
  }

  #hear(event: LiveEvent): void {
    // Unseen for long: what comes now is skipped when somebody looks again, or comes then. This one came already, and
    // the stream resumes after it.
    if (this.#hiddenAt !== null && Date.now() - this.#hiddenAt > HIDDEN_MS) this.#stream?.rest()
    this.minutes.add([event])
    this.#waiting.push(event)
    if (this.#waiting.length > FEED_MAX * 1.1) {
      this.#waiting.splice(0, this.#waiting.length - FEED_MAX)
      this.#overflowed = true
    }
    this.#timer ??= setTimeout(this.#flush, BATCH_MS)
  }

  readonly #flush = (): void => {
    this.#timer = undefined
    if (this.paused.value) this.held.value = this.#waiting.length
    else this.#takeWaiting()
  }

  #takeWaiting(): void {
    const events = this.#waiting
    this.#waiting = []
    this.held.value = 0
    // More came than is held: what is shown would have a hole, so only the newer part is.
    if (this.#overflowed) this.feed.clear()
    this.#overflowed = false
    if (events.length > 0) this.#take(events)
  }

  #take(events: readonly LiveEvent[]): void {
    this.feed.append(events)
    this.version.value = this.version.peek() + 1
  }

  pause(paused: boolean): void {
    if (this.paused.value === paused) return
    this.paused.value = paused
    if (!paused) this.#takeWaiting()
  }

  filter(filter: FeedFilter = NO_FILTER): void {
    this.feed.filter(filter)
    this.version.value = this.version.peek() + 1
  }

  /** A page of older events; done when it is there. */
  async earlier(): Promise<void> {
    const { oldest } = this.feed
    if (oldest === null || this.atStart.value || this.#reading) return
    this.#reading = true
    const abort = this.#abort
    try {
      const { items } = await api.get<Page<LiveEvent>>(`${this.#path}/events`, {
        query: { order: 'desc', limit: PAGE, before: oldest },
        signal: abort.signal,
      })
      this.problemEarlier.value = null
      this.feed.prepend(items)
      this.atStart.value = items.length < PAGE || this.feed.isFull
      this.version.value = this.version.peek() + 1
    } catch (error) {
      if (!abort.signal.aborted) this.problemEarlier.value = problemOf(error)
    } finally {
      this.#reading = false
    }
  }
}
