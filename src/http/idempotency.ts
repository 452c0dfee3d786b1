// One effect for one Idempotency-Key of one caller: the first request claims the key in the database and keeps
// its answer there, the same request again gets the same bytes, another request with the key is refused.
// A claim that an earlier start of the process left behind is taken over: every command it can guard is
// idempotent in itself, so doing it again does nothing twice.

import type * as Effect from 'effect/Effect'
import type { Database } from '../db/database.ts'
import * as claims from '../db/idempotency.ts'
import { Problem, PROBLEMS } from './problems.ts'
import { seal, unseal } from './seal.ts'

export interface Keyed {
  readonly owner: string
  readonly bearer: string
  readonly key: string
  /** Of method, path, query and body. */
  readonly hash: string
}

type Run = <A, E>(effect: Effect.Effect<A, E, Database>) => Promise<A>

const KEY = /^[\x21-\x7e]{1,255}$/
/** How long a second request waits for the first one's answer, milliseconds. */
const WAIT_MS = 10_000
const RETRY_MS = 1_000

/** An answer in bytes, so that it can be given more than once. */
interface Kept {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const keep = async (response: Response): Promise<Kept> => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: await response.text(),
})

const answer = ({ status, headers, body }: Kept): Response => new Response(body, { status, headers })

/** An answer that invites to try again is not kept: trying again must be able to end differently. */
const isFinal = ({ status, headers }: Kept): boolean =>
  status < 500 && status !== PROBLEMS.rate_limited.status && headers['retry-after'] === undefined

export class Idempotency {
  readonly #run: Run
  readonly #boot: string
  readonly #complain: (error: unknown) => void
  readonly #running = new Map<string, { readonly hash: string; readonly answer: Promise<Kept> }>()

  constructor(run: Run, boot: string, complain: (error: unknown) => void) {
    this.#run = run
    this.#boot = boot
    this.#complain = complain
  }

  async once(keyed: Keyed, effect: () => Promise<Response>): Promise<Response> {
    if (!KEY.test(keyed.key)) throw new Problem('idempotency_key_invalid', { field: '/idempotency-key' })
    const name = `${keyed.owner}\n${keyed.key}`
    const running = this.#running.get(name)
    if (running !== undefined) {
      if (running.hash !== keyed.hash) throw new Problem('idempotency_key_reused')
      return answer(await patiently(running.answer))
    }
    const first = this.#first(keyed, name, effect)
    this.#running.set(name, { hash: keyed.hash, answer: first })
    try {
      return answer(await first)
    } finally {
      this.#running.delete(name)
    }
  }

  async #first(keyed: Keyed, name: string, effect: () => Promise<Response>): Promise<Kept> {
    const { owner, key, hash, bearer } = keyed
    const claim = await this.#run(claims.claim(owner, key, hash, this.#boot))
    if (claim !== null) {
      if (claim.requestHash !== hash) throw new Problem('idempotency_key_reused')
      if (claim.status !== null && claim.body !== null) return this.#stored(bearer, name, claim.body)
      // A claim of this start that nobody works on lost its answer on the way to the table; it is still ours.
      const ours =
        claim.boot === this.#boot || (await this.#run(claims.takeOver(owner, key, claim.boot, this.#boot)))
      if (!ours) throw new Problem('idempotency_in_progress', { retryAfterMs: RETRY_MS })
    }
    const kept = await keep(await effect())
    const sealed = seal(bearer, name, JSON.stringify(kept))
    const stored = this.#run(
      isFinal(kept)
        ? claims.settle(owner, key, this.#boot, kept.status, sealed)
        : claims.release(owner, key, this.#boot),
    )
    // The effect is done and durable, so its answer is given even when it cannot be kept.
    await stored.catch(this.#complain)
    return kept
  }

  #stored(bearer: string, name: string, body: string): Kept {
    const text = unseal(bearer, name, body)
    if (text === null) throw new Problem('idempotency_sealed')
    return JSON.parse(text) as Kept
  }
}

const patiently = async (promise: Promise<Kept>): Promise<Kept> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Problem('idempotency_in_progress', { retryAfterMs: RETRY_MS })),
      WAIT_MS,
    )
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
