// Frames on their way to the writer thread: gathered for a moment so that many share one post, never reordered,
// and watched until they are durable.

import { packFrames, type HandedFrame } from './hand-over.ts'
import { Latency } from './latency.ts'
import type { QueueGauge } from '../db/writer-port.ts'

const FRAMES_MAX = 256
const BYTES_MAX = 64 * 1024
/** A frame waits for company at most about this long. */
const GATHER_MS = 1

interface Post {
  /** How many frames had been posted with it and before it. */
  readonly upTo: number
  readonly frames: number
  readonly firstAt: number
}

export class Outbox {
  readonly #post: (packed: ArrayBuffer) => void
  readonly #latency = new Latency()
  #gathered: HandedFrame[] = []
  #gatheredBytes = 0
  #firstAt = 0
  #timer: NodeJS.Timeout | null = null
  /** Posts that are not durable, oldest first. */
  #posts: Post[] = []
  #posted = 0
  #durable = 0

  constructor(post: (packed: ArrayBuffer) => void) {
    this.#post = post
  }

  add(frame: HandedFrame): void {
    if (this.#gathered.length === 0) this.#firstAt = performance.now()
    this.#gathered.push(frame)
    this.#gatheredBytes += frame.bytes.byteLength
    if (this.#gathered.length >= FRAMES_MAX || this.#gatheredBytes >= BYTES_MAX) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS)
  }

  /** What was gathered is posted before this returns. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const frames = this.#gathered
    if (frames.length === 0) return
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#posted += frames.length
    this.#posts.push({ upTo: this.#posted, frames: frames.length, firstAt: this.#firstAt })
    this.#post(packFrames(frames))
  }

  /** So many frames more are durable; they become so in the order in which they were posted. */
  landed(frames: number): void {
    if (frames === 0) return
    this.#durable += frames
    const now = performance.now()
    const waiting = this.#posts.findIndex((post) => post.upTo > this.#durable)
    const landed = this.#posts.splice(0, waiting === -1 ? this.#posts.length : waiting)
    for (const post of landed) this.#latency.add(now - post.firstAt, post.frames, now)
  }

  gauge(queuedBytes: number): QueueGauge {
    const now = performance.now()
    const oldest = this.#posts[0]?.firstAt ?? (this.#gathered.length > 0 ? this.#firstAt : now)
    return {
      queuedBytes,
      queuedFrames: this.#posted - this.#durable + this.#gathered.length,
      oldestMs: Math.round(now - oldest),
      ackP50Ms: Math.round(this.#latency.quantile(0.5, now)),
      ackP99Ms: Math.round(this.#latency.quantile(0.99, now)),
    }
  }
}
