// What happened to a session, in order: its facts from the journal, its gaps, pauses and archive attempts.
// Facts older than the journal's retention are gone; gaps, pauses and attempts stay with the session.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { Database, type Row } from '../db/database.ts'
import { sessionId } from '../domain/session.ts'
import { int, intOrNull, piecesOf, text } from './pieces.ts'

export const TimelineEntry = Schema.Struct({
  at: Schema.Int,
  until: Schema.NullOr(Schema.Int).annotate({
    description: 'the end of an interval; null for a moment or while it lasts',
  }),
  type: Schema.Literals(['fact', 'gap', 'pause', 'attempt']),
  name: Schema.String.annotate({
    description: "a fact's name, a gap's cause, `pause`, or the attempt's outcome",
  }),
  sessionId: Schema.String,
  detail: Schema.NullOr(Schema.String),
  body: Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown)),
})
export type TimelineEntry = typeof TimelineEntry.Type

export const Timeline = Schema.Struct({
  sessionId: Schema.String,
  entries: Schema.Array(TimelineEntry),
  truncated: Schema.Boolean,
})
export type Timeline = typeof Timeline.Type

/** Entries of each type at most. */
const TIMELINE_MAX = 1_000

const NOS = 'IN (SELECT value FROM json_each(?1))'
const QUERIES = {
  fact: `SELECT at, NULL AS until, name, session_id AS session, NULL AS detail, body FROM journal
WHERE session_id IN (SELECT 's' || value FROM json_each(?1)) ORDER BY seq LIMIT ?2`,
  gap: `SELECT from_at AS at, to_at AS until, cause AS name, session_id AS session, detail, NULL AS body
FROM session_gaps WHERE session_no ${NOS} ORDER BY id LIMIT ?2`,
  pause: `SELECT from_at AS at, to_at AS until, 'pause' AS name, 's' || session_no AS session, NULL AS detail,
NULL AS body FROM session_pauses WHERE session_no ${NOS} ORDER BY id LIMIT ?2`,
  attempt: `SELECT started_at AS at, finished_at AS until, outcome AS name, session_id AS session,
coalesce(error_class, trigger) AS detail, NULL AS body
FROM archive_attempts WHERE session_no ${NOS} ORDER BY id LIMIT ?2`,
} as const

type EntryType = keyof typeof QUERIES
const TYPES: readonly EntryType[] = ['fact', 'gap', 'pause', 'attempt']

const bodyOf = (json: Row[string] | undefined): TimelineEntry['body'] => {
  if (typeof json !== 'string') return null
  const body: unknown = JSON.parse(json)
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : null
}

const entry = (type: EntryType, row: Row): TimelineEntry => ({
  at: int(row['at']),
  until: intOrNull(row['until']),
  type,
  name: text(row['name']),
  sessionId: text(row['session']),
  detail: typeof row['detail'] === 'string' ? row['detail'] : null,
  body: bodyOf(row['body']),
})

/** In order of time; what began at the same millisecond stands in the order facts, gaps, pauses, attempts. */
export const sessionTimeline = Effect.fn('sessionTimeline')(function* (no: number) {
  const database = yield* Database
  const pieces = yield* piecesOf(no)
  const nos = JSON.stringify(pieces.list.map((piece) => piece.no))
  const lists = yield* Effect.forEach(TYPES, (type) =>
    Effect.map(database.read(QUERIES[type], [nos, TIMELINE_MAX + 1]), (rows) => ({
      truncated: rows.length > TIMELINE_MAX,
      entries: rows.slice(0, TIMELINE_MAX).map((row) => entry(type, row)),
    })),
  )
  const timeline: Timeline = {
    sessionId: sessionId(no),
    entries: lists.flatMap((list) => list.entries).sort((a, b) => a.at - b.at),
    truncated: lists.some((list) => list.truncated),
  }
  return timeline
})
