// A session: the record of one broadcast of one room. Its counters, and how its number makes event ids.

import type { EndReason } from './reasons.ts'

/** Events of one session: 2^26 (67,108,864). An event's id is the session's number × 2^26 + sequence. */
export const SEQ_BITS = 26n
export const SEQ_MAX = 2 ** 26 - 1

/** The id of a session as every answer gives it: `s` and its number. */
export const sessionId = (no: number): string => `s${no}`

/** The number inside a session id, or null when the text is not one. */
export const sessionNo = (id: string): number | null => {
  const digits = /^s([1-9][0-9]{0,11})$/.exec(id)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** What was counted so far. Every number is a total since the session was opened. */
export interface Counters {
  /** Frames that arrived for this session, whether they brought something new or not. */
  readonly frames: number
  /** Bytes of those frames as they came. */
  readonly bytes: number
  /** Messages inside the frames. received = events + duplicates + poison. */
  readonly received: number
  readonly events: number
  readonly duplicates: number
  readonly poison: number
  readonly chats: number
  readonly gifts: number
  /** Diamonds: per streak the highest repeat count × the gift's price, never the sum of its frames. */
  readonly giftValue: number
  readonly likes: number
  readonly joins: number
  readonly follows: number
  readonly shares: number
  readonly viewersPeak: number
  readonly viewersLast: number
  /** Highest sequence written. */
  readonly lastSeq: number
}

export const NO_COUNTERS: Counters = {
  frames: 0,
  bytes: 0,
  received: 0,
  events: 0,
  duplicates: 0,
  poison: 0,
  chats: 0,
  gifts: 0,
  giftValue: 0,
  likes: 0,
  joins: 0,
  follows: 0,
  shares: 0,
  viewersPeak: 0,
  viewersLast: 0,
  lastSeq: 0,
}

/** The counters of several sessions of one broadcast, in their order, as one. */
export const together = (all: readonly Counters[]): Counters =>
  all.reduce((sum, one) => {
    const added = Object.entries(one).map(([name, value]) => [name, value + sum[name as keyof Counters]])
    return {
      ...(Object.fromEntries(added) as Counters),
      viewersPeak: Math.max(sum.viewersPeak, one.viewersPeak),
      viewersLast: one.viewersLast,
      lastSeq: sum.lastSeq,
    }
  })

/** A session that is not archived yet, as a room's actor holds it. */
export interface OpenSession {
  readonly no: number
  readonly roomId: string
  readonly roomNo: number
  /** TikTok's numeric room id, as text. */
  readonly broadcastId: string
  readonly epoch: number
  readonly openedAt: number
  /** When the last frame arrived; the start of the gap if we were to stop now. */
  readonly lastAt: number
  readonly parkedAt: number | null
  /** Set once an end trigger was accepted: the archive goes on with this reason after a restart. */
  readonly ending: { readonly reason: EndReason; readonly at: number; readonly detail: string | null } | null
}

/** What TikTok itself says of a room at one moment; kept at the start and the end of a session. */
export interface SessionSnapshot {
  readonly title: string | null
  readonly creator: { readonly id: string | null; readonly handle: string; readonly nickname: string | null }
  readonly cover: string | null
  /** Counters as TikTok gave them: viewers, likes, followers and the like. */
  readonly counters: Readonly<Record<string, number>>
}
