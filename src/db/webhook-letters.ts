// Messages of webhooks that were put aside, each with its fact, because the journal forgets. One that is to be sent
// again is `again`; one that is delivered is gone. `forgotten` is a stretch that the journal no longer had.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { JournalEntry } from '../domain/facts.ts'
import { DELIVERY_FAILURE_CODES, type DeliveryFailure } from '../domain/webhook.ts'
import { Database, type Row, type Statement } from './database.ts'
import { int, intOrNull, json } from './row.ts'

export const LETTER_STATES = ['dead', 'again', 'forgotten'] as const

export interface LetterRow {
  readonly seq: number
  readonly state: (typeof LETTER_STATES)[number]
  readonly fact: JournalEntry
  readonly attempts: number
  readonly status: number | null
  /** Null when the journal had forgotten it. */
  readonly error: DeliveryFailure | null
  readonly updatedAt: number
}

const FORGOTTEN = 'journal_pruned'

const rowOf = (row: Row): LetterRow => ({
  seq: int(row['seq']),
  state: LETTER_STATES.find((state) => state === row['state']) ?? 'dead',
  // Written by this file alone.
  fact: json(row['fact']) as JournalEntry,
  attempts: int(row['attempts']),
  status: intOrNull(row['status']),
  error: DELIVERY_FAILURE_CODES.find((code) => code === row['error']) ?? null,
  updatedAt: int(row['updated_at']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

/** Oldest first. */
export const page = (id: string, after: number, limit: number): Query<readonly LetterRow[]> =>
  Effect.map(
    Database.use((database) =>
      database.read('SELECT * FROM webhook_letters WHERE webhook_id = ? AND seq > ? ORDER BY seq LIMIT ?', [
        id,
        after,
        limit,
      ]),
    ),
    (rows) => rows.map(rowOf),
  )

/** Those that are to be sent again, oldest first. */
export const listAgain = (id: string, limit: number): Query<readonly LetterRow[]> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT * FROM webhook_letters WHERE webhook_id = ? AND state = 'again' ORDER BY seq LIMIT ?`,
        [id, limit],
      ),
    ),
    (rows) => rows.map(rowOf),
  )

/** All of a webhook, or these. Their number is that of the changed rows. */
export const sendAgain = (id: string, seqs: readonly number[] | null, at: number): Statement => ({
  sql: `UPDATE webhook_letters SET state = 'again', updated_at = ?3 WHERE webhook_id = ?1 AND state = 'dead'
AND (?2 IS NULL OR seq IN (SELECT value FROM json_each(?2)))`,
  args: [id, seqs === null ? null : JSON.stringify(seqs), at],
})

export interface Refused {
  readonly attempts: number
  readonly status: number | null
  readonly code: DeliveryFailure
}

export const put = (id: string, fact: JournalEntry, refused: Refused, at: number): Statement => ({
  sql: `INSERT INTO webhook_letters (webhook_id, seq, state, fact, attempts, status, error, updated_at)
VALUES (?1, ?2, 'dead', ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`,
  args: [id, fact.seq, JSON.stringify(fact), refused.attempts, refused.status, refused.code, at],
})

/** One that was sent again and not taken. */
export const stillDead = (id: string, seq: number, refused: Refused, at: number): Statement => ({
  sql: `UPDATE webhook_letters SET state = 'dead', attempts = ?3, status = ?4, error = ?5, updated_at = ?6
WHERE webhook_id = ?1 AND seq = ?2`,
  args: [id, seq, refused.attempts, refused.status, refused.code, at],
})

/** One that was taken after all: it is gone, and counted. */
export const taken = (id: string, seq: number, status: number, at: number): readonly Statement[] => [
  {
    sql: `UPDATE webhooks SET delivered = delivered + 1, failing_since = NULL, last_attempt_at = ?4, last_status = ?3,
last_error = NULL, last_delivered_at = ?4 WHERE id = ?1
AND EXISTS (SELECT 1 FROM webhook_letters WHERE webhook_id = ?1 AND seq = ?2)`,
    args: [id, seq, status, at],
  },
  { sql: 'DELETE FROM webhook_letters WHERE webhook_id = ? AND seq = ?', args: [id, seq] },
]

/** What the journal no longer had: its first and last number, under the last. */
export const forget = (id: string, from: number, to: number, at: number): Statement => ({
  sql: `INSERT INTO webhook_letters (webhook_id, seq, state, fact, attempts, status, error, updated_at)
VALUES (?1, ?3, 'forgotten', json_object('from', ?2, 'seq', ?3), 0, NULL, '${FORGOTTEN}', ?4) ON CONFLICT DO NOTHING`,
  args: [id, from, to, at],
})
