// What refusals of the sign server mean beyond the room that met them: a budget that is limited, a key that rests,
// an answer that points elsewhere. Told once each; what is done about it is the budget's and the link's.

import * as Effect from 'effect/Effect'
import type { Database } from '../db/database.ts'
import type { TikTokError } from '../domain/errors.ts'
import type { FactName } from '../domain/facts.ts'
import type { SignBudget } from '../tiktok/sign-budget.ts'
import type { Fork } from './bridge.ts'

export type SignNews = (roomId: string, error: TikTokError) => void

interface Sources {
  readonly database: Database['Service']
  readonly budget: SignBudget['Service']
  readonly fork: Fork
  readonly now: () => number
}

export const makeSignNews = ({ database, budget, fork, now }: Sources): SignNews => {
  /** Until when each key was last told to rest. */
  const resting = new Map<string, number>()

  const tell = (name: FactName, roomId: string | null, body: Readonly<Record<string, unknown>>): void =>
    database.append({ name, at: now(), roomId, sessionId: null, body })

  const tellKeys = (): void => {
    for (const { key, coolingUntil, lastError } of budget.status().keys) {
      if (coolingUntil === null || coolingUntil <= (resting.get(key) ?? 0)) continue
      resting.set(key, coolingUntil)
      tell('sign.key_cooled', null, { key, coolingUntil, error: lastError })
    }
  }

  return (roomId, { code, message, retryAfterMs }) => {
    if (code === 'sign_rate_limited') tell('sign.limited', roomId, { retryAfterMs: retryAfterMs ?? null })
    if (code === 'sign_rate_limited' || code === 'sign_refused') tellKeys()
    if (code !== 'sign_bad_endpoint') return
    tell('sign.bad_endpoint', roomId, { message })
    // Somebody may be sending us to a host of theirs: that belongs where security looks.
    const audit = {
      at: now(),
      actor: 'system',
      ip: null,
      action: 'sign.connect',
      roomId,
      target: null,
      outcome: 'denied' as const,
      code,
      detail: message,
    }
    fork(Effect.ignore(database.write({ statements: [], audit })))
  }
}
