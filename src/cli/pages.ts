// A list that the server gives page by page, whole, within a limit.

import * as Effect from 'effect/Effect'
import type { JsonObject, Server } from './server.ts'
import { items } from './table.ts'

/** Rows of one listing at most. */
export const LISTED_MAX = 10_000
const PAGE = 200

export const everyPage = Effect.fnUntraced(function* (
  server: Server,
  path: string,
  query: Readonly<Record<string, string>>,
  limit: number = LISTED_MAX,
) {
  const found: JsonObject[] = []
  let cursor: string | null = null
  do {
    const search = new URLSearchParams({
      ...query,
      limit: String(Math.min(PAGE, limit - found.length)),
      ...(cursor !== null && { cursor }),
    })
    const page: JsonObject = yield* server.ask('GET', `${path}?${search}`)
    found.push(...items(page))
    cursor = typeof page['next'] === 'string' ? page['next'] : null
  } while (cursor !== null && found.length < limit)
  return found
})
