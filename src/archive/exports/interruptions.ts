// Where a session has nothing to show, and why, in words: gaps in what was received, and pauses of the broadcast.

import type { Row } from '../../db/database.ts'
import type { GapCause } from '../../domain/reasons.ts'
import { int, intOrNull } from '../../db/row.ts'
import type { ExportPlan } from './plan.ts'
import type { Read } from './walk.ts'

export interface Interruption {
  readonly kind: 'gap' | 'pause'
  /** Milliseconds since the session's start. */
  readonly from: number
  readonly to: number
  /** Why, in words; empty for a pause. */
  readonly why: string
}

const CAUSES: Readonly<Record<GapCause, string>> = {
  disconnected: 'the connection was lost',
  connect_refused: 'TikTok refused the connection',
  zombie: 'the connection had gone silent',
  shutdown: 'the recorder was stopped',
  process_crash: 'the recorder crashed',
  actor_failed: 'the recorder failed',
  writer_stalled: 'the disk did not keep up',
}
const causeOf = (cause: Row[string] | undefined): string =>
  typeof cause === 'string' && cause in CAUSES ? CAUSES[cause as GapCause] : 'the cause is not known'

/** Of each kind, at most. */
const INTERRUPTIONS_MAX = 2_000
const NOS = 'session_no IN (SELECT value FROM json_each(?1))'
const SQL = {
  gap: `SELECT from_at, to_at, cause FROM session_gaps WHERE ${NOS} ORDER BY from_at, id LIMIT ?2`,
  pause: `SELECT from_at, to_at, NULL AS cause FROM session_pauses WHERE ${NOS} ORDER BY from_at, id LIMIT ?2`,
} as const
/** Two clocks of two recorders do not agree better than this. */
const SEAM_MS = 1_000

/** Between a piece and the next there may be time that nobody recorded. */
const seams = (plan: ExportPlan): readonly Interruption[] => {
  const found: Interruption[] = []
  let until = plan.openedAt
  for (const { openedAt, endedAt } of plan.stretches.toSorted((a, b) => a.openedAt - b.openedAt)) {
    if (openedAt - until > SEAM_MS) {
      const why = 'it was recorded in parts'
      found.push({ kind: 'gap', from: until - plan.openedAt, to: openedAt - plan.openedAt, why })
    }
    until = Math.max(until, endedAt)
  }
  return found
}

/** In the order in which they begin; what has no end yet lasts until the last frame. */
export const interruptionsOf = async (plan: ExportPlan, read: Read): Promise<readonly Interruption[]> => {
  const nos = JSON.stringify(plan.stretches.map(({ no }) => no))
  const found: Interruption[] = [...seams(plan)]
  for (const kind of ['gap', 'pause'] as const) {
    for (const row of await read(SQL[kind], [nos, INTERRUPTIONS_MAX])) {
      const from = Math.max(int(row['from_at']) - plan.openedAt, 0)
      const to = Math.max((intOrNull(row['to_at']) ?? plan.endedAt) - plan.openedAt, from)
      found.push({ kind, from, to, why: kind === 'gap' ? causeOf(row['cause']) : '' })
    }
  }
  return found.sort((a, b) => a.from - b.from)
}

const UNITS = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** `2 h 5 min`, `3 min 20 s`, `0.4 s`: the two largest units. */
export const lasting = (ms: number): string => {
  if (ms < 1_000) return `${(Math.max(ms, 0) / 1_000).toFixed(1)} s`
  const first = UNITS.findIndex(([, unit]) => ms >= unit)
  let left = ms
  return UNITS.slice(first, first + 2)
    .flatMap(([name, unit]) => {
      const count = Math.floor(left / unit)
      left -= count * unit
      return count === 0 ? [] : [`${count} ${name}`]
    })
    .join(' ')
}

/** One sentence without a full stop. */
export const sentenceOf = ({ kind, from, to, why }: Interruption): string =>
  kind === 'pause'
    ? `The broadcast was paused for ${lasting(to - from)}`
    : `Nothing was recorded for ${lasting(to - from)}: ${why}`
