// Pages by cursor: a cursor is where the last page ended, opaque to whoever holds it, and checked when it
// comes back.

import * as Schema from 'effect/Schema'
import { Problem } from './problems.ts'

export const LIMIT_DEFAULT = 50
export const LIMIT_MAX = 500

/** A whole number written in a query. */
export const integer = (minimum: number, maximum: number, description: string) =>
  Schema.optionalKey(
    Schema.String.check(
      Schema.makeFilter(
        (text: string) => /^[0-9]{1,16}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum,
        { description: `a whole number from ${minimum} to ${maximum}` },
      ),
    ),
  ).annotate({ description })

export const PAGE = {
  limit: integer(1, LIMIT_MAX, `items in a page; ${LIMIT_DEFAULT} when absent, ${LIMIT_MAX} at most`),
  cursor: Schema.optionalKey(Schema.String).annotate({ description: '`next` of the page before' }),
}

export const limitOf = (query: { readonly limit?: string }): number => Number(query.limit ?? LIMIT_DEFAULT)

/** What was given of these: a filter that nobody asked for is left out, not null. */
export const given = <T extends object>(
  all: T,
): { readonly [K in keyof T]?: Exclude<T[K], null | undefined> } =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], null | undefined>
  }

/** A moment in a query, or null. */
export const numberOf = (text: string | undefined): number | null =>
  text === undefined ? null : Number(text)

export const cursorOf = (position: string): string => Buffer.from(position).toString('base64url')

/** What a cursor says, when it has the form `pattern`; null when there is none. */
export const positionOf = (cursor: string | undefined, pattern: RegExp, maxLength = 200): string | null => {
  if (cursor === undefined) return null
  const position = cursor.length > maxLength ? '' : Buffer.from(cursor, 'base64url').toString('utf8')
  if (!pattern.test(position) || cursorOf(position) !== cursor) throw new Problem('cursor_invalid')
  return position
}

/** One of several words in a query, or several of them with commas between. */
export const words = <const W extends string>(
  all: readonly W[],
  text: string | undefined,
  parameter: string,
): readonly W[] => {
  if (text === undefined) return []
  return text.split(',').map((word) => {
    const known = all.find((one) => one === word)
    if (known === undefined)
      throw new Problem('query_invalid', {
        detail: `Expected some of: ${all.join(', ')}.`,
        field: `/${parameter}`,
      })
    return known
  })
}
