// The rows of assets, read: one by its id or key, and pages by a key that stays where it is while rows come and
// go. Writes are in `asset-writes.ts`; a tombstone is nobody's business but theirs.

import * as Effect from 'effect/Effect'
import {
  OPERATOR,
  type Asset,
  type AssetErrorCode,
  type AssetStatus,
  type AssetType,
  type Visibility,
} from '../domain/asset.ts'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row, type SqlValue } from './database.ts'
import { int, intOrNull, text, textOrNull } from './row.ts'

export const ASSET_SORTS = ['created_at', 'updated_at', 'display_name', 'size_bytes'] as const
export type AssetSort = (typeof ASSET_SORTS)[number]

/** Where a page ended: the last one's value in the order, and its id. */
export interface AssetPosition {
  readonly value: string | number
  readonly id: string
}

export interface AssetFilter {
  /** Who asks: `operator` sees all, a room its own and what is public, null what is public. */
  readonly owner: string | null
  readonly type?: AssetType
  readonly visibility?: Visibility
  readonly statuses?: readonly AssetStatus[]
  /** Part of the name or the key, in any case. */
  readonly q?: string
  readonly sort: AssetSort
  readonly descending: boolean
  readonly after?: AssetPosition
  readonly limit: number
}

export const assetOf = (row: Row): Asset => ({
  id: text(row['id']),
  type: text(row['type']) as AssetType,
  key: text(row['s3_key']),
  displayName: text(row['display_name']),
  mimeType: text(row['mime_type']),
  sizeBytes: int(row['version']) === 0 ? null : int(row['size_bytes']),
  sha256: textOrNull(row['sha256']),
  etag: textOrNull(row['etag']),
  status: text(row['status']) as AssetStatus,
  errorCode: textOrNull(row['error_code']) as AssetErrorCode | null,
  owner: text(row['owner']),
  visibility: row['visibility'] === 'public' ? 'public' : 'private',
  version: int(row['version']),
  storedAt: intOrNull(row['stored_at']),
  checkedAt: intOrNull(row['checked_at']),
  createdAt: int(row['created_at']),
  updatedAt: int(row['updated_at']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

const one = (where: string, arg: string): Query<Asset | null> =>
  Effect.map(
    Database.use((database) =>
      database.read(`SELECT * FROM assets WHERE ${where} AND removed_at IS NULL`, [arg]),
    ),
    ([row]) => (row === undefined ? null : assetOf(row)),
  )

export const find = (id: string): Query<Asset | null> => one('id = ?', id)
export const findByKey = (key: string): Query<Asset | null> => one('s3_key = ?', key)

/** What is searched in, and what is looked for in it. */
export const searchOf = (text: string): string => text.normalize('NFC').toLowerCase()

/** With up to this many matches they are sorted; with more, walking the order meets enough of them soon. */
const MATCHES_MAX = 2_000
/** What a trigram index can answer. */
const SEARCHABLE = 3

/** The row numbers of all that match; null when there are too many, or too few letters to ask the index. */
const matches = (q: string): Query<readonly number[] | null> =>
  Effect.gen(function* () {
    if ([...q].length < SEARCHABLE) return null
    const database = yield* Database
    const rows = yield* database.read(
      'SELECT rowid AS no FROM assets_search WHERE assets_search MATCH ? LIMIT ?',
      [`"${q.replaceAll('"', '""')}"`, MATCHES_MAX + 1],
    )
    return rows.length > MATCHES_MAX ? null : rows.map((row) => int(row['no']))
  })

/** A page in the order of `sort`, ids deciding between equals. */
export const list = (filter: AssetFilter): Query<readonly Asset[]> =>
  Effect.gen(function* () {
    const database = yield* Database
    const { owner, sort, descending, after, limit } = filter
    const q = searchOf(filter.q ?? '')
    const numbers = q === '' ? null : yield* matches(q)
    const args: SqlValue[] = []
    const arg = (value: SqlValue): string => `?${args.push(value)}`
    const where = ['removed_at IS NULL']
    if (numbers !== null) where.push(`no IN (SELECT value FROM json_each(${arg(JSON.stringify(numbers))}))`)
    else if (q !== '') where.push(`instr(search, ${arg(q)}) > 0`)
    if (after !== undefined) {
      where.push(`(${sort}, id) ${descending ? '<' : '>'} (${arg(after.value)}, ${arg(after.id)})`)
    }
    const type = filter.type === undefined ? null : `type = ${arg(filter.type)}`
    const visibility = filter.visibility === undefined ? null : `visibility = ${arg(filter.visibility)}`
    const statuses = filter.statuses ?? []
    const status = statuses.length === 0 ? null : `status IN (${statuses.map(arg).join(', ')})`
    // Most are ready: their index would gather and sort nearly all, while any other order meets enough of them soon.
    const isRare = status !== null && !statuses.includes('ready')
    const order = `ORDER BY ${sort} ${descending ? 'DESC' : 'ASC'}, id ${descending ? 'DESC' : 'ASC'} LIMIT ${arg(limit)}`
    /** Walks the index of the condition that leaves the least; a plus keeps the planner from the others. */
    const page = (whose: string | null, isOwn: boolean): string => {
      const all = [
        [status, isRare && !isOwn],
        [type, !isRare && !isOwn],
        [visibility, !isRare && !isOwn && type === null],
        [whose, isOwn || (!isRare && type === null)],
      ] as const
      const asked = all.flatMap(([text, leads]) => (text === null ? [] : [leads ? text : `+${text}`]))
      return `SELECT * FROM assets WHERE ${[...where, ...asked].join(' AND ')} ${order}`
    }
    // Two walks of one index each instead of one that steps over everything that is somebody else's.
    const mine = owner === null || owner === OPERATOR ? null : arg(owner)
    const sql =
      owner === OPERATOR
        ? page(null, false)
        : mine === null
          ? page(`visibility = 'public'`, false)
          : `SELECT * FROM (${page(`owner = ${mine}`, true)}) UNION ALL SELECT * FROM (${page(`visibility = 'public' AND owner <> ${mine}`, false)}) ${order}`
    const rows = yield* database.read(sql, args)
    return rows.map(assetOf)
  })
