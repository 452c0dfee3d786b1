// The chain through the audit table: each row's hash covers its content and the hash before it, so a row
// that was changed, removed or put in between shows. Writing belongs to `commit.ts`, reading to `audit.ts`.

import { createHash } from 'node:crypto'
import type { Connection } from './client.ts'
import type { AuditEntry, Row, Statement } from './database.ts'
import { storable } from './text.ts'

/** What the first row is chained to. */
export const GENESIS = '0'.repeat(64)

/** The columns in a fixed order, as JSON: one text for one content, as it can be stored and read again. */
const canonical = (entry: AuditEntry): string =>
  JSON.stringify(
    [
      entry.at,
      entry.actor,
      entry.ip,
      entry.action,
      entry.roomId,
      entry.target,
      entry.outcome,
      entry.code,
      entry.detail,
    ].map((value) => (typeof value === 'string' ? storable(value) : value)),
  )

export const nextHash = (previous: string, entry: AuditEntry): string =>
  createHash('sha256')
    .update(previous + canonical(entry))
    .digest('hex')

export const auditStatement = (entry: AuditEntry, previous: string, hash: string): Statement => ({
  sql: `INSERT INTO audit (at, actor, ip, action, room_id, target, outcome, code, detail, prev_hash, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  args: [
    entry.at,
    entry.actor,
    entry.ip,
    entry.action,
    entry.roomId,
    entry.target,
    entry.outcome,
    entry.code,
    entry.detail,
    previous,
    hash,
  ],
})

const textOf = (value: Row[string] | undefined): string | null => (typeof value === 'string' ? value : null)

/** The row's content as it was hashed. */
export const auditEntryOf = (row: Row): AuditEntry => ({
  at: Number(row['at']),
  actor: String(row['actor']),
  ip: textOf(row['ip']),
  action: String(row['action']),
  roomId: textOf(row['room_id']),
  target: textOf(row['target']),
  outcome: String(row['outcome']) as AuditEntry['outcome'],
  code: textOf(row['code']),
  detail: textOf(row['detail']),
})

export const lastHash = async (connection: Connection): Promise<string> =>
  textOf((await connection.query('SELECT hash FROM audit ORDER BY seq DESC LIMIT 1')).rows[0]?.['hash']) ??
  GENESIS
