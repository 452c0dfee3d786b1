// Audit rows for changes that were not allowed to begin. Anybody can send those, so their number is bounded:
// what is beyond it is counted, and the next row that is written says how many there were.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database } from '../db/database.ts'
import { errorOf } from './errors.ts'
import * as Exit from 'effect/Exit'
import type { Run } from './deps.ts'
import { RateLimit, type Rate } from './rate-limit.ts'

export interface Denial {
  /** `anonymous` when no valid token came along. */
  readonly actor: string
  readonly ip: string | null
  /** The operation, by its id. */
  readonly action: string
  /** What the path named, as far as it is an id. */
  readonly target: string | null
  readonly outcome: 'denied' | 'refused'
  readonly code: string
  /** More of it, in words of ours. */
  readonly detail?: string
}

/** The answer does not wait longer than this for its row. */
const PATIENCE = '1 second'

const write = Effect.fn('http.denial')(function* (denial: Denial, unwritten: number) {
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  const more = unwritten === 0 ? [] : [`${unwritten} denied requests before this one were not written down`]
  const detail = [...(denial.detail === undefined ? [] : [denial.detail]), ...more].join('; ')
  yield* database.write({
    statements: [],
    audit: { ...denial, at, roomId: null, detail: detail === '' ? null : detail },
  })
})

export class Denials {
  readonly #run: Run
  readonly #limit: RateLimit
  #unwritten = 0

  constructor(run: Run, rate: Rate) {
    this.#run = run
    this.#limit = new RateLimit(rate)
  }

  get unwritten(): number {
    return this.#unwritten
  }

  async note(denial: Denial, complain: (error: unknown) => void): Promise<void> {
    if (this.#limit.take('') > 0) {
      this.#unwritten += 1
      return
    }
    const unwritten = this.#unwritten
    this.#unwritten = 0
    const exit = await this.#run(write(denial, unwritten).pipe(Effect.timeoutOption(PATIENCE)))
    if (Exit.isFailure(exit)) complain(errorOf(exit.cause))
  }
}
