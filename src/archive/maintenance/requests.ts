// What can be asked of maintenance and what it answers, as schemas: the HTTP contract and the command line
// speak these words. Every request has `dryRun`; a dry run reports what would be done and changes no record.

import * as Schema from 'effect/Schema'

const DryRun = Schema.optionalKey(Schema.Boolean).annotate({
  description: 'true: report what would be done and change nothing',
})
const SessionId = Schema.String.check(
  Schema.isPattern(/^s[1-9][0-9]{0,11}$/, { description: 'a session id' }),
)
const RoomRef = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(128)).annotate({
  description: 'our id or the handle',
})
const ageMs = (description: string) =>
  Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 * 366 * 86_400_000 })),
  ).annotate({
    description,
  })

export const RepairRequest = Schema.Struct({
  dryRun: DryRun,
  sessions: Schema.optionalKey(Schema.Array(SessionId).check(Schema.isMaxLength(1_000))).annotate({
    description: 'only these sessions; all when absent',
  }),
})
export type RepairRequest = typeof RepairRequest.Type

export const MergeRequest = Schema.Union([
  Schema.Struct({
    what: Schema.Literal('sessions'),
    into: SessionId,
    from: Schema.Array(SessionId).check(Schema.isMinLength(1), Schema.isMaxLength(200)),
    dryRun: DryRun,
  }).annotate({ description: 'sessions of one room and one broadcast become one' }),
  Schema.Struct({
    what: Schema.Literal('broadcasts'),
    room: Schema.optionalKey(RoomRef),
    dryRun: DryRun,
  }).annotate({ description: 'finds the fragments and duplicates of every broadcast and merges them' }),
  Schema.Struct({
    what: Schema.Literal('rooms'),
    into: RoomRef,
    from: RoomRef,
    dryRun: DryRun,
  }).annotate({ description: "one room's sessions become another's; the first is removed" }),
  Schema.Struct({
    what: Schema.Literal('undo'),
    logId: Schema.Int.check(Schema.isGreaterThan(0)),
    dryRun: DryRun,
  }).annotate({ description: 'takes back the session merges of one entry of the maintenance log' }),
])
export type MergeRequest = typeof MergeRequest.Type

export const PruneRequest = Schema.Struct({
  dryRun: DryRun,
  room: Schema.optionalKey(RoomRef),
  emptyOlderThanMs: ageMs('remove archived sessions without events that ended longer ago than this'),
  olderThanMs: ageMs(
    'remove the events of sessions that ended longer ago than this; the session itself stays',
  ),
  keepPerRoom: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })),
  ).annotate({
    description:
      'keep the events of the newest sessions of each room, this many; the sessions themselves stay',
  }),
  journalOlderThanMs: ageMs('forget facts older than this'),
  keepFacts: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000 })),
  ).annotate({ description: 'keep the newest facts, this many' }),
  idempotencyOlderThanMs: ageMs('forget idempotency keys older than this; a day when absent'),
})
export type PruneRequest = typeof PruneRequest.Type

/** Things named one by one in a report at most; counts are always whole. */
export const LISTED_MAX = 200

export const Finding = Schema.Struct({
  kind: Schema.Literals([
    'orphan_events',
    'orphan_frames',
    'counters',
    'ending_incomplete',
    'report_missing',
    'attempt_missing',
    'gap_open',
    'pause_open',
    'streak_open',
    'merge_broken',
    'pruned_rows_left',
    'open_without_room',
  ]),
  sessionId: Schema.String,
  fixed: Schema.Boolean.annotate({ description: 'false in a dry run, and where a person has to look' }),
  detail: Schema.String,
})
export type Finding = typeof Finding.Type

export const RepairReport = Schema.Struct({
  dryRun: Schema.Boolean,
  checked: Schema.Int.annotate({ description: 'archived sessions looked at' }),
  found: Schema.Int,
  fixed: Schema.Int,
  kinds: Schema.Record(Schema.String, Schema.Int).annotate({ description: 'how many of each kind' }),
  findings: Schema.Array(Finding),
  truncated: Schema.Boolean,
})
export type RepairReport = typeof RepairReport.Type

export const MergedSession = Schema.Struct({
  sessionId: Schema.String,
  into: Schema.String,
  kind: Schema.Literals(['fragment', 'duplicate']),
})
export type MergedSession = typeof MergedSession.Type

export const MergeReport = Schema.Struct({
  dryRun: Schema.Boolean,
  logId: Schema.NullOr(Schema.Int).annotate({ description: 'what undoes it' }),
  merged: Schema.Int,
  sessions: Schema.Array(MergedSession),
  rooms: Schema.NullOr(
    Schema.Struct({
      from: Schema.String,
      into: Schema.String,
      sessionsMoved: Schema.Int,
      assetsMoved: Schema.Int,
      handles: Schema.Int,
    }),
  ),
  undone: Schema.Int,
  truncated: Schema.Boolean,
})
export type MergeReport = typeof MergeReport.Type

export const PruneReport = Schema.Struct({
  dryRun: Schema.Boolean,
  emptySessions: Schema.Int,
  prunedSessions: Schema.Int,
  events: Schema.Int,
  frames: Schema.Int,
  gifts: Schema.Int,
  poison: Schema.Int,
  journal: Schema.Int,
  idempotency: Schema.Int,
  sessionIds: Schema.Array(Schema.String).annotate({ description: 'the sessions removed or emptied' }),
  truncated: Schema.Boolean,
  more: Schema.Boolean.annotate({ description: 'one run has its limits: run it again' }),
})
export type PruneReport = typeof PruneReport.Type
