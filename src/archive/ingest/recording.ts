// One session in the writer thread's memory: its sequences, what was counted, and the ids it knows. It is born
// with an empty session or with what the database knew, and decides nothing about when the session ends.

import { NO_COUNTERS, type Counters } from '../../domain/session.ts'
import type { Restored } from '../hand-over.ts'
import { KnownIds, WINDOW } from './known-ids.ts'
import { SyntheticIds } from './synthetic-ids.ts'

/** What is counted as frames are put into batches, since the session was opened. */
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
  readonly #known = new KnownIds()
  /** Ids that the database knew; learned with the first frame, since many a session gets none any more. */
  #unlearned: string
  readonly synthetic: SyntheticIds
  seq: number
  frameSeq: number
  /** Up to the last frame that was put into a batch. */
  totals: Totals
  /** Up to the last batch that is durable. */
  counters: Counters
  /** Events that the database refused and that became poison after their frame was put into a batch. */
  refused = 0
  /** Its row did not take what it was given: another owner has it, or it is archived. */
  unsure = false
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
    this.counters = restored?.counters ?? NO_COUNTERS
    // Of a session that had more, only the newest ids come back.
    const isWhole = this.counters.events <= WINDOW && this.counters.poison <= WINDOW
    this.synthetic = new SyntheticIds(no, isWhole)
    const { frames, bytes, received, poison, lastSeq } = this.counters
    this.seq = lastSeq
    this.frameSeq = restored?.lastFrameSeq ?? 0
    this.totals = { frames, bytes, received, poison, lastAt: 0, lastFrameSeq: this.frameSeq }
    this.streaksOpen = restored?.openStreaks ?? false
    this.#unlearned = restored?.msgIds ?? ''
  }

  /** The ids of its newest messages. */
  get known(): KnownIds {
    if (this.#unlearned !== '') this.#learn()
    return this.#known
  }

  #learn(): void {
    // Newest first from the database: the window must forget the oldest first.
    for (const id of this.#unlearned.split(' ').toReversed()) {
      this.#known.add(id)
      if (id.startsWith('-')) this.synthetic.restore(id)
    }
    this.#unlearned = ''
  }
}
