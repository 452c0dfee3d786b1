// Keeps open streams honest: one whose token was revoked, by whatever hand, ends within seconds; and what
// belongs to a moment (idempotency keys) is forgotten when its time is over.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { expire } from '../db/idempotency.ts'
import { listValid } from '../db/tokens.ts'
import type { JournalEntry } from '../domain/facts.ts'
import type { BaseParts } from './parts.ts'

/** Tokens of open streams are looked up this often; a revocation must end a stream within 5 s. */
const RECHECK_MS = 2_000
const EXPIRE_EVERY_MS = 3_600_000
/** How long an answer is kept for its key. */
export const KEPT_MS = 86_400_000

/** Facts that may have revoked tokens. */
const REVOKING: ReadonlySet<string> = new Set(['room.removed', 'room.merged'])

export interface Watching {
  /** Tokens may have been revoked: looks now. */
  readonly now: () => void
  readonly hear: (fact: JournalEntry) => void
  readonly stop: () => void
}

export const watchTokens = ({ auth, streams, run, complainOf }: BaseParts): Watching => {
  const recheck = async (): Promise<void> => {
    const held = streams.tokens()
    if (held.size === 0) return
    const valid = new Set(await run(listValid([...held])))
    streams.endTokens((id) => held.has(id) && !valid.has(id))
  }
  const attempt = (): void => void recheck().catch(complainOf('recheck'))
  const now = (): void => {
    auth.forget()
    attempt()
  }
  const forget = Effect.gen(function* () {
    yield* expire((yield* Clock.currentTimeMillis) - KEPT_MS)
  })
  const timers = [
    setInterval(attempt, RECHECK_MS),
    setInterval(() => void run(forget).catch(complainOf('expire')), EXPIRE_EVERY_MS),
  ]
  for (const timer of timers) timer.unref()
  return {
    now,
    hear: ({ name }) => {
      if (REVOKING.has(name)) now()
    },
    stop: () => {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
