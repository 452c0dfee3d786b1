// The states that one machine of a room was in, as the journal has them: what is older than an actor remembers.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { FactName, JournalEntry } from '../domain/facts.ts'
import { Database } from './database.ts'
import { entryOf } from './journal.ts'

export interface StatesPage {
  readonly roomId: string
  readonly name: FactName
  /** Of a destination: no other's. */
  readonly platform: string | null
  /** Not after this moment, milliseconds UTC, and with a lower number than this. */
  readonly until: number
  readonly before: number
  readonly limit: number
}

/** Newest first. */
export const states = ({
  roomId,
  name,
  platform,
  until,
  before,
  limit,
}: StatesPage): Effect.Effect<readonly JournalEntry[], DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT * FROM journal WHERE room_id = ?1 AND seq < ?2 AND at <= ?3 AND name = ?4
           AND (?5 IS NULL OR json_extract(body, '$.platform') = ?5)
         ORDER BY seq DESC LIMIT ?6`,
        [roomId, before, until, name, platform, limit],
      ),
    ),
    (rows) => rows.map(entryOf),
  )
