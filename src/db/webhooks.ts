// The rows of outgoing webhooks, and the facts that wait for one. Addresses and secrets are sealed (see `seal.ts`).
// Writes are statements for the caller's transaction; each can be repeated. What was put aside is `webhook-letters.ts`.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { JournalEntry } from '../domain/facts.ts'
import {
  DELIVERY_FAILURE_CODES,
  DISABLED_REASONS,
  type DeliveryFailure,
  type DisabledReason,
} from '../domain/webhook.ts'
import { Database, type Row, type Statement } from './database.ts'
import { entryOf } from './journal.ts'
import { int, intOrNull, json, text, textOrNull } from './row.ts'

export interface WebhookRow {
  readonly id: string
  readonly name: string | null
  readonly urlSealed: string
  readonly urlShown: string
  /** Names and patterns, as they were asked for. */
  readonly facts: readonly string[]
  /** Ids; null: facts of every room and of none. */
  readonly rooms: readonly string[] | null
  readonly secretSealed: string
  readonly secretAt: number
  readonly oldSecretSealed: string | null
  readonly oldSecretUntil: number | null
  readonly disabledAt: number | null
  readonly disabledReason: DisabledReason | null
  readonly cursor: number
  readonly attempts: number
  readonly nextAt: number | null
  readonly failingSince: number | null
  readonly lastAttemptAt: number | null
  readonly lastStatus: number | null
  readonly lastError: DeliveryFailure | null
  readonly lastDeliveredAt: number | null
  readonly delivered: number
  readonly createdAt: number
  readonly updatedAt: number
  /** Messages that were put aside. */
  readonly letters: number
}

export const urlAad = (id: string): string => `webhook:${id}:url`
export const secretAad = (id: string): string => `webhook:${id}:secret`

