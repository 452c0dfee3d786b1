// What was really said: every message once, with its hash and each time it was put on a wire.
// Tests compare the database with this, never with what a client says it received.

import { hash } from 'node:crypto'
import type { Message } from './messages.ts'

export interface Delivery {
  /** The number of the socket (`Viewer.n`), or of the connect answer that carried it. */
  readonly connection: number
  readonly kind: 'push' | 'fetch'
  readonly history: boolean
  /** True once the bytes were handed to the operating system; a reset at once may still throw them away. */
  flushed: boolean
}

export interface TruthEntry {
  /** Order in which the messages were made, over all rooms. */
  readonly n: number
  readonly at: number
  readonly handle: string
  readonly broadcastId: string
  readonly method: string
  readonly msgId: string
  readonly sha256: string
  readonly bytes: number
  readonly deliveries: Delivery[]
}

export interface TruthFilter {
  readonly handle?: string
  readonly broadcastId?: string
  readonly connection?: number
  readonly method?: string
}

export class Truth {
  readonly #full: boolean
  readonly #entries: TruthEntry[] = []
  #known = new WeakMap<Message, TruthEntry>()
  /** Messages made and, of them, deliveries handed to the operating system: counted in either mode. */
  said = 0
  flushed = 0

  /** With `full` false only the two counters are kept, for load. */
  constructor(full: boolean) {
    this.#full = full
  }

  /** Registers a message the first time it is said; the same object said again is a duplicate of it. */
  note(message: Message, handle: string, broadcastId: string): TruthEntry | null {
    if (!this.#full) {
      this.said += 1
      return null
    }
    const known = this.#known.get(message)
    if (known !== undefined) return known
    this.said += 1
    const entry: TruthEntry = {
      n: this.said,
      at: Date.now(),
      handle,
      broadcastId,
      method: message.method,
      msgId: message.msgId,
      sha256: hash('sha256', message.payload, 'hex'),
      bytes: message.payload.byteLength,
      deliveries: [],
    }
    this.#known.set(message, entry)
    this.#entries.push(entry)
    return entry
  }

  /** Registers that messages went onto a wire; call what is returned when the bytes were flushed. */
  deliver(messages: readonly Message[], to: Omit<Delivery, 'flushed'>): () => void {
    const deliveries: Delivery[] = []
    for (const message of messages) {
      const delivery = { ...to, flushed: false }
      const entry = this.#known.get(message)
      if (entry !== undefined) entry.deliveries.push(delivery)
      deliveries.push(delivery)
    }
    return () => {
      this.flushed += deliveries.length
      for (const delivery of deliveries) delivery.flushed = true
    }
  }

  entry(message: Message): TruthEntry | undefined {
    return this.#known.get(message)
  }

  entries(filter: TruthFilter = {}): readonly TruthEntry[] {
    return this.#entries.filter(
      (entry) =>
        (filter.handle === undefined || entry.handle === filter.handle) &&
        (filter.broadcastId === undefined || entry.broadcastId === filter.broadcastId) &&
        (filter.method === undefined || entry.method === filter.method) &&
        (filter.connection === undefined ||
          entry.deliveries.some((delivery) => delivery.connection === filter.connection)),
    )
  }

  /** The entries that reached a wire at least once. */
  delivered(filter: TruthFilter = {}): readonly TruthEntry[] {
    return this.entries(filter).filter((entry) => entry.deliveries.some((delivery) => delivery.flushed))
  }

  /** The entries that never reached a wire: what a gap swallowed. */
  missed(filter: TruthFilter = {}): readonly TruthEntry[] {
    return this.entries(filter).filter((entry) => !entry.deliveries.some((delivery) => delivery.flushed))
  }

  /** Deliveries that reached a wire, repeats included. */
  deliveries(filter: TruthFilter = {}): number {
    return this.entries(filter).reduce(
      (sum, entry) => sum + entry.deliveries.filter((delivery) => delivery.flushed).length,
      0,
    )
  }

  clear(): void {
    this.#entries.length = 0
    this.#known = new WeakMap()
  }
}
