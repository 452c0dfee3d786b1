// The tokens that open the API, known by the SHA-256 of their text (hex). The operator's own token from the
// configuration is not among them.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row, type Statement } from './database.ts'
import { int, intOrNull, text, textOrNull } from './row.ts'

export interface TokenRow {
  readonly id: string
  readonly hash: string
  readonly scope: 'operator' | 'owner'
  readonly roomId: string | null
  readonly label: string | null
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
}

const rowOf = (row: Row): TokenRow => ({
  id: text(row['id']),
  hash: text(row['hash']),
  scope: row['scope'] === 'operator' ? 'operator' : 'owner',
  roomId: textOrNull(row['room_id']),
  label: textOrNull(row['label']),
  createdAt: int(row['created_at']),
  expiresAt: intOrNull(row['expires_at']),
  revokedAt: intOrNull(row['revoked_at']),
})

export const findByHash = (hash: string): Effect.Effect<TokenRow | null, DbError, Database> =>
  Effect.map(
    Database.use((database) => database.read('SELECT * FROM tokens WHERE hash = ?', [hash])),
    ([row]) => (row === undefined ? null : rowOf(row)),
  )

/** Of one room, or all; revoked ones too. `after` is the last id of the page before. */
export const list = (options: {
  readonly roomId?: string | null
  readonly after?: string
  readonly limit: number
}): Effect.Effect<readonly TokenRow[], DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        'SELECT * FROM tokens WHERE (?1 IS NULL OR room_id = ?1) AND id > ?2 ORDER BY id LIMIT ?3',
        [options.roomId ?? null, options.after ?? '', options.limit],
      ),
    ),
    (rows) => rows.map(rowOf),
  )

/** Which of these are valid still: there, not revoked. Whether they expired is for the clock of who asks. */
export const listValid = (ids: readonly string[]): Effect.Effect<readonly string[], DbError, Database> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        'SELECT id FROM tokens WHERE id IN (SELECT value FROM json_each(?)) AND revoked_at IS NULL',
        [JSON.stringify(ids)],
      ),
    ),
    (rows) => rows.map((row) => text(row['id'])),
  )

export const insert = (token: Omit<TokenRow, 'revokedAt'>): Statement => ({
  sql: `INSERT INTO tokens (id, hash, scope, room_id, label, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  args: [token.id, token.hash, token.scope, token.roomId, token.label, token.createdAt, token.expiresAt],
})

/** With its sign-ins, whose ids are its own, a dot and more. Changes no row when it was revoked before or is another room's. */
export const revoke = (id: string, at: number, roomId: string | null = null): Statement => ({
  sql: `UPDATE tokens SET revoked_at = ?1 WHERE (id = ?2 OR (id > ?2 || '.' AND id < ?2 || '/'))
    AND revoked_at IS NULL AND (?3 IS NULL OR room_id = ?3)`,
  args: [at, id, roomId],
})

/** Forgets the sign-ins of a token that are over, and the oldest beyond `max`. */
export const makeRoomForSignIn = (tokenId: string, at: number, max: number): Statement => ({
  sql: `DELETE FROM tokens WHERE id > ?1 || '.' AND id < ?1 || '/' AND (
    revoked_at IS NOT NULL OR expires_at <= ?2 OR id NOT IN (
      SELECT id FROM tokens WHERE id > ?1 || '.' AND id < ?1 || '/' AND revoked_at IS NULL AND expires_at > ?2
      ORDER BY created_at DESC, id LIMIT ?3))`,
  args: [tokenId, at, max],
})

/** Every token of a room that is removed. */
export const revokeAll = (roomId: string, at: number): Statement => ({
  sql: 'UPDATE tokens SET revoked_at = ?1 WHERE room_id = ?2 AND revoked_at IS NULL',
  args: [at, roomId],
})
