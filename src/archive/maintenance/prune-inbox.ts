// Forgets what LiveKit reported long ago, in small pieces: the facts of it stay in the journal for as long as
// any fact does.

import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { removeBefore } from '../../db/webhook-inbox.ts'

const CHUNK = 1_000

/** Rows received before `before` (ms UTC); answers how many there were. */
export const pruneInbox = Effect.fnUntraced(function* (before: number) {
  const database = yield* Database
  for (let removed = 0; ;) {
    const { results } = yield* database.write({ statements: [removeBefore(before, CHUNK)] })
    const affected = results[0]?.rowsAffected ?? 0
    removed += affected
    if (affected < CHUNK) return removed
  }
})
