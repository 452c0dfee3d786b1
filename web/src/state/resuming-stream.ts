// One event stream of the server that is kept open: it resumes after the last id it was given, so nothing is lost or
// shown twice, and says when it cannot. Read with fetch, because EventSource shows neither a refusal's code nor the
// heartbeats by which a dead connection is known.

import { EventMessages, type EventMessage } from '../api/event-messages.ts'
import { heard } from '../api/fetch.ts'
import { problemIn, type ApiProblem } from '../api/problem.ts'

/** `resting`: closed while nobody looks; `ended`: nothing more will come; `expired`: sign in again. */
export type StreamState = 'connecting' | 'open' | 'lost' | 'resting' | 'ended' | 'expired'

export interface StreamOptions {
  readonly path: string
  /** The last id that is already known; null for "from now on". */
  readonly after?: string | null
  readonly onMessage: (message: { readonly id: string | null; readonly data: unknown }) => void
  /** `ready`, `gap` {from, to}, `reset` {seq} and whatever else has a name. */
  readonly onNews?: (name: string, data: Readonly<Record<string, unknown>>) => void
  readonly onState?: (state: StreamState, problem: ApiProblem | null) => void
  readonly fetch?: typeof globalThis.fetch
  readonly limits?: Partial<typeof LIMITS>
}

const LIMITS = {
  /** The server sends a sign of life every 15 s. */
  silenceMs: 40_000,
  firstPauseMs: 300,
  longestPauseMs: 5_000,
}

const ENDED: ReadonlySet<string> = new Set(['archived'])
const GONE: ReadonlySet<number> = new Set([400, 403, 404, 410])

const isLater = (id: string, than: string | null): boolean =>
  than === null || id.length > than.length || (id.length === than.length && id > than)

export class ResumingStream {
  readonly #options: StreamOptions
  readonly #limits: typeof LIMITS
  #state: StreamState = 'connecting'
  #lastId: string | null
  #tries = 0
  #abort: AbortController | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(options: StreamOptions) {
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
    this.#lastId = options.after ?? null
    void this.#run()
  }

  get state(): StreamState {
    return this.#state
  }

  /** Where it would resume. */
  get lastId(): string | null {
    return this.#lastId
  }

  /** Tries now instead of after the pause. */
  wake(): void {
    if (this.#closed || this.#abort !== null || this.#state === 'ended') return
    clearTimeout(this.#timer)
    this.#tries = 0
    void this.#run()
  }

  /** Lets go of the connection until `wake`; what happens meanwhile comes then. */
  rest(): void {
    if (this.#closed || this.#state === 'ended' || this.#state === 'expired') return
    clearTimeout(this.#timer)
    this.#drop()
    this.#tell('resting')
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#drop()
  }

  #drop(): void {
    const abort = this.#abort
    this.#abort = null
    abort?.abort()
  }

  #tell(state: StreamState, problem: ApiProblem | null = null): void {
    const isNews = state !== this.#state || problem !== null
    this.#state = state
    if (isNews && !this.#closed) this.#options.onState?.(state, problem)
  }

  async #run(): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    let problem: ApiProblem | null = null
    try {
      problem = await this.#connection(abort)
    } catch {
      // The connection broke, or was dropped on purpose: what follows is the same.
    }
    if (this.#abort !== abort || this.#closed) return
    this.#abort = null
    this.#drop()
    if (this.#state === 'ended' || this.#state === 'expired') return
    if (problem?.status === 401) return this.#expire()
    if (problem !== null && GONE.has(problem.status)) return this.#tell('ended', problem)
    this.#tell('lost', problem)
    this.#timer = setTimeout(() => void this.#run(), this.#pauseMs(problem))
  }

  #expire(): void {
    this.#tell('expired')
    heard.unauthorized()
  }

  #pauseMs(problem: ApiProblem | null): number {
    const { firstPauseMs, longestPauseMs } = this.#limits
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#tries, 10))
    this.#tries += 1
    // Spread, so that a server that comes back is not asked by everybody at once.
    return Math.max(problem?.retryAfterMs ?? 0, pause * (0.5 + Math.random() / 2))
  }

  /** One connection, from the request to its end; the problem when it was refused. */
  async #connection(abort: AbortController): Promise<ApiProblem | null> {
    const { path, fetch = globalThis.fetch } = this.#options
    let silence = setTimeout(() => abort.abort(), this.#limits.silenceMs)
    try {
      const response = await fetch(path, {
        signal: abort.signal,
        cache: 'no-store',
        headers: {
          accept: 'text/event-stream',
          ...(this.#lastId !== null && { 'last-event-id': this.#lastId }),
        },
      })
      if (!response.ok || response.body === null) return await problemIn(response)
      this.#tell('open')
      const messages = new EventMessages()
      const reader = response.body.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || this.#abort !== abort) return null
        clearTimeout(silence)
        silence = setTimeout(() => abort.abort(), this.#limits.silenceMs)
        this.#tries = 0
        for (const message of messages.push(value)) this.#hear(message)
      }
    } finally {
      clearTimeout(silence)
      // A stream that was left before its end would hold its connection.
      abort.abort()
    }
  }

  #hear({ event, data, id }: EventMessage): void {
    if (event === 'auth_expired') return this.#expire()
    if (ENDED.has(event)) this.#tell('ended')
    if (event === 'reset' || event === 'ready') this.#lastId = id ?? this.#lastId
    else if (id !== null && !isLater(id, this.#lastId)) return
    const parsed: unknown = data === '' ? null : JSON.parse(data)
    if (event !== '') this.#options.onNews?.(event, (parsed ?? {}) as Record<string, unknown>)
    else if (data !== '') this.#options.onMessage({ id, data: parsed })
    // Only now: what could not be taken in comes again.
    if (id !== null) this.#lastId = id
  }
}
