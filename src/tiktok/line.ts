// Two waiting lines as one: who records already goes first, but every fourth place belongs to who begins.
// First come, first served inside each.

/** After this many of the first line in a row, the second gets one: it must not starve. */
const IN_A_ROW = 3

export class Line<T> {
  readonly #recording = new Set<T>()
  readonly #beginning = new Set<T>()
  #row = 0

  get size(): number {
    return this.#recording.size + this.#beginning.size
  }

  push(who: T, recording: boolean): void {
    const line = recording ? this.#recording : this.#beginning
    line.add(who)
  }

  /** The next in turn, taken out; undefined when nobody waits. */
  shift(): T | undefined {
    const beginners = this.#recording.size === 0 || (this.#row >= IN_A_ROW && this.#beginning.size > 0)
    this.#row = beginners ? 0 : this.#row + 1
    const line = beginners ? this.#beginning : this.#recording
    for (const who of line) {
      line.delete(who)
      return who
    }
    return undefined
  }

  /** Takes somebody out of the line; false when they were not in it. */
  remove(who: T): boolean {
    return this.#recording.delete(who) || this.#beginning.delete(who)
  }
}
