// What the new events of a batch add to one session, counted as they pass. Pure.

import type { EventRow } from './event-row.ts'

export interface Tally {
  events: number
  chats: number
  gifts: number
  likes: number
  joins: number
  follows: number
  shares: number
  viewersSum: number
  viewersSamples: number
  viewersPeak: number
  viewersLast: number | null
  /** Highest sequence. */
  lastSeq: number
}

export const newTally = (): Tally => ({
  events: 0,
  chats: 0,
  gifts: 0,
  likes: 0,
  joins: 0,
  follows: 0,
  shares: 0,
  viewersSum: 0,
  viewersSamples: 0,
  viewersPeak: 0,
  viewersLast: null,
  lastSeq: 0,
})

export const tallyEvent = (tally: Tally, row: EventRow): void => {
  tally.events += 1
  tally.lastSeq = Math.max(tally.lastSeq, row.seq)
  switch (row.kind) {
    case 'chat':
      tally.chats += 1
      return
    case 'gift':
      tally.gifts += 1
      return
    case 'like':
      tally.likes += row.amount ?? 0
      return
    case 'join':
      tally.joins += 1
      return
    case 'follow':
      tally.follows += 1
      return
    case 'share':
      tally.shares += 1
      return
    case 'viewers': {
      const { total } = row
      if (total === null) return
      tally.viewersSum += total
      tally.viewersSamples += 1
      tally.viewersPeak = Math.max(tally.viewersPeak, total)
      tally.viewersLast = total
    }
  }
}
