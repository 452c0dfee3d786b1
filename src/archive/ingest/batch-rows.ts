// The statements of one batch: which rows of which frames go into the database together, and what to make of
// the answers. A batch is first tried as if all its events were new, which is cheap to count; when some were
// not, it is tried as a recount.

import type { Result, SqlValue, Statement } from '../../db/database.ts'
import { EVENT_JSON } from '../exports/event-json.ts'
import { addTally, setCounted, setGiftValue } from './counters.ts'
import type { EventRow } from './event-row.ts'
import type { Intake } from './intake.ts'
import type { PoisonRow } from './poison.ts'
import type { Recording, Totals } from './recording.ts'
import * as recount from './recount-sql.ts'
import * as sql from './rows-sql.ts'
import { addGift, type Streak } from './streak.ts'
import { newTally, tallyEvent, type Tally } from './tally.ts'

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

export type Mode = 'new' | 'recount'

/** What the answers tell besides the counters. */
export interface Answers {
  /** `epoch` null: there is no such session. */
  readonly standing: (recording: Recording, epoch: number | null, archived: boolean) => void
  readonly lines: (no: number, lines: string) => void
}

export interface Step {
  readonly statement: Statement
  readonly read?: (result: Result, answers: Answers) => void
}

/** What a batch adds to one session. */
interface Share {
  readonly recording: Recording
  readonly totals: Totals
  readonly tally: Tally
  readonly streaks: Map<string, Streak>
  first: number
}

const sharesOf = (rows: Rows): readonly Share[] => {
  const shares = new Map<Recording, Share>()
  for (const [recording, totals] of rows.totals) {
    shares.set(recording, { recording, totals, tally: newTally(), streaks: new Map(), first: 0 })
  }
  for (const { intake, row } of rows.events) {
    const share = shares.get(intake.recording)
    if (share === undefined) continue
    if (share.first === 0) share.first = row.seq
    tallyEvent(share.tally, row)
    if (row.kind === 'gift') addGift(share.streaks, row)
  }
  return [...shares.values()]
}

const json = (text: string, rows: readonly unknown[]): Statement => ({
  sql: text,
  args: [JSON.stringify(rows)],
})
const address = (recording: Recording): readonly [number, number] => [recording.no, recording.epoch]
const frameSteps = (frames: readonly Intake[]): Step[] =>
  sql.chunksOf(frames.filter(({ frameSeq }) => frameSeq > 0)).map((chunk) => {
    const args: SqlValue[] = []
    for (const { recording, frameSeq, at, conn, kind, bytes } of chunk) {
      args.push(recording.no, recording.epoch, frameSeq, at, conn, kind, bytes)
    }
    return { statement: { sql: sql.framesSql(chunk.length), args } }
  })

const eventArgs = (chunk: readonly Placed<EventRow>[]): readonly SqlValue[] => {
  const args: SqlValue[] = []
  for (const { intake, row } of chunk) {
    const { no, epoch } = intake.recording
    args.push(
      no,
      epoch,
      row.seq,
      row.msgId,
      row.frameSeq,
      row.idx,
      row.at,
      row.sourceAt,
      row.kind,
      row.method,
    )
    args.push(row.userId, row.handle, row.nickname, row.text, row.amount, row.total, row.value)
    args.push(row.giftId, row.groupId, row.final ? 1 : 0, row.history ? 1 : 0, row.data)
  }
  return args
}

const eventSteps = ({ events, poison }: Rows, mode: Mode): Step[] => {
  const text = mode === 'new' ? sql.eventsSql : sql.newEventsSql
  const steps: Step[] = sql.chunksOf(events).map((chunk) => ({
    statement: { sql: text(chunk.length), args: eventArgs(chunk) },
  }))
  if (poison.length > 0) {
    const rows = poison.map(({ intake, row }) => [...address(intake.recording), ...row])
    steps.push({ statement: json(sql.POISON_SQL, rows) })
  }
  return steps
}

