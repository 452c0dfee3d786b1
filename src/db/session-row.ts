// One row of `sessions` as it is read: its columns by their names in answers.

import type { EndReason } from '../domain/reasons.ts'
import type { Counters, OpenSession } from '../domain/session.ts'
import type { Row } from './database.ts'
import { int, intOrNull, json, text, textOrNull } from './row.ts'

export interface SessionRow {
  readonly no: number
  readonly id: string
  readonly roomId: string
  readonly roomNo: number
  /** The room's handle when the session was opened. */
  readonly handle: string
  readonly broadcastId: string
  readonly epoch: number
  readonly openedAt: number
  readonly lastAt: number
  readonly parkedAt: number | null
  readonly ending: OpenSession['ending']
  readonly archivedAt: number | null
  readonly endReason: EndReason | null
  readonly endedAt: number | null
  readonly durationMs: number | null
  readonly counters: Counters
  readonly viewersSum: number
  readonly viewersSamples: number
  /** JSON as the archive wrote it, or null. */
  readonly secondary: unknown
  readonly report: unknown
  readonly snapshot: unknown
  /** The session this one is part of or a double of. */
  readonly mergedInto: number | null
  readonly mergeKind: 'fragment' | 'duplicate' | null
  readonly prunedAt: number | null
}

const countersOf = (row: Row): Counters => ({
  frames: int(row['frames']),
  bytes: int(row['bytes']),
  received: int(row['received']),
  events: int(row['event_count']),
  duplicates: int(row['duplicates']),
  poison: int(row['poison']),
  chats: int(row['chats']),
  gifts: int(row['gifts']),
  giftValue: int(row['gift_value']),
  likes: int(row['likes']),
  joins: int(row['joins']),
  follows: int(row['follows']),
  shares: int(row['shares']),
  viewersPeak: int(row['viewers_peak']),
  viewersLast: int(row['viewers_last']),
  lastSeq: int(row['last_seq']),
})

export const sessionRowOf = (row: Row): SessionRow => {
  const endingReason = textOrNull(row['ending_reason']) as EndReason | null
  return {
    no: int(row['no']),
    id: text(row['id']),
    roomId: text(row['room_id']),
    roomNo: int(row['room_no']),
    handle: text(row['handle']),
    broadcastId: text(row['broadcast_id']),
    epoch: int(row['epoch']),
    openedAt: int(row['opened_at']),
    lastAt: int(row['last_at']),
    parkedAt: intOrNull(row['parked_at']),
    ending:
      endingReason === null
        ? null
        : { reason: endingReason, at: int(row['ending_at']), detail: textOrNull(row['ending_detail']) },
    archivedAt: intOrNull(row['archived_at']),
    endReason: textOrNull(row['end_reason']) as EndReason | null,
    endedAt: intOrNull(row['ended_at']),
    durationMs: intOrNull(row['duration_ms']),
    counters: countersOf(row),
    viewersSum: int(row['viewers_sum']),
    viewersSamples: int(row['viewers_samples']),
    secondary: json(row['secondary_json']),
    report: json(row['report_json']),
    snapshot: json(row['snapshot_json']),
    mergedInto: intOrNull(row['merged_into']),
    mergeKind: textOrNull(row['merge_kind']) as SessionRow['mergeKind'],
    prunedAt: intOrNull(row['pruned_at']),
  }
}

/** What a room's actor takes over at boot. */
export const openSessionOf = (row: SessionRow): OpenSession => ({
  no: row.no,
  roomId: row.roomId,
  roomNo: row.roomNo,
  broadcastId: row.broadcastId,
  epoch: row.epoch,
  openedAt: row.openedAt,
  lastAt: row.lastAt,
  parkedAt: row.parkedAt,
  ending: row.ending,
})
