// What is remembered of looking at one room, and what an answer means for the next look at it.
// Small on purpose: thousands of rooms are only watched, and this is all that each of them holds here.

import type { FoundLive } from '../machines/room-events.ts'
import type { Look } from '../tiktok/tiktok.ts'
import type { Due } from './due-heap.ts'
import { type Habits, jittered, rarity, unknownDelayMs } from './schedule.ts'

export interface Watched extends Due {
  readonly roomId: string
  habits: Habits
  /** Unknown answers in a row. */
  unknowns: number
  urgent: boolean
  looking: boolean
  last: Look | null
  /** A broadcast whose end was heard, and until when (monotonic) it is not believed to be live. */
  stale: { readonly broadcastId: string; readonly untilMs: number } | null
  /** Set while the room is watched. */
  found: ((found: FoundLive) => void) | null
}

export const makeWatched = (roomId: string): Watched => ({
  roomId,
  habits: 0,
  unknowns: 0,
  urgent: false,
  looking: false,
  last: null,
  stale: null,
  found: null,
  dueAt: Number.NEGATIVE_INFINITY,
  slot: -1,
})

/** Live, offline or unknown as the watching is concerned: a stale "live" says nothing. */
export const believe = (
  { stale }: Watched,
  look: Look,
  monotonicMs: number,
): FoundLive | 'offline' | 'unknown' => {
  if (look.answer !== 'live') return look.answer
  if (look.broadcastId === null) return 'unknown'
  if (stale?.broadcastId === look.broadcastId && monotonicMs < stale.untilMs) return 'unknown'
  return { broadcastId: look.broadcastId, paused: look.paused }
}

/** How long after this belief the next look is due; counts unknown answers on the way. */
export const pause = (
  room: Watched,
  belief: FoundLive | 'offline' | 'unknown',
  now: { readonly at: number; readonly random: number; readonly watchIntervalMs: number },
): number => {
  room.unknowns = belief === 'unknown' ? room.unknowns + 1 : 0
  const ms =
    belief === 'unknown' ? unknownDelayMs(room.unknowns) : now.watchIntervalMs * rarity(room.habits, now.at)
  return jittered(ms, now.random)
}

export const unknownLook = (at: number, error: string): Look => ({
  at,
  answer: 'unknown',
  broadcastId: null,
  paused: false,
  sources: [{ source: 'api', answer: 'unknown', status: null, error }],
  snapshot: null,
})
