// Pages of a session's events as text, in the order of their ids: pulled one at a time, each a query of its own,
// so that nothing is held open between them. What a page says is the format's SQL.

import type { Row, SqlValue } from '../../db/database.ts'
import type { EventKind } from '../../domain/event.ts'
import type { Stretch } from './plan.ts'

/** One query. */
export type Read = (sql: string, args: readonly SqlValue[]) => Promise<readonly Row[]>

export interface Pages {
  /**
   * An aggregate over the rows of the table expression `page` (all columns of `events`, filtered), giving the
   * page as one text: one text comes out of SQLite several times faster than rows.
   */
  readonly body: string
  /** Events looked at by one query. */
  readonly rows: number
  readonly kinds: readonly EventKind[]
  /** More of a condition, over the columns of `events`; its parameters are numbered from `?5` on. */
  readonly where?: { readonly sql: string; readonly args: readonly SqlValue[] }
}

/** Text in one page, in characters as they are stored: JSON may make six of one. */
const WEIGHT_MAX = 4_000_000

// At most a page of rows is looked at, asked for or not, so that a rare kind costs no long query. A page that is
// too heavy is not made, and asked for again in smaller ones.
const sqlOf = ({ body, kinds, where }: Pages): string => {
  const first = 5 + (where?.args.length ?? 0)
  const wanted =
    kinds.length === 0 ? '1' : `kind IN (${kinds.map((_, index) => `?${index + first}`).join(', ')})`
  return `WITH looked AS MATERIALIZED (SELECT * FROM events WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3),
page AS (SELECT * FROM looked WHERE ${wanted} AND (${where?.sql ?? '1'})),
weighed AS MATERIALIZED (SELECT max(id) AS last, coalesce(sum(coalesce(length(text), 0) + coalesce(length(data), 0)), 0)
  AS weight FROM looked)
SELECT CAST(last AS TEXT) AS last, weight > ?4 AS heavy,
iif(weight > ?4, NULL, (SELECT ${body} FROM page)) AS body FROM weighed`
}

/** Where pages are cut depends on the events alone, so that a file is the same each time. */
export const walk = async function* (
  read: Read,
  stretches: readonly Pick<Stretch, 'after' | 'last'>[],
  pages: Pages,
): AsyncGenerator<string, void, undefined> {
  const sql = sqlOf(pages)
  const more = [...(pages.where?.args ?? []), ...pages.kinds]
  let rows = pages.rows
  for (const stretch of stretches) {
    let after = stretch.after
    while (after < stretch.last) {
      // One event alone is never too heavy: what it can hold is bounded where it is stored.
      const weight = rows === 1 ? Number.MAX_SAFE_INTEGER : WEIGHT_MAX
      const [row] = await read(sql, [after, stretch.last, rows, weight, ...more])
      const last = row?.['last']
      if (typeof last !== 'string') break
      if (row?.['heavy'] === 1) {
        rows = Math.ceil(rows / 8)
        continue
      }
      const body = row?.['body']
      if (typeof body === 'string') yield body
      after = BigInt(last)
      rows = Math.min(rows * 2, pages.rows)
    }
  }
}
