// One session in the writer thread's memory: its sequences, what was counted, and the ids it knows. It is born
// with an empty session or with what the database knew, and decides nothing about when the session ends.

import type { Restored } from '../hand-over.ts'
import { KnownIds } from './known-ids.ts'
import { SyntheticIds } from './synthetic-ids.ts'

/** Totals since the session was opened. received = events + duplicates + poison. */
export interface Totals {
  readonly frames: number
  readonly bytes: number
  readonly received: number
  readonly poison: number
  readonly lastAt: number
  readonly lastFrameSeq: number
}

export class Recording {
  readonly no: number
  epoch: number
  readonly known = new KnownIds()
  readonly synthetic: SyntheticIds
  seq: number
  frameSeq: number
  /** Up to the last frame that was put into a batch. */
  totals: Totals
  /** Events that the database refused and that became poison after their frame was put into a batch. */
  refused = 0
  /** Another owner has the session: nothing of it is written any more. */
  fenced = false
  archived = false
  followed = false
  /** There were gifts: their streaks are looked through now and then. */
  streaksOpen: boolean
  /** When that was last done, by the arrival of frames. */
  streaksSeenAt = 0

  constructor(no: number, epoch: number, restored: Restored | null) {
    this.no = no
    this.epoch = epoch
    this.synthetic = new SyntheticIds(no)
    this.seq = restored?.lastSeq ?? 0
    this.frameSeq = restored?.lastFrameSeq ?? 0
    this.totals = {
      frames: restored?.frames ?? 0,
      bytes: restored?.bytes ?? 0,
      received: restored?.received ?? 0,
      poison: restored?.poison ?? 0,
      lastAt: 0,
      lastFrameSeq: this.frameSeq,
    }
    this.streaksOpen = restored?.openStreaks ?? false
    // Newest first from the database: the window must forget the oldest first.
    for (const id of restored?.msgIds.toReversed() ?? []) {
      this.known.add(id)
      if (id.startsWith('-')) this.synthetic.restore(id)
    }
  }
}
