// The statements of one batch: which rows of which frames go into the database together, and what to make of
// the answers. Built anew for every try, so that what was refused meanwhile is counted.

import type { Result, Statement } from '../../db/database.ts'
import type { Counters } from '../../domain/session.ts'
import { EVENT_JSON } from '../exports/event-json.ts'
import type { EventRow } from './event-row.ts'
import type { Intake } from './intake.ts'
import type { PoisonRow } from './poison.ts'
import type { Recording, Totals } from './recording.ts'
import * as sql from './rows-sql.ts'

/** One row and the frame it came in. */
export interface Placed<R> {
  readonly intake: Intake
  readonly row: R
}

/** What goes in together. `totals` are those of each session after the last of these frames. */
export interface Rows {
  readonly frames: readonly Intake[]
  readonly events: readonly Placed<EventRow>[]
  readonly poison: readonly Placed<PoisonRow>[]
  readonly totals: ReadonlyMap<Recording, Totals>
  /** Sessions whose streaks are looked through, and since when they must have been silent. */
  readonly timeouts: readonly (readonly [Recording, cutoff: number])[]
}

/** What the answers tell. */
export interface Answers {
  readonly counted: (no: number, counters: Counters) => void
  /** `epoch` null: there is no such session. */
  readonly standing: (recording: Recording, epoch: number | null, archived: boolean) => void
  readonly lines: (no: number, lines: string) => void
}

export interface Step {
  readonly statement: Statement
  readonly read?: (result: Result, answers: Answers) => void
}

const seqOf = (event: Placed<EventRow>): number => event.row[0]
const isGift = (event: Placed<EventRow>): boolean => event.row[6] === 'gift'
const address = (recording: Recording): readonly [number, number] => [recording.no, recording.epoch]
const number = (value: unknown): number => Number(value ?? 0)

const frameSteps = (frames: readonly Intake[]): Step[] => {
  const stored = frames.filter(({ frameSeq }) => frameSeq > 0)
  const steps: Step[] = []
  for (let from = 0; from < stored.length; from += sql.FRAMES_A_STATEMENT) {
    const some = stored.slice(from, from + sql.FRAMES_A_STATEMENT)
    const args = some.flatMap(({ recording, frameSeq, at, conn, kind, bytes }) => [
      ...address(recording),
      frameSeq,
      at,
      conn,
      kind,
      bytes,
    ])
    steps.push({ statement: { sql: sql.framesSql(some.length), args } })
  }
  return steps
}

const rowsStep = (text: string, rows: readonly Placed<readonly unknown[]>[]): Step[] =>
  rows.length === 0
    ? []
    : [
        {
          statement: {
            sql: text,
            args: [
              JSON.stringify(
                rows.map(({ intake, row }) => [intake.recording.no, intake.recording.epoch, ...row]),
              ),
            ],
          },
        },
      ]

const highest = (
  rows: Rows,
  only: (event: Placed<EventRow>) => boolean = () => true,
): Map<Recording, number> => {
  const high = new Map<Recording, number>()
  for (const event of rows.events) {
    const { recording } = event.intake
    if (only(event)) high.set(recording, Math.max(high.get(recording) ?? 0, seqOf(event)))
  }
  return high
}

const giftSteps = (rows: Rows): Step[] => {
  const steps: Step[] = []
  const giving = highest(rows, isGift)
  if (giving.size > 0) {
    const args = [JSON.stringify([...giving].map(([recording, high]) => [...address(recording), high]))]
    steps.push(
      { statement: { sql: sql.GIFT_VALUE_SQL, args } },
      { statement: { sql: sql.STREAKS_SQL, args } },
    )
  }
  if (rows.timeouts.length > 0) {
    const cutoffs = rows.timeouts.map(([recording, cutoff]) => [...address(recording), cutoff])
    steps.push({ statement: { sql: sql.STREAK_TIMEOUT_SQL, args: [JSON.stringify(cutoffs)] } })
  }
  return steps
}

const countersOf = (row: Result['rows'][number]): Counters => ({
  frames: number(row['frames']),
  bytes: number(row['bytes']),
  received: number(row['received']),
  events: number(row['event_count']),
  duplicates: number(row['duplicates']),
  poison: number(row['poison']),
  chats: number(row['chats']),
  gifts: number(row['gifts']),
  giftValue: number(row['gift_value']),
  likes: number(row['likes']),
  joins: number(row['joins']),
  follows: number(row['follows']),
  shares: number(row['shares']),
  viewersPeak: number(row['viewers_peak']),
  viewersLast: number(row['viewers_last']),
  lastSeq: number(row['last_seq']),
})

const counterSteps = (rows: Rows): Step[] => {
  const high = highest(rows)
  const sessions = [...rows.totals.keys()]
  const counted = [...rows.totals].map(([recording, totals]) => [
    ...address(recording),
    high.get(recording) ?? 0,
    totals.frames,
    totals.bytes,
    totals.received,
    totals.poison + recording.refused,
    totals.lastAt,
    totals.lastFrameSeq,
  ])
  return [
    {
      statement: { sql: sql.COUNTERS_SQL, args: [JSON.stringify(counted)] },
      read: ({ rows: answered }, answers) => {
        for (const row of answered) answers.counted(number(row['no']), countersOf(row))
      },
    },
    {
      statement: { sql: sql.STANDING_SQL, args: [JSON.stringify(sessions.map(({ no }) => no))] },
      read: ({ rows: answered }, answers) => {
        const found = new Map(answered.map((row) => [number(row['no']), row]))
        for (const recording of sessions) {
          const row = found.get(recording.no)
          answers.standing(
            recording,
            row === undefined ? null : number(row['epoch']),
            row?.['archived'] === 1,
          )
        }
      },
    },
  ]
}

const LINES_SQL = `SELECT group_concat(${EVENT_JSON}, char(10) ORDER BY id) AS lines FROM events
WHERE id >= (?1 << 26) + ?2 AND id <= (?1 << 26) + ?3`

const followSteps = (rows: Rows): Step[] => {
  const stretches = new Map<Recording, { first: number; last: number }>()
  for (const event of rows.events) {
    const { recording } = event.intake
    if (!recording.followed) continue
    const stretch = stretches.get(recording)
    if (stretch === undefined) stretches.set(recording, { first: seqOf(event), last: seqOf(event) })
    else stretch.last = seqOf(event)
  }
  return [...stretches].map(([{ no }, { first, last }]) => ({
    statement: { sql: LINES_SQL, args: [no, first, last] },
    read: ({ rows: answered }, answers) => {
      const lines = answered[0]?.['lines']
      if (typeof lines === 'string') answers.lines(no, lines)
    },
  }))
}

export const stepsOf = (rows: Rows): readonly Step[] => [
  ...frameSteps(rows.frames),
  ...rowsStep(sql.EVENTS_SQL, rows.events),
  ...rowsStep(sql.POISON_SQL, rows.poison),
  ...giftSteps(rows),
  ...counterSteps(rows),
  ...followSteps(rows),
]
