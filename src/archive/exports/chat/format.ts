// What a format of subtitles is: a head, and what it makes of cues that come in the order of their start.

import { sessionId } from '../../../domain/session.ts'
import type { ExportPlan } from '../plan.ts'
import type { Cue, StageOptions } from './stage.ts'

export interface Writer {
  readonly head: string
  readonly cue: (cue: Cue) => string
  /** After the last cue. */
  readonly end: () => string
}

export interface SubtitleFormat {
  readonly stage: StageOptions
  /** `about` are lines of plain text for the head, where a format has room for them. */
  readonly writer: (about: readonly string[]) => Writer
}

/** Hours, minutes, seconds and milliseconds; a broadcast may last longer than a day. */
export const clock = (
  ms: number,
): readonly [hours: number, minutes: string, seconds: string, rest: string] => {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return [
    Math.floor(ms / 3_600_000),
    two((ms / 60_000) % 60),
    two((ms / 1_000) % 60),
    String(Math.floor(ms % 1_000)).padStart(3, '0'),
  ]
}

export const aboutOf = (plan: ExportPlan, before: number): readonly string[] => [
  `Chat of @${plan.handle}, session ${sessionId(plan.no)}, broadcast ${plan.broadcastId}`,
  `Times count from ${new Date(plan.openedAt).toISOString()}, when recording began`,
  ...(before === 0 ? [] : [`Left out: messages from before it began (${before})`]),
  ...(plan.pruned ? ['Incomplete: retention removed events'] : []),
  ...(plan.archived ? [] : ['Incomplete: the session was still open']),
]
