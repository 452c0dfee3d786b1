// What ingest tells the main thread: once a commit what is durable, about once a second what was counted.

import type { DurableNews, FromIngest } from '../hand-over.ts'
import type { Intake } from './intake.ts'
import type { Recording } from './recording.ts'

const COUNTED_EVERY_MS = 1_000

type Open = { -readonly [K in keyof DurableNews]: DurableNews[K] }

export class News {
  readonly #say: (message: FromIngest) => void
  readonly #counted = new Set<Recording>()
  readonly #lines: [number, string][] = []
  #countedAt = 0
  #timer: NodeJS.Timeout | null = null

  constructor(say: (message: FromIngest) => void) {
    this.#say = say
  }

  lines(no: number, lines: string): void {
    this.#lines.push([no, lines])
  }

  /** A batch has landed; what `lines` heard since the last one belongs to it. */
  durable(frames: readonly Intake[]): void {
    const sessions = new Map<number, number>()
    const acks: DurableNews['acks'][number][] = []
    const news: Open = { ...NOTHING, frames: frames.length, acks }
    for (const { recording, tap, bytes, ack, historyDuplicates } of frames) {
      this.#counted.add(recording)
      news.bytes += bytes.byteLength
      news.historyDuplicates += historyDuplicates
      sessions.set(recording.no, (sessions.get(recording.no) ?? 0) + bytes.byteLength)
      if (ack !== null) acks.push([tap, ack.logId, ack.internalExt])
    }
    news.sessions = [...sessions]
    news.events = this.#lines.splice(0)
    this.#say(news)
    this.#tellCounted()
  }

  /** A frame that is not recorded anywhere: its room in the queue is given back all the same. */
  dropped(no: number | null, bytes: number): void {
    this.#say({ ...NOTHING, frames: 1, bytes, dropped: 1, sessions: no === null ? [] : [[no, bytes]] })
  }

  flushed(id: number): void {
    this.#sayCounted()
    this.#say({ ...NOTHING, flushed: [id] })
  }

  #tellCounted(): void {
    if (this.#counted.size === 0 || this.#timer !== null) return
    const wait = this.#countedAt + COUNTED_EVERY_MS - performance.now()
    if (wait <= 0) {
      this.#sayCounted()
      return
    }
    this.#timer = setTimeout(() => this.#sayCounted(), wait)
    this.#timer.unref()
  }

  #sayCounted(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#counted.size === 0) return
    this.#countedAt = performance.now()
    this.#say({ type: 'counted', sessions: [...this.#counted].map(({ no, counters }) => [no, counters]) })
    this.#counted.clear()
  }
}

const NOTHING: DurableNews = {
  type: 'durable',
  frames: 0,
  bytes: 0,
  dropped: 0,
  historyDuplicates: 0,
  sessions: [],
  acks: [],
  flushed: [],
  events: [],
}
