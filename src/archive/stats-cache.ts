// Remembers the statistics of archived sessions, the least recently asked forgotten first. A session that is
// still open, or that has changed since (merged, repaired, pruned), is computed anew.

import * as Effect from 'effect/Effect'
import type { Database } from '../db/database.ts'
import type { Pieces } from './pieces.ts'
import type { SessionStats } from './stats.ts'

const KEPT = 32

interface Kept {
  readonly rows: string
  readonly stats: SessionStats
}

// Belongs to a database's life, so that two of them in one process never answer for each other.
const caches = new WeakMap<Database['Service'], Map<number, Kept>>()

const cacheOf = (database: Database['Service']): Map<number, Kept> => {
  const known = caches.get(database) ?? new Map<number, Kept>()
  caches.set(database, known)
  return known
}

export const remembered = <E, R>(
  database: Database['Service'],
  pieces: Pieces,
  compute: Effect.Effect<SessionStats, E, R>,
): Effect.Effect<SessionStats, E, R> => {
  if (!pieces.archived) return compute
  const cache = cacheOf(database)
  const rows = JSON.stringify(pieces.list.map((piece) => piece.row))
  const known = cache.get(pieces.no)
  if (known?.rows === rows) {
    cache.delete(pieces.no)
    cache.set(pieces.no, known)
    return Effect.succeed(known.stats)
  }
  return Effect.map(compute, (stats) => {
    cache.delete(pieces.no)
    cache.set(pieces.no, { rows, stats })
    for (const oldest of cache.keys()) {
      if (cache.size <= KEPT) break
      cache.delete(oldest)
    }
    return stats
  })
}
