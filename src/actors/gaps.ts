// The holes of one session: opened when a connection is lost, closed by the next one, each a durable row.
// The hole of a session that was taken over is only written when it is resumed: until then it may be its end.

import type { GapCause } from '../domain/reasons.ts'
import type { Recording } from './recording.ts'
import type { World } from './world.ts'

export const openGap = (world: World, recording: Recording, cause: GapCause, detail: string): void => {
  if (!recording.opened || recording.gap !== null) return
  const from = recording.lastAt
  recording.gap = { from, cause, written: true }
  recording.chain.push(world.recorder.openGap(recording.session.no, cause, from, detail))
}

/** Answers the hole that is closed now, or null. */
export const closeGap = (
  world: World,
  recording: Recording,
): { readonly cause: GapCause; readonly gapMs: number } | null => {
  if (recording.gap === null) return null
  const { from, cause, written } = recording.gap
  const { no } = recording.session
  const at = Math.max(from, world.now())
  if (!written) recording.chain.push(world.recorder.openGap(no, cause, from, null))
  recording.chain.push(world.recorder.closeGap(no, at))
  recording.gap = null
  return { cause, gapMs: at - from }
}
