// Looks at objects, one HEAD each, never faster than asked for. What a look means for a row is decided elsewhere.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { Look } from '../domain/asset-sweep.ts'
import type { ObjectStore, StoreError } from './store.ts'

/** How long a store may take to say anything, with the client's own repetitions. */
const LOOK_LIMIT_MS = 20_000

export type Pace = Effect.Effect<void>

/** A loop that is this late has too much to do. */
const LATE_MS = 10
const REST_MAX_MS = 250

/**
 * One at a time passes here, evenly spread; what was not used is not made up for. When whoever waited here is woken
 * late, others have something to do: they are given as long again before the next look.
 */
export const paceOf = (perSecond: number): Pace => {
  const everyMs = 1_000 / perSecond
  let next = 0
  return Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const slot = Math.max(now, next)
    next = slot + everyMs
    if (slot === now) return
    yield* Effect.sleep(slot - now)
    const woken = yield* Clock.currentTimeMillis
    const late = woken - slot
    if (late > LATE_MS) next = Math.max(next, woken + Math.min(late, REST_MAX_MS))
  })
}

const SAID: Readonly<Partial<Record<StoreError['code'], Look['said']>>> = {
  not_found: 'not_found',
  forbidden: 'forbidden',
  misconfigured: 'misconfigured',
}

export const failedLook = (error: StoreError): Look => {
  const said = SAID[error.code]
  return said === undefined || said === 'there' ? { said: 'silent' } : { said }
}

export const look = (store: ObjectStore['Service'], key: string): Effect.Effect<Look> =>
  store.head(key).pipe(
    Effect.map(({ sizeBytes, etag }): Look => ({ said: 'there', sizeBytes, etag })),
    Effect.catch((error) => Effect.succeed(failedLook(error))),
    Effect.timeoutOrElse({
      duration: LOOK_LIMIT_MS,
      orElse: () => Effect.succeed<Look>({ said: 'silent' }),
    }),
  )
