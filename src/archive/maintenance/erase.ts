// Removes the events, frames, gifts and poison of sessions that are marked as pruned, a few thousand rows a
// transaction, so that the recording beside it is not held up. Whether a session is marked is decided elsewhere.

import * as Effect from 'effect/Effect'
import { Database, type SqlValue } from '../../db/database.ts'
import { sessionId } from '../../domain/session.ts'
import { int, lastEventId } from '../pieces.ts'
import type { Tally } from './tally.ts'

const RANGE = 'id > ?1 AND id <= ?2'
const MARKED = 'EXISTS (SELECT 1 FROM sessions WHERE no = ?3 AND pruned_at IS NOT NULL)'

// Frames are whole pages of bytes, so fewer of them make a transaction.
const PARTS = {
  events: { where: RANGE, key: 'id', chunk: 4_000 },
  frames: { where: RANGE, key: 'id', chunk: 500 },
  gifts: { where: 'session_no = ?3', key: 'user_id, gift_id, group_id', chunk: 4_000 },
  poison: { where: 'session_no = ?3', key: 'id', chunk: 4_000 },
} as const

export type Part = keyof typeof PARTS
export const ERASED_PARTS: readonly Part[] = ['events', 'frames', 'gifts', 'poison']
export type Erased = Readonly<Record<Part, number>>

const args = (no: number): readonly SqlValue[] => [lastEventId(no - 1), lastEventId(no), no]

/** What a session holds of each; one count a table. */
export const held = Effect.fnUntraced(function* (no: number) {
  const database = yield* Database
  const counts = ERASED_PARTS.map(
    (part) => `(SELECT count(*) FROM ${part} WHERE ${PARTS[part].where}) AS ${part}`,
  )
  const [row] = yield* database.read(`SELECT ${counts.join(', ')}`, args(no))
  const erased: Erased = {
    events: int(row?.['events']),
    frames: int(row?.['frames']),
    gifts: int(row?.['gifts']),
    poison: int(row?.['poison']),
  }
  return erased
})

const erasePart = Effect.fnUntraced(function* (no: number, part: Part) {
  const database = yield* Database
  const { where, key, chunk } = PARTS[part]
  const own = key === 'id' ? 'id' : `session_no = ?3 AND (${key})`
  const sql = `DELETE FROM ${part} WHERE ${own} IN (SELECT ${key} FROM ${part} WHERE ${where} LIMIT ${chunk}) AND ${MARKED}`
  let removed = 0
  for (;;) {
    const { results } = yield* database.write({ statements: [{ sql, args: args(no) }] })
    const affected = results[0]?.rowsAffected ?? 0
    removed += affected
    if (affected < chunk) return removed
  }
})

/** Removes all of it. A session that is not marked keeps everything; interrupted, the rest is left for repair. */
export const erase = Effect.fnUntraced(function* (no: number) {
  const erased: Erased = {
    events: yield* erasePart(no, 'events'),
    frames: yield* erasePart(no, 'frames'),
    gifts: yield* erasePart(no, 'gifts'),
    poison: yield* erasePart(no, 'poison'),
  }
  return erased
})

const LEFT = `SELECT s.no FROM sessions AS s WHERE s.pruned_at IS NOT NULL AND s.no > ?2
AND (?1 IS NULL OR s.no IN (SELECT value FROM json_each(?1)))
AND (EXISTS (SELECT 1 FROM events WHERE id > (s.no << 26) - 1 AND id < (s.no + 1) << 26)
  OR EXISTS (SELECT 1 FROM frames WHERE id > (s.no << 26) - 1 AND id < (s.no + 1) << 26)
  OR EXISTS (SELECT 1 FROM gifts WHERE session_no = s.no))
ORDER BY s.no LIMIT 200`

/** Finishes what a prune that was interrupted left behind. */
export const finishPruned = Effect.fnUntraced(function* (
  scope: string | null,
  dryRun: boolean,
  tally: Tally,
) {
  const database = yield* Database
  for (let after = 0; ;) {
    const rows = yield* database.read(LEFT, [scope, after])
    if (rows.length === 0) return
    for (const row of rows) {
      const no = int(row['no'])
      after = no
      const { events, frames } = dryRun ? yield* held(no) : yield* erase(no)
      const detail = `pruned, but ${events} events and ${frames} frames were left`
      tally.add({ kind: 'pruned_rows_left', sessionId: sessionId(no), fixed: !dryRun, detail })
    }
  }
})