const giftSteps = (rows: Rows, shares: readonly Share[], mode: Mode): Step[] => {
  const giving = shares.filter(({ streaks }) => streaks.size > 0)
  const steps: Step[] = []
  if (giving.length > 0) {
    const given =
      mode === 'new'
        ? giving.flatMap(({ recording, streaks }) =>
            [...streaks.values()].map((streak) => [...address(recording), ...streak]),
          )
        : giving.map(({ recording, tally }) => [...address(recording), tally.lastSeq])
    const [value, streaks] =
      mode === 'new'
        ? [sql.GIFT_VALUE_SQL, sql.STREAKS_SQL]
        : [recount.GIFT_VALUE_RECOUNT_SQL, recount.STREAKS_RECOUNT_SQL]
    const read = ({ rows: answered }: Result): void => setGiftValue(giving, answered)
    steps.push({ statement: json(value, given), read }, { statement: json(streaks, given) })
  }
  if (rows.timeouts.length > 0) {
    const cutoffs = rows.timeouts.map(([recording, cutoff]) => [...address(recording), cutoff])
    steps.push({ statement: json(sql.STREAK_TIMEOUT_SQL, cutoffs) })
  }
  return steps
}

const counterSteps = (all: readonly Share[], mode: Mode): Step[] => {
  const shares = all.filter(({ recording }) => !recording.archived)
  if (shares.length === 0) return []
  const counted = shares.map(({ recording, totals, tally }) => [
    ...address(recording),
    totals.frames,
    totals.bytes,
    totals.received,
    totals.poison + recording.refused,
    totals.lastAt,
    totals.lastFrameSeq,
    tally.lastSeq,
    tally.events,
    tally.chats,
    tally.gifts,
    tally.likes,
    tally.joins,
    tally.follows,
    tally.shares,
    tally.viewersSum,
    tally.viewersSamples,
    tally.viewersPeak,
    tally.viewersLast,
  ])
  if (mode === 'recount') {
    return [
      {
        statement: json(recount.RECOUNT_SQL, counted),
        read: ({ rows: answered }) => setCounted(shares, answered),
      },
    ]
  }
  return [
    {
      statement: json(sql.COUNTERS_SQL, counted),
      read: ({ rowsAffected }) => {
        for (const { recording, totals, tally } of shares) addTally(recording, totals, tally)
        // Which of them it was is asked with the next batch; nothing of theirs was written.
        if (rowsAffected < shares.length) for (const { recording } of shares) recording.unsure = true
      },
    },
  ]
}

const standingSteps = (shares: readonly Share[], mode: Mode): Step[] => {
  const asked = shares
    .map(({ recording }) => recording)
    .filter((recording) => (recording.unsure || mode === 'recount') && !recording.archived)
  if (asked.length === 0) return []
  return [
    {
      statement: json(
        sql.STANDING_SQL,
        asked.map(({ no }) => no),
      ),
      read: ({ rows: answered }, answers) => {
        const found = new Map(answered.map((row) => [Number(row['no']), row]))
        for (const recording of asked) {
          const row = found.get(recording.no)
          recording.unsure = false
          const epoch = row === undefined ? null : Number(row['epoch'])
          answers.standing(recording, epoch, row?.['archived'] === 1)
        }
      },
    },
  ]
}

const LINES_SQL = `SELECT group_concat(${EVENT_JSON}, char(10) ORDER BY id) AS lines FROM events
WHERE id >= (?1 << 26) + ?2 AND id <= (?1 << 26) + ?3`

const followSteps = (shares: readonly Share[]): Step[] =>
  shares
    .filter(({ recording, tally }) => recording.followed && tally.events > 0)
    .map(({ recording: { no }, first, tally }) => ({
      statement: { sql: LINES_SQL, args: [no, first, tally.lastSeq] },
      read: ({ rows: answered }, answers) => {
        const lines = answered[0]?.['lines']
        if (typeof lines === 'string') answers.lines(no, lines)
      },
    }))

export const stepsOf = (rows: Rows, mode: Mode): readonly Step[] => {
  const shares = sharesOf(rows)
  return [
    ...frameSteps(rows.frames),
    ...eventSteps(rows, mode),
    ...giftSteps(rows, shares, mode),
    ...counterSteps(shares, mode),
    ...standingSteps(shares, mode),
    ...followSteps(shares),
  ]
}
