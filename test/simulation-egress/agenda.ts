// What the world outside the process has still to do. Unlike the process's timers it outlives a kill.

import type { VirtualTime } from '../simulation/virtual-time.ts'

interface Entry {
  readonly at: number
  readonly run: () => void
  cancel: () => void
}

export class Agenda {
  readonly #time: VirtualTime
  readonly #entries = new Set<Entry>()

  constructor(time: VirtualTime) {
    this.#time = time
  }

  after(ms: number, run: () => void): () => void {
    const entry: Entry = { at: this.#time.ms + ms, run, cancel: () => {} }
    this.#entries.add(entry)
    this.#arm(entry)
    return () => {
      entry.cancel()
      this.#entries.delete(entry)
    }
  }

  /** Everything again, after the time forgot the timers of a process that died. */
  rearm(): void {
    for (const entry of this.#entries) this.#arm(entry)
  }

  clear(): void {
    for (const entry of this.#entries) entry.cancel()
    this.#entries.clear()
  }

  #arm(entry: Entry): void {
    entry.cancel = this.#time.timer(entry.at - this.#time.ms, () => {
      this.#entries.delete(entry)
      entry.run()
    })
  }
}
