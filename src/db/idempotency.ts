// The claims on idempotency keys: who began what with a key, and the answer once there is one. What an answer
// is, and who may read it, is decided in `http/idempotency.ts`.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row, type Statement } from './database.ts'
import { intOrNull, text, textOrNull } from './row.ts'

/** A claim as it stands; `status` and `body` are null until it was answered. */
export interface Claim {
  readonly requestHash: string
  /** The start of the process that made it. */
  readonly boot: string
  readonly status: number | null
  readonly body: string | null
}

type Query<A> = Effect.Effect<A, DbError, Database>

const claimOf = (row: Row): Claim => ({
  requestHash: text(row['request_hash']),
  boot: text(row['boot']),
  status: intOrNull(row['status']),
  body: textOrNull(row['body']),
})

const FIND = 'SELECT * FROM idempotency WHERE owner = ? AND key = ?'

/** Null when the claim is ours now, else the claim that was there. */
export const claim = (owner: string, key: string, requestHash: string, boot: string): Query<Claim | null> =>
  Effect.gen(function* () {
    const database = yield* Database
    const { applied, results } = yield* database.write({
      statements: [
        {
          sql: `INSERT INTO idempotency (owner, key, request_hash, boot, created_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (owner, key) DO NOTHING`,
          args: [owner, key, requestHash, boot, yield* Clock.currentTimeMillis],
        },
      ],
      guard: 0,
      otherwise: [{ sql: FIND, args: [owner, key] }],
    })
    const row = results[0]?.rows[0]
    return applied || row === undefined ? null : claimOf(row)
  })

/** Takes over what the start `from` left without an answer; false when somebody else was faster. */
export const takeOver = (owner: string, key: string, from: string, boot: string): Query<boolean> =>
  Effect.map(
    Database.use((database) =>
      database.write({
        statements: [
          {
            sql: `UPDATE idempotency SET boot = ?1 WHERE owner = ?2 AND key = ?3 AND boot = ?4 AND boot <> ?1
AND status IS NULL`,
            args: [boot, owner, key, from],
          },
        ],
        guard: 0,
      }),
    ),
    ({ applied }) => applied,
  )

const change = (statement: Statement): Query<void> =>
  Effect.asVoid(Database.use((database) => database.write({ statements: [statement] })))

/** Keeps the answer of a claim that is still ours. */
export const settle = (owner: string, key: string, boot: string, status: number, body: string): Query<void> =>
  change({
    sql: 'UPDATE idempotency SET status = ?, body = ? WHERE owner = ? AND key = ? AND boot = ? AND status IS NULL',
    args: [status, body, owner, key, boot],
  })

/** Gives back a claim of ours that has no answer, so that the key can be used again. */
export const release = (owner: string, key: string, boot: string): Query<void> =>
  change({
    sql: 'DELETE FROM idempotency WHERE owner = ? AND key = ? AND boot = ? AND status IS NULL',
    args: [owner, key, boot],
  })

/** Forgets claims from before `before` (ms UTC), at most `limit` of them; answers how many there were. */
export const expire = (before: number, limit = 1_000): Query<number> =>
  Effect.map(
    Database.use((database) =>
      database.write({
        statements: [
          {
            sql: `DELETE FROM idempotency WHERE (owner, key) IN
(SELECT owner, key FROM idempotency WHERE created_at < ?1 LIMIT ?2)`,
            args: [before, limit],
          },
        ],
      }),
    ),
    ({ results }) => results[0]?.rowsAffected ?? 0,
  )
