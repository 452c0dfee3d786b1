// When a line of chat comes and goes, and in which of a few places it stands: the same for every format. A place is
// never taken twice at once; when all are taken, the oldest line makes room. Every line gets its turn.

import type { Line } from './lines.ts'

export interface Cue {
  readonly line: Line
  readonly start: number
  readonly end: number
  /** 0 and up; null for what we say ourselves, which stands elsewhere. */
  readonly place: number | null
}

export interface StageOptions {
  readonly places: number
  /** How long a line stands when nobody needs its place, milliseconds. */
  readonly showMs: number
}

/** When many write at once, a line stands at least this long … */
const HOLD_MS = 500
/** … unless those who wait for its place would come later than this. */
const LAG_MS = 3_000
/** What is shown, is shown: the finest step of the formats. */
const STEP_MS = 10

interface Standing {
  readonly line: Line
  readonly start: number
  readonly place: number | null
  end: number | null
}

export class Stage {
  readonly #options: StageOptions
  /** In the order of their start, the first of them not over yet. */
  readonly #queue: Standing[] = []
  /** Those that hold a place, the oldest first. */
  readonly #taken: Standing[] = []
  readonly #free: number[]
  #last = 0

  constructor(options: StageOptions) {
    this.#options = options
    this.#free = Array.from({ length: options.places }, (_, place) => place)
  }

  /** Takes lines in the order of time, and gives the cues that are known to be over, in the order of their start. */
  add(line: Line): readonly Cue[] {
    const at = Math.max(line.at, this.#last)
    this.#leave(at)
    if (line.until !== null) {
      this.#last = at
      this.#queue.push({ line, start: at, place: null, end: Math.max(line.until, at + STEP_MS) })
      return this.#over()
    }
    let start = at
    let place = this.#free.shift()
    const oldest = place === undefined ? this.#taken.shift() : undefined
    if (oldest !== undefined) {
      start = Math.max(at, Math.min(oldest.start + HOLD_MS, line.at + LAG_MS))
      oldest.end = Math.max(start, oldest.start + STEP_MS)
      place = oldest.place ?? 0
    }
    this.#last = start
    const standing = { line, start, place: place ?? 0, end: null }
    this.#queue.push(standing)
    this.#taken.push(standing)
    return this.#over()
  }

  /** Nothing more comes: what still stands goes in its time. */
  end(): readonly Cue[] {
    this.#leave(Number.POSITIVE_INFINITY)
    return this.#over()
  }

  #leave(at: number): void {
    for (let oldest = this.#taken[0]; oldest !== undefined; oldest = this.#taken[0]) {
      const end = oldest.start + this.#options.showMs
      if (end > at) return
      oldest.end = end
      if (oldest.place !== null) this.#free.push(oldest.place)
      this.#free.sort((a, b) => a - b)
      this.#taken.shift()
    }
  }

  #over(): readonly Cue[] {
    const cues: Cue[] = []
    for (let first = this.#queue[0]; first !== undefined && first.end !== null; first = this.#queue[0]) {
      const { line, start, place, end } = first
      cues.push({ line, start, place, end })
      this.#queue.shift()
    }
    return cues
  }
}
