// Pages of assets in any order, of any filter, by a position that stays where it is while rows come and go. No page
// reads more than a bounded number of rows: one may have fewer than asked, or none, and still say where to go on.

import * as Effect from 'effect/Effect'
import {
  ASSET_STATUSES,
  ASSET_TYPES,
  OPERATOR,
  VISIBILITIES,
  type Asset,
  type AssetStatus,
  type AssetType,
  type Visibility,
} from '../domain/asset.ts'
import type { DbError } from '../domain/errors.ts'
import { assetOf } from './assets.ts'
import { needleOf, phraseOf } from './asset-search.ts'
import { Database, type Row, type SqlValue } from './database.ts'
import { int, text } from './row.ts'

export const ASSET_SORTS = ['created_at', 'updated_at', 'display_name', 'size_bytes'] as const
export type AssetSort = (typeof ASSET_SORTS)[number]

/** Where a page ended: the last one's value in the order, and its number. */
export interface AssetPosition {
  readonly value: string | number
  readonly no: number
}

export interface AssetFilter {
  /** Who asks: `operator` sees all, a room its own and what is public, null what is public. */
  readonly owner: string | null
  readonly type?: AssetType
  readonly visibility?: Visibility
  readonly statuses?: readonly AssetStatus[]
  /** Part of the name or the key, in any case; one or two characters: how a word of them begins. */
  readonly q?: string
  readonly sort: AssetSort
  readonly descending: boolean
  readonly after?: AssetPosition
  readonly limit: number
}

export interface AssetsPage {
  readonly items: readonly Asset[]
  /** Null: there is nothing more. */
  readonly next: AssetPosition | null
}

type Query<A> = Effect.Effect<A, DbError, Database>

/** With up to this many matches they are sorted; with more, walking the order soon meets some. */
const MATCHES_MAX = 4_000
/** Rows that are looked into at a time for a search with more matches, and how often for one page. */
const STEP = 4_000
const STEPS_MAX = 3

/** Numbered arguments of one statement. */
class Args {
  readonly values: SqlValue[] = []
  add = (value: SqlValue): string => `?${this.values.push(value)}`
}

const ordered = ({ descending }: AssetFilter, column: string): string => {
  const direction = descending ? 'DESC' : 'ASC'
  return `ORDER BY ${column} ${direction}, no ${direction}`
}

const behind = ({ sort, descending }: AssetFilter, after: AssetPosition | undefined, args: Args): string =>
  after === undefined
    ? ''
    : ` AND (${sort}, no) ${descending ? '<' : '>'} (${args.add(after.value)}, ${args.add(after.no)})`

/**
 * Numbers and places of the first rows behind `after`. What an index has besides the order is always one value of
 * each, so that no walk steps over what is not wanted; a page of several values is merged out of one walk for each.
 */
const walk = (filter: AssetFilter, after: AssetPosition | undefined, limit: number, args: Args): string => {
  const { owner, type, visibility, statuses = [], sort } = filter
  const most = `LIMIT ${args.add(limit)}`
  const end = `removed_at IS NULL${behind(filter, after, args)} ${ordered(filter, sort)} ${most}`
  const one = (index: string, where: string): string =>
    `SELECT no, ${sort} AS place FROM assets INDEXED BY assets_${index}_${sort} WHERE ${where}${end}`
  const isAll = type === undefined && visibility === undefined && statuses.length === 0
  if (owner === OPERATOR && isAll) return one('all', '')
  const mine = owner === null || owner === OPERATOR ? null : args.add(owner)
  const walks = (visibility === undefined ? VISIBILITIES : [visibility]).flatMap((seen) => {
    const isOwn = seen === 'private' && owner !== OPERATOR
    if (isOwn && mine === null) return []
    return (statuses.length === 0 ? ASSET_STATUSES : statuses).flatMap((status) =>
      (type === undefined ? ASSET_TYPES : [type]).map((kind) => {
        const values = `status = '${status}' AND type = '${kind}' AND visibility = '${seen}' AND `
        return isOwn ? one('own', `owner = ${mine} AND ${values}`) : one('some', values)
      }),
    )
  })
  if (walks.length === 0) return `SELECT no, ${sort} AS place FROM assets WHERE 0`
  const merged = walks.map((one) => `SELECT * FROM (${one})`).join(' UNION ALL ')
  return `SELECT no, place FROM (${merged}) ${ordered(filter, 'place')} ${most}`
}

