// A session's counters in memory, kept in step with its row: as batches become durable, not before.

import type { Result } from '../../db/database.ts'
import type { Counters } from '../../domain/session.ts'
import type { Recording, Totals } from './recording.ts'
import type { Tally } from './tally.ts'

interface Counting {
  readonly recording: Recording
  readonly totals: Totals
}

/** What is counted as frames come, and what follows from it: received = events + duplicates + poison. */
const balanced = ({ recording, totals }: Counting, counters: Counters): Counters => {
  const poison = totals.poison + recording.refused
  const { frames, bytes, received } = totals
  return { ...counters, frames, bytes, received, poison, duplicates: received - poison - counters.events }
}

/** All events of the batch were new. */
export const addTally = (recording: Recording, totals: Totals, tally: Tally): void => {
  const before = recording.counters
  recording.counters = balanced(
    { recording, totals },
    {
      ...before,
      events: before.events + tally.events,
      chats: before.chats + tally.chats,
      gifts: before.gifts + tally.gifts,
      likes: before.likes + tally.likes,
      joins: before.joins + tally.joins,
      follows: before.follows + tally.follows,
      shares: before.shares + tally.shares,
      viewersPeak: Math.max(before.viewersPeak, tally.viewersPeak),
      viewersLast: tally.viewersLast ?? before.viewersLast,
      lastSeq: Math.max(before.lastSeq, tally.lastSeq),
    },
  )
}

type Row = Result['rows'][number]
const int = (row: Row, column: string): number => Number(row[column] ?? 0)

const each = (
  countings: readonly Counting[],
  rows: readonly Row[],
  set: (counting: Counting, row: Row) => void,
): void => {
  const found = new Map(rows.map((row) => [int(row, 'no'), row]))
  for (const counting of countings) {
    const row = found.get(counting.recording.no)
    if (row !== undefined) set(counting, row)
  }
}

/** The database counted. */
export const setCounted = (countings: readonly Counting[], rows: readonly Row[]): void =>
  each(countings, rows, (counting, row) => {
    const { recording } = counting
    recording.counters = balanced(counting, {
      ...recording.counters,
      events: int(row, 'event_count'),
      chats: int(row, 'chats'),
      gifts: int(row, 'gifts'),
      likes: int(row, 'likes'),
      joins: int(row, 'joins'),
      follows: int(row, 'follows'),
      shares: int(row, 'shares'),
      viewersPeak: int(row, 'viewers_peak'),
      viewersLast: int(row, 'viewers_last'),
      lastSeq: int(row, 'last_seq'),
    })
  })

export const setGiftValue = (countings: readonly Counting[], rows: readonly Row[]): void =>
  each(countings, rows, ({ recording }, row) => {
    recording.counters = { ...recording.counters, giftValue: int(row, 'gift_value') }
  })
