// A room as the API answers it, for tests of the console.

import type { Room, RoomState } from '../../web/src/api/types.ts'

const COUNTERS = {
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

export const roomWith = (handle: string, state: RoomState, more: Partial<Room> = {}): Room => ({
  id: `r-${handle}`,
  handle,
  displayName: null,
  monitor: state !== 'off',
  state,
  since: 1_000,
  session: null,
  waiting: null,
  attempt: 0,
  lastLook: null,
  lastError: null,
  lastErrorAt: null,
  lastSessionId: null,
  cooldownReason: null,
  habitualHoursUtc: [],
  allowed: ['start', 'change', 'rename', 'remove'],
  ...more,
})

export const recording = (
  viewersLast: number,
  more: { readonly openedAt?: number; readonly giftValue?: number; readonly eventsPerSecond?: number } = {},
): NonNullable<Room['session']> => ({
  id: 's1',
  broadcastId: '7',
  openedAt: more.openedAt ?? 0,
  counters: { ...COUNTERS, viewersLast, giftValue: more.giftValue ?? 0 },
  eventsPerSecond: more.eventsPerSecond ?? 0,
  queuedFrames: 0,
})
