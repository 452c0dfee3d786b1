// The webhooks that were taken in, each once, by LiveKit's own id. The bodies hold no address of a stream and no
// key; verifying and reading webhooks is in `egress/webhooks.ts`.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row, type Statement } from './database.ts'
import { int, intOrNull, text, textOrNull } from './row.ts'

export interface WebhookRow {
  /** LiveKit's id of the event: the same however often and to however many addresses it is sent. */
  readonly id: string
  readonly receivedAt: number
  /** LiveKit's own time, of a second's resolution. */
  readonly createdAt: number | null
  readonly event: string
  readonly roomName: string | null
  readonly egressId: string | null
  /** Nanoseconds, which order the events of one egress. */
  readonly updatedAtNs: bigint | null
  readonly body: string
  readonly outcome: 'applied' | 'ignored'
}

/** Changes no row when the event was taken in before. */
export const insert = (row: WebhookRow): Statement => ({
  sql: `INSERT INTO webhook_inbox (id, received_at, created_at, event, room_name, lk_egress_id, lk_updated_at, body,
outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  args: [
    row.id,
    row.receivedAt,
    row.createdAt,
    row.event,
    row.roomName,
    row.egressId,
    row.updatedAtNs,
    row.body,
    row.outcome,
  ],
})

const rowOf = (row: Row): WebhookRow => {
  const updatedAt = row['lk_updated_at']
  return {
    id: text(row['id']),
    receivedAt: int(row['received_at']),
    createdAt: intOrNull(row['created_at']),
    event: text(row['event']),
    roomName: textOrNull(row['room_name']),
    egressId: textOrNull(row['lk_egress_id']),
    updatedAtNs: typeof updatedAt === 'string' || typeof updatedAt === 'number' ? BigInt(updatedAt) : null,
    body: text(row['body']),
    outcome: row['outcome'] === 'applied' ? 'applied' : 'ignored',
  }
}

/** What was heard of one egress, in LiveKit's order. */
export const listByEgress = (
  egressId: string,
  limit = 1_000,
): Effect.Effect<readonly WebhookRow[], DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        'SELECT * FROM webhook_inbox WHERE lk_egress_id = ? ORDER BY lk_updated_at, received_at LIMIT ?',
        [egressId, limit],
      ),
    ),
    (rows) => rows.map(rowOf),
  )

/** Retention, a piece at a time: drops at most `limit` of what was received before `before` (ms UTC). */
export const removeBefore = (before: number, limit: number): Statement => ({
  sql: `DELETE FROM webhook_inbox WHERE id IN
(SELECT id FROM webhook_inbox WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)`,
  args: [before, limit],
})
