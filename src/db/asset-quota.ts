// What an owner's assets come to, and the guard that keeps them within what it may have. Uploads under way count with
// what is known of them, so that two at once do not both take the last place.

import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import { Database, type Statement } from './database.ts'
import { int } from './row.ts'

/** Of each room; null is no limit. */
export interface AssetQuota {
  readonly count: number | null
  readonly bytes: number | null
}

export interface Addition {
  readonly owner: string
  readonly uploadId: string
  readonly count: number
  readonly bytes: number
}

/** What failed before it had any content is not had. */
const HAD = `FROM assets INDEXED BY assets_own_size_bytes WHERE owner = ?1 AND status <> 'failed' AND removed_at IS NULL`
const COUNT = `(SELECT count(*) ${HAD})`
const BYTES = `(SELECT coalesce(sum(size_bytes), 0) ${HAD}) + (SELECT coalesce(sum(size_bytes), 0) FROM asset_uploads
WHERE state = 'running' AND owner = ?1 AND id <> ?2)`

/** Finds a row when the addition may be. */
export const within = ({ count, bytes }: AssetQuota, { owner, uploadId, ...add }: Addition): Statement => ({
  sql: `SELECT 1 WHERE (?3 IS NULL OR ${COUNT} + ?4 <= ?3) AND (?5 IS NULL OR ${BYTES} + ?6 <= ?5)`,
  args: [owner, uploadId, count, add.count, bytes, add.bytes],
})

/** What it has, with what is coming. */
export const usageOf = (
  owner: string,
): Effect.Effect<{ readonly count: number; readonly bytes: number }, DbError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [row] = yield* database.read(`SELECT ${COUNT} AS count, ${BYTES} AS bytes`, [owner, ''])
    return { count: int(row?.['count']), bytes: int(row?.['bytes']) }
  })
