// The shapes of sessions and their events in answers. A session's row has more columns than anybody outside
// should count on; what is answered is chosen here.

import * as Schema from 'effect/Schema'
import type { SessionRow } from '../db/session-row.ts'
import type { EventRow } from '../db/events.ts'
import { EVENT_KINDS } from '../domain/event.ts'
import { EndReason } from '../domain/reasons.ts'
import { sessionId, together, type Counters } from '../domain/session.ts'
import { CountersShape } from './room-shapes.ts'

const At = Schema.Int.annotate({ description: 'milliseconds UTC' })
const Text = Schema.NullOr(Schema.String)
const Number = Schema.NullOr(Schema.Int)

const fields = {
  id: Schema.String,
  roomId: Schema.String,
  handle: Schema.String.annotate({ description: "the room's handle when it was opened" }),
  broadcastId: Schema.String,
  openedAt: At,
  lastAt: At.annotate({ description: 'when the last frame arrived' }),
  parkedAt: Schema.NullOr(At),
  archivedAt: Schema.NullOr(At).annotate({ description: 'null: it is still open' }),
  endReason: Schema.NullOr(EndReason),
  endedAt: Schema.NullOr(At),
  durationMs: Number,
  counters: CountersShape,
  mergedInto: Text.annotate({ description: 'the session this one is part or a double of' }),
  mergeKind: Schema.NullOr(Schema.Literals(['fragment', 'duplicate'])),
  prunedAt: Schema.NullOr(At).annotate({ description: 'when its events were removed by retention' }),
  withFragments: Schema.NullOr(
    Schema.Struct({
      fragments: Schema.Array(Schema.String),
      openedAt: At,
      endedAt: At,
      durationMs: Schema.Int.annotate({ description: 'from the first opening to the last end' }),
      counters: CountersShape,
    }),
  ).annotate({
    description: 'it and the sessions merged into it as one, null when there are none; the rest is its own',
  }),
}

export const SessionShape = Schema.Struct(fields)

export const SessionPage = Schema.Struct({
  items: Schema.Array(SessionShape),
  next: Schema.NullOr(Schema.String),
})

const Span = { sessionId: Schema.String, fromAt: At, toAt: Schema.NullOr(At) }

export const SessionWhole = Schema.Struct({
  ...fields,
  ending: Schema.NullOr(Schema.Struct({ reason: EndReason, at: At, detail: Text })).annotate({
    description: 'the end that was accepted and is being archived',
  }),
  secondary: Schema.Unknown.annotate({ description: 'end triggers that came after the first' }),
  report: Schema.Unknown.annotate({
    description: 'received = events + duplicates + poison; gaps beside them',
  }),
  snapshot: Schema.Unknown.annotate({ description: "TikTok's own view, at the start and at the end" }),
  gaps: Schema.Array(Schema.Struct({ ...Span, cause: Schema.String, detail: Text })),
  pauses: Schema.Array(Schema.Struct(Span)),
  attempts: Schema.Array(
    Schema.Struct({
      sessionId: Schema.String,
      trigger: EndReason,
      detail: Text,
      startedAt: At,
      finishedAt: At,
      durationMs: Schema.Int,
      rows: Schema.Int,
      outcome: Schema.Literals(['done', 'noop', 'failed']),
      errorClass: Text,
    }),
  ),
})

export const EventShape = Schema.Struct({
  id: Schema.String,
  sessionId: Schema.String,
  at: At,
  sourceAt: Schema.NullOr(At),
  kind: Schema.Literals(EVENT_KINDS),
  method: Schema.String,
  msgId: Text,
  userId: Text,
  handle: Text,
  nickname: Text,
  text: Text,
  amount: Number,
  total: Number,
  value: Number,
  giftId: Text,
  groupId: Text,
  final: Schema.Boolean,
  history: Schema.Boolean,
  late: Schema.Boolean,
  data: Schema.Unknown,
})

export const EventPage = Schema.Struct({
  items: Schema.Array(EventShape),
  next: Schema.NullOr(Schema.String),
})

const asOne = (
  row: SessionRow,
  fragments: readonly SessionRow[],
): (typeof SessionShape.Type)['withFragments'] => {
  if (fragments.length === 0) return null
  const all = [row, ...fragments].toSorted((a, b) => a.no - b.no)
  const openedAt = Math.min(...all.map((one) => one.openedAt))
  const endedAt = Math.max(...all.map((one) => one.endedAt ?? one.lastAt))
  return {
    fragments: fragments.map(({ id }) => id),
    openedAt,
    endedAt,
    durationMs: Math.max(0, endedAt - openedAt),
    counters: together(all.map(({ counters }) => counters)),
  }
}

/** A session as lists have it. `live` are its counters from memory while it records. */
export const sessionView = (
  row: SessionRow,
  live: Counters | null,
  fragments: readonly SessionRow[],
): typeof SessionShape.Type => ({
  id: row.id,
  roomId: row.roomId,
  handle: row.handle,
  broadcastId: row.broadcastId,
  openedAt: row.openedAt,
  lastAt: row.lastAt,
  parkedAt: row.parkedAt,
  archivedAt: row.archivedAt,
  endReason: row.endReason,
  endedAt: row.endedAt,
  durationMs: row.durationMs,
  counters: row.archivedAt === null && live !== null ? live : row.counters,
  mergedInto: row.mergedInto === null ? null : sessionId(row.mergedInto),
  mergeKind: row.mergeKind,
  prunedAt: row.prunedAt,
  withFragments: asOne(row, fragments),
})

/** An event in the one shape that pages, exports and live streams share. */
export const eventView = (row: EventRow): Omit<EventRow, 'frameId' | 'idx'> => {
  const { frameId: _frameId, idx: _idx, ...event } = row
  return event
}
