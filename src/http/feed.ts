// The newest stretch of one ordered source, encoded once and shared by every client that follows it: a ring
// of numbered entries. It does not know sockets; who is served when is in `rounds.ts`.

/** One message of a stream. `seq` is its place in the source, `bytes` what every client is sent. */
export interface Entry {
  readonly seq: number
  readonly bytes: Buffer
  /** Nothing comes after it: a client that was sent this is said goodbye. */
  readonly last?: boolean
}

/** Entries in one write: bounds what a socket that has stopped reading can hold. */
const PIECE_BYTES = 32 * 1024

export interface Piece {
  readonly bytes: Buffer
  /** Where the next piece begins. */
  readonly next: number
  readonly seq: number
  readonly last: boolean
}

export interface Mark {
  readonly events: number
  readonly bytes: number
}

/** Who is served from a feed. */
export interface Follower {
  readonly deliver: () => void
}

/** How much a feed keeps for those who come back soon, and how much at most while a round is still to come. */
export const FEED_KEEPS = {
  soft: { entries: 2_048, bytes: 4 * 1024 * 1024 },
  hard: { entries: 65_536, bytes: 8 * 1024 * 1024 },
} as const

export class Feed<E extends Entry = Entry> {
  readonly #head: (() => number) | null
  readonly followers = new Set<Follower>()
  #ring: { readonly entry: E; readonly offset: number }[] = []
  /** The index of the ring's first entry; indexes only grow. */
  #first = 0
  #offset = 0
  readonly #pieces = new Map<number, Piece>()
  #settled: Mark = { events: 0, bytes: 0 }
  /** Everything after this place in the source is in the ring; null while that is not known. */
  floor: number | null = null
  /** The last place that was in the ring and is not any more. */
  forgotten = -1

  /** `head` is given for a feed that has only some of the source: the newest place of the whole. */
  constructor(head: (() => number) | null = null) {
    this.#head = head
  }

  /** The newest place in the source, when a client that was sent all of this feed up to `seq` may skip to it. */
  reached(index: number, seq: number): number | null {
    const head = this.#head?.() ?? -1
    return index === this.end && head > seq ? head : null
  }

  get end(): number {
    return this.#first + this.#ring.length
  }

  entries(): readonly E[] {
    return this.#ring.map(({ entry }) => entry)
  }

  append(entry: E): void {
    this.floor ??= entry.seq - 1
    this.#ring.push({ entry, offset: this.#offset })
    this.#offset += entry.bytes.byteLength
    this.#pieces.clear()
    this.#trim(this.followers.size === 0 ? FEED_KEEPS.soft : FEED_KEEPS.hard)
  }

  /** Every follower was offered what there is: what was kept for them alone can go. */
  settle(): void {
    this.#settled = this.mark
    this.#trim(FEED_KEEPS.soft)
  }

  /** So much came since then that waiting longer would cost followers what they have not been offered. */
  get presses(): boolean {
    const { events, bytes } = this.mark
    return (
      events - this.#settled.events > FEED_KEEPS.soft.entries / 2 ||
      bytes - this.#settled.bytes > FEED_KEEPS.soft.bytes / 2
    )
  }

  #trim({ entries, bytes }: { readonly entries: number; readonly bytes: number }): void {
    const first = this.#ring[0]
    if (first === undefined) return
    if (this.#ring.length <= entries && this.#offset - first.offset <= bytes) return
    // Down to three quarters, so that the array is moved seldom.
    let gone = 0
    const isOver = (): boolean =>
      (this.#ring.length - gone) * 4 > entries * 3 ||
      (this.#offset - (this.#ring[gone]?.offset ?? 0)) * 4 > bytes * 3
    while (gone < this.#ring.length - 1 && isOver()) gone += 1
    const dropped = this.#ring.splice(0, gone)
    this.#first += dropped.length
    this.forgotten = dropped.at(-1)?.entry.seq ?? this.forgotten
    this.floor = this.forgotten
  }

  /** True when everything after `seq` can be had from here. */
  covers(seq: number): boolean {
    return this.floor !== null && this.floor <= seq
  }

  /** Where the first entry after `seq` is, or will be. */
  indexAfter(seq: number): number {
    let low = 0
    let high = this.#ring.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ring[middle]?.entry.seq ?? 0) <= seq) low = middle + 1
      else high = middle
    }
    return this.#first + low
  }

  /** True while what a client at `index` needs next is still here, or yet to come. */
  has(index: number): boolean {
    return index >= this.#first
  }

  /** How much was ever appended; two of these tell what came in between. */
  get mark(): Mark {
    return { events: this.end, bytes: this.#offset }
  }

  /** What to write next for a client at `index`, the same object for all who are there; null at the end. */
  piece(index: number): Piece | null {
    const known = this.#pieces.get(index)
    if (known !== undefined) return known
    const from = index - this.#first
    const head = this.#ring[from]
    if (head === undefined) return null
    let to = from + 1
    let size = head.entry.bytes.byteLength
    for (let next = this.#ring[to]; next !== undefined; next = this.#ring[to]) {
      if (size + next.entry.bytes.byteLength > PIECE_BYTES) break
      size += next.entry.bytes.byteLength
      to += 1
    }
    const entries = this.#ring.slice(from, to).map(({ entry }) => entry)
    const tail = entries.at(-1) ?? head.entry
    const piece: Piece = {
      bytes:
        entries.length === 1
          ? head.entry.bytes
          : Buffer.concat(
              entries.map((entry) => entry.bytes),
              size,
            ),
      next: this.#first + to,
      seq: tail.seq,
      last: tail.last === true,
    }
    this.#pieces.set(index, piece)
    return piece
  }
}
