// The journal's tail in memory, encoded once: one feed of all facts, and one for each room that somebody
// follows alone. Facts come from the journal's subscription, so they are durable before anybody hears them.

import type { JournalEntry } from '../domain/facts.ts'
import { Feed, type Entry } from './feed.ts'
import { Feeds } from './feeds.ts'
import type { Rounds } from './rounds.ts'
import { message } from './sse.ts'

interface FactEntry extends Entry {
  readonly roomId: string | null
}

/** A fact as every client is sent it: one line of JSON under its number. */
export const factEntry = ({ seq, name, at, roomId, sessionId, body }: JournalEntry): FactEntry => ({
  seq,
  roomId,
  bytes: message(JSON.stringify({ seq, name, at, roomId, sessionId, body }), seq),
})

export class FactFeeds {
  readonly #all = new Feed<FactEntry>()
  readonly #rooms = new Feeds<string>()
  readonly #rounds: Rounds
  readonly #readHead: () => Promise<number>
  #head = -1
  #started: Promise<void> | null = null

  constructor(rounds: Rounds, readHead: () => Promise<number>) {
    this.#rounds = rounds
    this.#readHead = readHead
  }

  /** The newest fact; known once `start` has resolved. */
  get head(): number {
    return this.#head
  }

  /** Facts that were there before the first one was heard are in the table alone, so the border is asked for once. */
  start(): Promise<void> {
    this.#started ??= this.#begin()
    return this.#started
  }

  async #begin(): Promise<void> {
    try {
      const head = await this.#readHead()
      this.#head = Math.max(this.#head, head)
      this.#all.floor = Math.min(this.#all.floor ?? head, head)
    } catch (error) {
      this.#started = null
      throw error
    }
  }

  readonly hear = (fact: JournalEntry): void => {
    const entry = factEntry(fact)
    this.#head = Math.max(this.#head, fact.seq)
    this.#give(this.#all, entry)
    const room = fact.roomId === null ? undefined : this.#rooms.get(fact.roomId)
    if (room !== undefined) this.#give(room, entry)
  }

  #give(feed: Feed, entry: FactEntry): void {
    feed.append(entry)
    if (feed.followers.size > 0) this.#rounds.changed(feed)
  }

  /** The feed of one room's facts, or of all. */
  acquire(roomId: string | null): { readonly feed: Feed; readonly release: () => void } {
    if (roomId === null) return { feed: this.#all, release: () => undefined }
    return this.#rooms.acquire(roomId, () => {
      const feed = new Feed(() => this.#head)
      feed.floor = this.#all.floor
      feed.forgotten = this.#all.forgotten
      for (const entry of this.#all.entries()) if (entry.roomId === roomId) feed.append(entry)
      return { feed, stop: () => undefined }
    })
  }
}
