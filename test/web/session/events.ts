// Events as the API answers them, for the tests of the feed.

import type { LiveEvent } from '../../../web/src/pages/session/shapes.ts'

export const event = (seq: number, more: Partial<LiveEvent> = {}): LiveEvent => ({
  id: String(2 ** 26 + seq),
  sessionId: 's1',
  at: 1_700_000_000_000 + seq * 1_000,
  sourceAt: null,
  kind: 'chat',
  method: 'WebcastChatMessage',
  msgId: null,
  userId: '7',
  handle: 'ann',
  nickname: 'Ann',
  text: `words ${seq}`,
  amount: null,
  total: null,
  value: null,
  giftId: null,
  groupId: null,
  final: false,
  history: false,
  late: false,
  data: null,
  ...more,
})

export const events = (from: number, to: number, more: Partial<LiveEvent> = {}): LiveEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index, more))
