// The body of an upload on its way in: piece by piece, no faster than it is taken, and given up when nothing comes,
// or so little that it would never end. What the pieces are is not looked at here.

import type { Context } from 'hono'
import { BodyBroken } from '../assets/assets.ts'
import { isWrongLength } from './broken.ts'
import { mayTakeLonger } from './deadlines.ts'
import type { RequestEnv } from './request.ts'

/** After this much waiting for the client alone, it must have sent so much a second on the average. */
const GRACE_MS = 60_000
const BYTES_PER_SECOND_MIN = 4_096
const LOOK_MS = 1_000

/**
 * Watches a source that is waited for. Each wait has a promise of its own: one for all of them would remember every
 * piece of a file until its end.
 */
class Patience {
  readonly #stallMs: number
  readonly #timer: NodeJS.Timeout
  #giveUp: (error: BodyBroken) => void = () => {}
  #waitingSince: number | null = null
  #waitedMs = 0
  #bytes = 0

  constructor(stallMs: number) {
    this.#stallMs = stallMs
    this.#timer = setInterval(() => this.#look(), Math.min(LOOK_MS, stallMs / 4)).unref()
  }

  #look(): void {
    if (this.#waitingSince === null) return
    const nowMs = performance.now() - this.#waitingSince
    const wholeMs = this.#waitedMs + nowMs - GRACE_MS
    if (nowMs < this.#stallMs && wholeMs < (this.#bytes / BYTES_PER_SECOND_MIN) * 1_000) return
    this.#giveUp(new BodyBroken('client_stalled'))
  }

  /** The source's next piece, or `client_stalled`. */
  async of(next: Promise<IteratorResult<Uint8Array>>): Promise<IteratorResult<Uint8Array>> {
    const since = performance.now()
    this.#waitingSince = since
    try {
      const step = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        this.#giveUp = reject
        next.then(resolve, reject)
      })
      if (step.done !== true) this.#bytes += step.value.byteLength
      return step
    } finally {
      this.#waitedMs += performance.now() - since
      this.#waitingSince = null
    }
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

const sourceOf = (c: Context<RequestEnv>): AsyncIterator<Uint8Array> => {
  const incoming = c.env?.incoming
  // Stopping must not take the connection along: the answer still has to go out on it.
  if (incoming !== undefined)
    return incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>
  const reader = c.req.raw.body?.getReader()
  return {
    next: async () => {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      return done ? { done: true, value: undefined } : { done: false, value }
    },
  }
}

/** Throws `BodyBroken` for whatever goes wrong on the client's side. */
export async function* inflow(c: Context<RequestEnv>, stallMs: number): AsyncGenerator<Uint8Array> {
  const incoming = c.env?.incoming
  mayTakeLonger(incoming)
  const source = sourceOf(c)
  const broken = (): BodyBroken =>
    new BodyBroken(
      incoming !== undefined && isWrongLength(incoming.socket) ? 'size_mismatch' : 'client_aborted',
    )
  const patience = new Patience(stallMs)
  try {
    for (;;) {
      const step = await patience.of(source.next()).catch((error: unknown) => {
        throw error instanceof BodyBroken ? error : broken()
      })
      if (step.done === true) break
      yield step.value
    }
    // What comes behind the declared length is no request: the length was wrong, and so is what was stored of it.
    if (incoming?.socket.destroyed === true) throw broken()
  } finally {
    patience.stop()
    // The iterator's `return` waits for a piece that is under way, which may never come.
    void source.return?.().catch(() => undefined)
  }
}
