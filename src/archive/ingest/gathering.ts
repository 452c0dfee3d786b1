// Frames that have been looked at and wait for a commit, and how many of them go into one batch. Batches leave
// in the order of the frames; what was asked to be told once everything so far is durable is told then.

import type { Decoder } from '../decoder.ts'
import type { IngestBatch } from '../../db/writer-port.ts'
import { ingestBatch } from './batch.ts'
import type { Answers, Placed, Rows } from './batch-rows.ts'
import type { EventRow } from './event-row.ts'
import type { Intake } from './intake.ts'
import type { PoisonRow } from './poison.ts'
import type { Recording, Totals } from './recording.ts'

/** One batch at most: a statement stays under a megabyte of JSON, a commit under a hundred milliseconds. */
const EVENTS_MAX = 1_000
const FRAMES_MAX = 512
const BYTES_MAX = 4 * 1024 * 1024

/** A streak without a frame for this long is over; how often a session's streaks are looked through. */
const STREAK_SILENCE_MS = 30_000
const STREAK_LOOK_MS = 5_000

const after = (totals: Totals, intake: Intake): Totals => ({
  frames: totals.frames + 1,
  bytes: totals.bytes + intake.bytes.byteLength,
  received: totals.received + intake.received,
  poison: totals.poison + intake.poison.length,
  lastAt: Math.max(totals.lastAt, intake.at),
  lastFrameSeq: Math.max(totals.lastFrameSeq, intake.frameSeq, intake.poison[0]?.[0] ?? 0),
})

export class Gathering {
  readonly #decoder: Decoder
  readonly #answers: Answers
  readonly #landed: (frames: readonly Intake[]) => void
  readonly #refusals = { count: 0 }
  #waiting: Intake[] = []
  /** Frames so far, and those of them that are durable: they land in the order in which they were added. */
  #added = 0
  #durable = 0
  #afterwards: { readonly frames: number; readonly call: () => void }[] = []

  constructor(decoder: Decoder, answers: Answers, landed: (frames: readonly Intake[]) => void) {
    this.#decoder = decoder
    this.#answers = answers
    this.#landed = landed
  }

  add(intake: Intake): void {
    this.#waiting.push(intake)
    this.#added += 1
  }

  /** Calls back when everything added so far is durable; at once when it is. */
  whenDurable(call: () => void): void {
    if (this.#durable === this.#added) call()
    else this.#afterwards.push({ frames: this.#added, call })
  }

  take(): IngestBatch | null {
    const frames = this.#next()
    if (frames.length === 0) return null
    return ingestBatch(this.#rowsOf(frames), {
      decoder: this.#decoder,
      answers: this.#answers,
      refusals: this.#refusals,
      landed: () => this.#land(frames),
    })
  }

  #next(): readonly Intake[] {
    let count = 0
    let events = 0
    let bytes = 0
    for (const intake of this.#waiting) {
      if (count > 0 && (events >= EVENTS_MAX || count >= FRAMES_MAX || bytes >= BYTES_MAX)) break
      count += 1
      events += intake.events.length + intake.poison.length
      bytes += intake.bytes.byteLength
    }
    const frames = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    return frames
  }

  #rowsOf(frames: readonly Intake[]): Rows {
    const events: Placed<EventRow>[] = []
    const poison: Placed<PoisonRow>[] = []
    const totals = new Map<Recording, Totals>()
    const timeouts: [Recording, number][] = []
    for (const intake of frames) {
      const { recording } = intake
      for (const row of intake.events) {
        events.push({ intake, row })
        if (row.kind === 'gift') recording.streaksOpen = true
      }
      for (const row of intake.poison) poison.push({ intake, row })
      recording.totals = after(recording.totals, intake)
      totals.set(recording, recording.totals)
      if (recording.streaksOpen && intake.at - recording.streaksSeenAt >= STREAK_LOOK_MS) {
        recording.streaksSeenAt = intake.at
        timeouts.push([recording, intake.at - STREAK_SILENCE_MS])
      }
    }
    return { frames, events, poison, totals, timeouts }
  }

  #land(frames: readonly Intake[]): void {
    this.#durable += frames.length
    this.#landed(frames)
    const due = this.#afterwards.filter((one) => one.frames <= this.#durable)
    this.#afterwards = this.#afterwards.filter((one) => one.frames > this.#durable)
    for (const one of due) one.call()
  }
}
