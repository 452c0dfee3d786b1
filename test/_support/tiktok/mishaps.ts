// What goes wrong on an open socket: damaged frames, hostile content, drops. Each counts itself in the faults.

import { gzipSync } from 'node:zlib'
import type { Creator } from './creator.ts'
import type { Faults } from './faults.ts'
import { nextLogId, wrap } from './frames.ts'

export class Mishaps {
  readonly #creator: Creator
  readonly #faults: Faults

  constructor(creator: Creator, faults: Faults) {
    this.#creator = creator
    this.#faults = faults
  }

  /** All viewers' connections are reset. What was flushed before is still in their receive buffers. */
  async dropHard(): Promise<void> {
    const viewers = this.#creator.audience
    await Promise.all(viewers.map((viewer) => viewer.flush()))
    for (const viewer of viewers) viewer.dropHard()
  }

  /** All viewers get a close frame after what was sent. */
  dropSoft(code = 1001): void {
    for (const viewer of this.#creator.audience) viewer.dropSoft(code)
  }

  /** Sockets stay open and nothing comes any more, not even replies. */
  stall(stalled = true): void {
    for (const viewer of this.#creator.audience) viewer.stall(stalled)
  }

  /** A frame whose gzip is broken. */
  corruptFrame(): void {
    const bytes = gzipSync(Buffer.from('not a fetch result at all, and cut short'))
    bytes.fill(0xff, 12)
    this.#faults.count('frame.corrupt')
    this.#creator.sendRaw(wrap(bytes, nextLogId(), true))
  }
}
