// Gifts as streaks: one person, one gift, one group. A streak counts once, at its highest repeat count; the
// frames of it never add up. Pure; what a batch brings is joined to what is in the database by SQL.

import type { EventRow } from './event-row.ts'

/** The order is read by `STREAKS_SQL` and `GIFT_VALUE_SQL`. */
export type Streak = [
  userId: string,
  giftId: string,
  groupId: string,
  value: number,
  count: number,
  frames: number,
  firstAt: number,
  lastAt: number,
  name: string | null,
  handle: string | null,
  nickname: string | null,
  closedBy: 'repeat_end' | null,
]

const giftName = (data: string | null): string | null => {
  if (data === null) return null
  const { name } = JSON.parse(data) as { readonly name?: unknown }
  return typeof name === 'string' ? name : null
}

const streakOf = (row: EventRow): Streak => [
  row.userId ?? '0',
  row.giftId ?? '0',
  row.groupId ?? row.msgId,
  row.value ?? 0,
  Math.max(row.amount ?? 1, 1),
  1,
  row.at,
  row.at,
  giftName(row.data),
  row.handle,
  row.nickname,
  // A gift without a group is no streak: it stands alone, and nothing more of it comes.
  row.final || row.groupId === null ? 'repeat_end' : null,
]

/** Adds a gift to the streaks of its session. */
export const addGift = (streaks: Map<string, Streak>, row: EventRow): void => {
  const next = streakOf(row)
  const key = `${next[0]} ${next[1]} ${next[2]}`
  const known = streaks.get(key)
  if (known === undefined) {
    streaks.set(key, next)
    return
  }
  known[3] = Math.max(known[3], next[3])
  known[4] = Math.max(known[4], next[4])
  known[5] += 1
  known[6] = Math.min(known[6], next[6])
  known[7] = Math.max(known[7], next[7])
  known[8] = next[8] ?? known[8]
  known[9] = next[9] ?? known[9]
  known[10] = next[10] ?? known[10]
  known[11] = next[11] ?? known[11]
}
