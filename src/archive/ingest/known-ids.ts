// The message ids a session has seen lately: what tells a frame that brings nothing new without asking the
// database, which knows them all and has the last word.

/** A reconnect replays a few hundred messages at most; the window holds at least this many, at most twice. */
export const WINDOW = 8_192

export class KnownIds {
  #newer = new Set<string>()
  #older = new Set<string>()
  readonly #window: number

  constructor(window = WINDOW) {
    this.#window = window
  }

  has(id: string): boolean {
    return this.#newer.has(id) || this.#older.has(id)
  }

  add(id: string): void {
    // Two generations instead of an order: forgetting is one assignment.
    if (this.#newer.size >= this.#window) {
      this.#older = this.#newer
      this.#newer = new Set()
    }
    this.#newer.add(id)
  }
}
