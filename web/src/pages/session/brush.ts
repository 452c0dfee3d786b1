// Brushing: a stretch of the tape that is chosen with the pointer or the keyboard and filters everything below. Pure;
// the tape draws it and the session page asks for what is in it.

import type { Span } from './shapes.ts'

export type Grip = 'new' | 'move' | 'from' | 'to'

/** Shorter than this was a click, not a choice. */
export const LEAST_MS = 1_000
/** Part of the whole that one key press moves. */
const STEP = 0.01
const LARGE_STEP = 0.1

const within = (at: number, whole: Span): number => Math.min(whole.to, Math.max(whole.from, at))

const ordered = (a: number, b: number): Span => (a <= b ? { from: a, to: b } : { from: b, to: a })

export interface Drag {
  readonly grip: Grip
  /** Where the pointer went down. */
  readonly at: number
  /** What was chosen then. */
  readonly before: Span | null
}

/** What a pointer that goes down at `at` takes hold of; `reach` is how near to an edge counts as on it, in time. */
export const grasp = (at: number, chosen: Span | null, reach: number): Drag => {
  const of = (grip: Grip): Drag => ({ grip, at, before: chosen })
  if (chosen === null) return of('new')
  if (Math.abs(at - chosen.from) <= reach) return of('from')
  if (Math.abs(at - chosen.to) <= reach) return of('to')
  return of(at > chosen.from && at < chosen.to ? 'move' : 'new')
}

/** What is chosen while the pointer is at `at`. */
export const dragged = ({ grip, at: start, before }: Drag, at: number, whole: Span): Span => {
  const here = within(at, whole)
  if (grip === 'new' || before === null) return ordered(within(start, whole), here)
  if (grip === 'from') return ordered(here, before.to)
  if (grip === 'to') return ordered(before.from, here)
  const length = before.to - before.from
  const from = Math.min(whole.to - length, Math.max(whole.from, before.from + at - start))
  return { from, to: from + length }
}

/** What is chosen when the pointer goes up: a click outside lets go of what was chosen, one inside keeps it. */
export const released = (drag: Drag, at: number, whole: Span): Span | null => {
  const chosen = dragged(drag, at, whole)
  if (drag.grip === 'move') return chosen
  return chosen.to - chosen.from < LEAST_MS ? null : chosen
}

const clamp = (from: number, to: number, whole: Span): Span => {
  const length = Math.min(to - from, whole.to - whole.from)
  const start = Math.min(whole.to - length, Math.max(whole.from, from))
  return { from: start, to: start + length }
}

/**
 * Arrow keys move what is chosen, with Shift they grow and shrink its end, with PageUp and PageDown it moves by its own
 * length, Home and End put it at an end, Escape lets go. Undefined: the key is not for the brush.
 */
export const pressed = (
  key: string,
  { shift, large }: { readonly shift: boolean; readonly large: boolean },
  chosen: Span | null,
  whole: Span,
): Span | null | undefined => {
  const length = whole.to - whole.from
  const step = length * (large ? LARGE_STEP : STEP)
  const now = chosen ?? { from: whole.from, to: whole.from + Math.max(LEAST_MS, length * LARGE_STEP) }
  const own = now.to - now.from
  const end = (to: number): Span => ({
    from: now.from,
    to: Math.min(whole.to, Math.max(now.from + Math.min(LEAST_MS, length), to)),
  })
  switch (key) {
    case 'ArrowLeft':
      return shift
        ? end(now.to - step)
        : clamp(chosen === null ? now.from : now.from - step, chosen === null ? now.to : now.to - step, whole)
    case 'ArrowRight':
      return shift
        ? end(now.to + step)
        : clamp(chosen === null ? now.from : now.from + step, chosen === null ? now.to : now.to + step, whole)
    case 'PageUp':
      return clamp(now.from - own, now.to - own, whole)
    case 'PageDown':
      return clamp(now.from + own, now.to + own, whole)
    case 'Home':
      return clamp(whole.from, whole.from + own, whole)
    case 'End':
      return clamp(whole.to - own, whole.to, whole)
    case 'Escape':
      return chosen === null ? undefined : null
    default:
      return undefined
  }
}

/** Points of a series that lie in what is chosen. A point stands for `stepMs` from its time on. */
export const inSpan = <P extends { readonly at: number }>(
  points: readonly P[],
  span: Span | null,
  stepMs: number,
): readonly P[] =>
  span === null ? points : points.filter(({ at }) => at + stepMs > span.from && at < span.to)