/** The row numbers of all that may match, as a JSON array; null when there are too many to sort. */
const matches = (needle: string): Query<string | null> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [row] = yield* database.read(
      `SELECT count(*) AS matches, json_group_array(no) AS numbers FROM
(SELECT rowid AS no FROM assets_search WHERE assets_search MATCH ? LIMIT ?)`,
      [phraseOf(needle), MATCHES_MAX + 1],
    )
    return row === undefined || int(row['matches']) > MATCHES_MAX ? null : text(row['numbers'])
  })

/** What a filter says of rows that were found in another way. */
const conditions = (filter: AssetFilter, args: Args): string => {
  const { owner, type, visibility, statuses = [] } = filter
  const mine = owner === null ? '0' : `owner = ${args.add(owner)}`
  const all = [
    'removed_at IS NULL',
    ...(owner === OPERATOR ? [] : [`(visibility = 'public' OR ${mine})`]),
    ...(type === undefined ? [] : [`type = ${args.add(type)}`]),
    ...(visibility === undefined ? [] : [`visibility = ${args.add(visibility)}`]),
    ...(statuses.length === 0 ? [] : [`status IN (${statuses.map(args.add).join(', ')})`]),
  ]
  return all.join(' AND ') + behind(filter, filter.after, args)
}

/** A page out of what was found, which is one more than the page when there is more. */
const pageOf = (rows: readonly Row[], { sort, limit }: AssetFilter): AssetsPage => {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(assetOf),
    next: last === undefined ? null : { value: last[sort] as string | number, no: int(last['no']) },
  }
}

const plain = (filter: AssetFilter): Query<AssetsPage> =>
  Effect.gen(function* () {
    const database = yield* Database
    const args = new Args()
    const found = walk(filter, filter.after, filter.limit + 1, args)
    const sql = `SELECT assets.* FROM (${found}) CROSS JOIN assets USING (no) ${ordered(filter, 'place')}`
    return pageOf(yield* database.read(sql, args.values), filter)
  })

const sorted = (filter: AssetFilter, needle: string, numbers: string): Query<AssetsPage> =>
  Effect.gen(function* () {
    const database = yield* Database
    const args = new Args()
    const sql = `SELECT assets.* FROM (SELECT value AS found FROM json_each(${args.add(numbers)})) CROSS JOIN assets ON no = found
WHERE ${conditions(filter, args)} AND instr(search, ${args.add(needle)}) > 0
${ordered(filter, filter.sort)} LIMIT ${args.add(filter.limit + 1)}`
    return pageOf(yield* database.read(sql, args.values), filter)
  })

const stepping = (filter: AssetFilter, needle: string): Query<AssetsPage> =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows: Row[] = []
    let { after } = filter
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const args = new Args()
      const found = walk(filter, after, STEP, args)
      const sql = `SELECT assets.* FROM (${found}) CROSS JOIN assets USING (no)
WHERE instr(search, ${args.add(needle)}) > 0 ${ordered(filter, 'place')} LIMIT ${args.add(filter.limit + 1 - rows.length)}`
      rows.push(...(yield* database.read(sql, args.values)))
      if (rows.length > filter.limit) return pageOf(rows, filter)
      const ends = new Args()
      const steps = walk(filter, after, STEP, ends)
      const last = `SELECT no, place FROM (${steps}) LIMIT 1 OFFSET ${STEP - 1}`
      const [end] = yield* database.read(last, ends.values)
      if (end === undefined) return pageOf(rows, filter)
      after = { value: end['place'] as string | number, no: int(end['no']) }
    }
    return { ...pageOf(rows, filter), next: after ?? null }
  })

/** A page in the order of `sort`, the row that came first before others with the same value. */
export const list = (filter: AssetFilter): Query<AssetsPage> =>
  Effect.gen(function* () {
    const needle = needleOf(filter.q ?? '')
    if (needle === null) return yield* plain(filter)
    const numbers = yield* matches(needle)
    return yield* numbers === null ? stepping(filter, needle) : sorted(filter, needle, numbers)
  })