const listOf = (cell: Row[string] | undefined): readonly string[] => {
  const list = json(cell)
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

const rowOf = (row: Row): WebhookRow => ({
  id: text(row['id']),
  name: textOrNull(row['name']),
  urlSealed: text(row['url_sealed']),
  urlShown: text(row['url_shown']),
  facts: listOf(row['facts']),
  rooms: row['rooms'] === null ? null : listOf(row['rooms']),
  secretSealed: text(row['secret_sealed']),
  secretAt: int(row['secret_at']),
  oldSecretSealed: textOrNull(row['old_secret_sealed']),
  oldSecretUntil: intOrNull(row['old_secret_until']),
  disabledAt: intOrNull(row['disabled_at']),
  disabledReason: DISABLED_REASONS.find((reason) => reason === row['disabled_reason']) ?? null,
  cursor: int(row['cursor']),
  attempts: int(row['attempts']),
  nextAt: intOrNull(row['next_at']),
  failingSince: intOrNull(row['failing_since']),
  lastAttemptAt: intOrNull(row['last_attempt_at']),
  lastStatus: intOrNull(row['last_status']),
  lastError: DELIVERY_FAILURE_CODES.find((code) => code === row['last_error']) ?? null,
  lastDeliveredAt: intOrNull(row['last_delivered_at']),
  delivered: int(row['delivered']),
  createdAt: int(row['created_at']),
  updatedAt: int(row['updated_at']),
  letters: int(row['letters']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

const SELECT = `SELECT w.*, (SELECT count(*) FROM webhook_letters l
WHERE l.webhook_id = w.id AND l.state <> 'forgotten') AS letters FROM webhooks w`

/** All of them, in the order in which they were made; there are never many. */
export const list: Query<readonly WebhookRow[]> = Effect.map(
  Database.use((database) => database.read(`${SELECT} ORDER BY created_at, id`)),
  (rows) => rows.map(rowOf),
)

export const find = (id: string): Query<WebhookRow | null> =>
  Effect.map(
    Database.use((database) => database.read(`${SELECT} WHERE id = ?`, [id])),
    ([row]) => (row === undefined ? null : rowOf(row)),
  )

export interface Waiting {
  /** Facts with a higher number than this, up to `upTo`. */
  readonly after: number
  readonly upTo: number
  readonly names: readonly string[]
  readonly rooms: readonly string[] | null
  readonly limit: number
}

export const waiting = ({ after, upTo, names, rooms, limit }: Waiting): Query<readonly JournalEntry[]> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT * FROM journal WHERE seq > ?1 AND seq <= ?2 AND +name IN (SELECT value FROM json_each(?3))
AND (?4 IS NULL OR +room_id IN (SELECT value FROM json_each(?4))) ORDER BY seq LIMIT ?5`,
        [after, upTo, JSON.stringify(names), rooms === null ? null : JSON.stringify(rooms), limit],
      ),
    ),
    (rows) => rows.map(entryOf),
  )

/** Changes no row when it is there already, or when there are `max` of them. */
export const insert = (
  row: Pick<WebhookRow, 'id' | 'name' | 'urlSealed' | 'urlShown' | 'facts' | 'rooms' | 'secretSealed'> & {
    readonly at: number
  },
  max: number,
): Statement => ({
  // What happens from now on: the cursor begins at the newest fact there is, in the same transaction.
  sql: `INSERT INTO webhooks (id, name, url_sealed, url_shown, facts, rooms, secret_sealed, secret_at, cursor, created_at, updated_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0), ?8, ?8
WHERE (SELECT count(*) FROM webhooks) < ?9 ON CONFLICT DO NOTHING`,
  args: [
    row.id,
    row.name,
    row.urlSealed,
    row.urlShown,
    JSON.stringify(row.facts),
    row.rooms === null ? null : JSON.stringify(row.rooms),
    row.secretSealed,
    row.at,
    max,
  ],
})

export const remove = (id: string): readonly Statement[] => [
  { sql: 'DELETE FROM webhooks WHERE id = ?', args: [id] },
  { sql: 'DELETE FROM webhook_letters WHERE webhook_id = ?', args: [id] },
]

/** What it is called, where it leads and what it is sent. It is tried at once; a new address begins without failures. */
export const change = (
  row: Pick<WebhookRow, 'id' | 'name' | 'urlSealed' | 'urlShown' | 'facts' | 'rooms'>,
  at: number,
): Statement => ({
  sql: `UPDATE webhooks SET name = ?2, url_sealed = ?3, url_shown = ?4, facts = ?5, rooms = ?6, updated_at = ?7,
next_at = NULL, attempts = iif(url_sealed = ?3, attempts, 0), failing_since = iif(url_sealed = ?3, failing_since, NULL)
WHERE id = ?1`,
  args: [
    row.id,
    row.name,
    row.urlSealed,
    row.urlShown,
    JSON.stringify(row.facts),
    row.rooms === null ? null : JSON.stringify(row.rooms),
    at,
  ],
})

export const replaceSecret = (
  id: string,
  sealed: string,
  old: { readonly sealed: string; readonly until: number },
  at: number,
): Statement => ({
  sql: `UPDATE webhooks SET secret_sealed = ?2, secret_at = ?5, old_secret_sealed = ?3, old_secret_until = ?4,
updated_at = ?5 WHERE id = ?1`,
  args: [id, sealed, old.sealed, old.until, at],
})

/** Changes no row when it is disabled already. */
export const disable = (id: string, reason: DisabledReason, at: number): Statement => ({
  sql: `UPDATE webhooks SET disabled_at = ?3, disabled_reason = ?2, next_at = NULL, updated_at = ?3
WHERE id = ?1 AND disabled_at IS NULL`,
  args: [id, reason, at],
})

/** Goes on where it was; changes no row when it is not disabled. */
export const enable = (id: string, at: number): Statement => ({
  sql: `UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL, attempts = 0, next_at = NULL,
failing_since = NULL, updated_at = ?2 WHERE id = ?1 AND disabled_at IS NOT NULL`,
  args: [id, at],
})

/** Leaves out everything that waits. */
export const skip = (id: string): Statement => ({
  sql: `UPDATE webhooks SET cursor = max(cursor, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0)),
attempts = 0, next_at = NULL WHERE id = ?1`,
  args: [id],
})

/** Everything up to `seq` needs nothing more. */
export const advance = (id: string, seq: number): Statement => ({
  sql: 'UPDATE webhooks SET cursor = ?2, attempts = 0, next_at = NULL WHERE id = ?1 AND cursor < ?2',
  args: [id, seq],
})

/** The fact `seq` was taken. Counts once, however often it is written. */
export const delivered = (id: string, seq: number, status: number, at: number): Statement => ({
  sql: `UPDATE webhooks SET cursor = ?2, attempts = 0, next_at = NULL, failing_since = NULL, last_attempt_at = ?4,
last_status = ?3, last_error = NULL, last_delivered_at = ?4, delivered = delivered + 1 WHERE id = ?1 AND cursor < ?2`,
  args: [id, seq, status, at],
})

export interface FailedAttempt {
  readonly attempts: number
  readonly failingSince: number | null
  readonly nextAt: number | null
  readonly status: number | null
  readonly code: DeliveryFailure
}

export const failed = (id: string, attempt: FailedAttempt, at: number): Statement => ({
  sql: `UPDATE webhooks SET attempts = ?2, failing_since = ?3, next_at = ?4, last_attempt_at = ?7, last_status = ?5,
last_error = ?6 WHERE id = ?1`,
  args: [id, attempt.attempts, attempt.failingSince, attempt.nextAt, attempt.status, attempt.code, at],
})
