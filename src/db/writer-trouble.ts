// What the writer says about failing storage: to health at once, to the journal when it can be written again.

import type { Fact } from '../domain/facts.ts'
import type { DbFailure } from './failure.ts'
import type { FromWriter } from './writer-port.ts'

export interface TroubleKeeper {
  /** `times`: failures in a row, this one included. */
  readonly failed: (failure: DbFailure, times: number, now: number) => void
  /** Called after every commit that worked; the facts to write when there was trouble before it. */
  readonly recovered: (now: number) => readonly Fact[]
}

/** A lock that is held for a moment is no trouble yet. */
const BUSY_TIMES = 3

const fact = (
  name: 'storage.failed' | 'storage.recovered',
  at: number,
  body: Record<string, unknown>,
): Fact => ({ name, at, roomId: null, sessionId: null, body })

export const troubleKeeper = (send: (message: FromWriter) => void): TroubleKeeper => {
  let since: number | null = null
  let kind: DbFailure['kind'] = 'io'
  let tries = 0
  let told = false
  return {
    failed: (failure, times, now) => {
      tries = times
      if (failure.kind !== 'busy' || times >= BUSY_TIMES) {
        since ??= now
        kind = failure.kind
      }
      told = true
      send({
        type: 'trouble',
        failing: since !== null,
        error: { at: now, kind: failure.kind, message: failure.message },
      })
    },
    recovered: (now) => {
      if (!told) return []
      told = false
      send({ type: 'trouble', failing: false, error: null })
      if (since === null) return []
      const facts = [
        fact('storage.failed', since, { kind }),
        fact('storage.recovered', now, { kind, lastedMs: now - since, tries }),
      ]
      since = null
      return facts
    },
  }
}
