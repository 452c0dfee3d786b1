// One client of an event stream: its socket, what it has been sent and how it ends. It is written to and never
// waited for; a client that does not read is blocked, and what it may miss meanwhile is bounded by the feed.
// The bytes go to the socket as they are: shared buffers, no chunk framing, the connection closes at the end.

import type { ServerResponse } from 'node:http'
import type { Feed, Mark } from './feed.ts'

/** This much may come while a client's socket takes nothing; with more it is a slow consumer. */
export const WAITING_MAX = { events: 256, bytes: 1024 * 1024 } as const

const HEARTBEAT = Buffer.from(': hb\n\n')

/** After a farewell the socket gets this long to take it, milliseconds. */
const FAREWELL_MS = 2_000

const NOTHING: Mark = { events: 0, bytes: 0 }

export type Farewell = 'shutdown' | 'slow_consumer' | 'auth_expired' | 'archived' | 'failed'

/** A message of a stream as bytes. `data` is one line of JSON, so no text in it can end the message. */
export const message = (data: string, id: string | number | null, event: string | null = null): Buffer =>
  Buffer.from(
    `${id === null ? '' : `id: ${id}\n`}${event === null ? '' : `event: ${event}\n`}data: ${data}\n\n`,
  )

export class SseClient {
  readonly #outgoing: ServerResponse
  readonly #onEnd: (() => void)[] = []
  readonly tokenId: string | null
  #waiting: (() => void)[] = []
  #ended = false
  /** Until the feed has something newer than what it was sent of the table. */
  #joining = false
  #reason: Farewell | 'closed' = 'closed'
  /** True while the socket takes nothing more. */
  blocked = false
  #stuck = 0
  /** What the feed had when the socket stopped taking bytes. */
  #mark: Mark = NOTHING
  feed: Feed | null = null
  index = 0
  /** The last place in the source that was written to it. */
  seq = -1

  constructor(outgoing: ServerResponse, tokenId: string | null) {
    this.#outgoing = outgoing
    this.tokenId = tokenId
    outgoing.on('drain', this.#drained)
    outgoing.on('close', this.#closed)
    // A reset connection is also closed, and that is all there is to say about it.
    outgoing.on('error', () => undefined)
  }

  get ended(): boolean {
    return this.#ended
  }

  /** How it ended; `closed` when the client left. */
  get reason(): Farewell | 'closed' {
    return this.#reason
  }

  /** Bytes that wait for the socket. */
  get waitingBytes(): number {
    return this.#outgoing.writableLength
  }

  readonly #drained = (): void => {
    this.blocked = false
    this.#stuck = 0
    for (const resolve of this.#waiting.splice(0)) resolve()
    this.deliver()
  }

  readonly #closed = (): void => this.#leave()

  /** Called once, when it has ended, whoever ended it. */
  onEnd(listener: () => void): void {
    if (this.#ended) listener()
    else this.#onEnd.push(listener)
  }

  write(bytes: Uint8Array): void {
    if (this.#ended) return
    if (this.#outgoing.write(bytes)) return
    this.blocked = true
    this.#mark = this.feed?.mark ?? NOTHING
  }

  say(event: string, data: unknown, id: string | number | null = null): void {
    this.write(message(JSON.stringify(data), id, event))
  }

  /** Resolves when the socket takes bytes again, or never will. */
  room(): Promise<void> {
    return this.blocked && !this.#ended
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve()
  }

  /** From here on it is served what the feed has after `seq`. */
  follow(feed: Feed, seq: number): void {
    if (this.#ended) return
    this.feed = feed
    this.#mark = feed.mark
    feed.followers.add(this)
    this.index = feed.indexAfter(seq)
    this.seq = Math.max(this.seq, seq)
    this.#joining = true
    this.deliver()
  }

  /** What was read from the table may be heard of in the feed only later: that is behind this client already. */
  #join(feed: Feed): void {
    this.index = Math.max(this.index, feed.indexAfter(this.seq))
    this.#joining = this.index === feed.end
  }

  /** Writes what the socket takes. A client whose socket took nothing for too long is told so and closed. */
  deliver(): void {
    const feed = this.feed
    if (feed === null) return
    if (this.#joining) this.#join(feed)
    while (!this.blocked && !this.#ended) {
      if (!feed.has(this.index)) return this.end('slow_consumer')
      const piece = feed.piece(this.index)
      if (piece === null) return
      this.write(piece.bytes)
      this.index = piece.next
      this.seq = piece.seq
      if (piece.last) return this.end(null)
    }
    const { events, bytes } = feed.mark
    const waiting = { events: events - this.#mark.events, bytes: bytes - this.#mark.bytes }
    if (waiting.events > WAITING_MAX.events || waiting.bytes > WAITING_MAX.bytes) this.end('slow_consumer')
  }

  /** A sign of life; to a client that gets only some facts it also says how far that covers the whole. */
  beat(): void {
    if (this.blocked) return
    const reached = this.feed?.reached(this.index, this.seq) ?? null
    if (reached !== null) this.seq = reached
    this.write(reached === null ? HEARTBEAT : Buffer.from(`: hb\n\nid: ${reached}\n\n`))
  }

  /** Closes a socket that took nothing between two calls: no farewell could reach it. */
  dropIfStuck(): void {
    this.#stuck = this.blocked ? this.#stuck + 1 : 0
    if (this.#stuck < 2) return
    this.#reason = 'slow_consumer'
    this.#outgoing.destroy()
  }

  /** Says why, and ends. What it was not sent stays unsent: it resumes by its last id. */
  end(reason: Farewell | null, data: unknown = {}): void {
    if (this.#ended) return
    this.#reason = reason ?? 'archived'
    this.#leave()
    if (reason !== null) this.#outgoing.write(message(JSON.stringify(data), null, reason))
    this.#outgoing.end()
    const timer = setTimeout(() => this.#outgoing.destroy(), FAREWELL_MS)
    timer.unref()
    this.#outgoing.once('close', () => clearTimeout(timer))
  }

  #leave(): void {
    if (this.#ended) return
    this.#ended = true
    this.feed?.followers.delete(this)
    this.feed = null
    for (const listener of [...this.#onEnd.splice(0), ...this.#waiting.splice(0)]) listener()
  }
}
