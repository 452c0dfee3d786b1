// The recorder's desk on the main thread: every session that is being recorded, the taps into them, the queue
// on the way to the writer thread, and what the writer thread says back. No effects and no SQL.

import type { ControlAction } from '../domain/event.ts'
import type { OpenSession } from '../domain/session.ts'
import { NO_COUNTERS } from '../domain/session.ts'
import type { QueueGauge } from '../db/writer-port.ts'
import type { DurableNews, FromIngest, ToIngest } from './hand-over.ts'
import { LiveSession, LiveTap, type Way } from './live-session.ts'
import { Outbox } from './outbox.ts'
import { Pressure, type PressureLimits } from './pressure.ts'
import type { RecordingListener } from './recorder.ts'

export interface Desk {
  readonly post: (message: ToIngest, transfer?: readonly ArrayBuffer[]) => void
  readonly monotonicMs: () => number
  /** A pause or its end was decoded, in the order of the frames. */
  readonly paused: (live: LiveSession, action: ControlAction, at: number) => void
  readonly durable: (news: DurableNews) => void
  readonly limits?: PressureLimits
}

export class LiveSessions {
  readonly outbox: Outbox
  readonly #desk: Desk
  readonly #pressure: Pressure
  readonly #byNo = new Map<number, LiveSession>()
  readonly #taps = new Map<number, LiveTap>()
  readonly #flushes = new Map<number, () => void>()
  #ids = 0

  constructor(desk: Desk) {
    this.#desk = desk
    this.#pressure = new Pressure(desk.limits)
    this.outbox = new Outbox((packed) => desk.post(packed, [packed]))
  }

  find(no: number): LiveSession | null {
    return this.#byNo.get(no) ?? null
  }

  /** The session as it is now known; one that was not known is not open yet. */
  ensure(session: OpenSession, ageMs = 0): LiveSession {
    const known = this.#byNo.get(session.no)
    if (known !== undefined) {
      known.session = session
      return known
    }
    const live = new LiveSession(session, NO_COUNTERS, { ms: ageMs, atMs: this.#desk.monotonicMs() })
    live.gate = this.#pressure.open((hold) => live.hold(hold))
    this.#byNo.set(session.no, live)
    return live
  }

  tap(session: OpenSession, listener: RecordingListener): LiveTap {
    const live = this.#byNo.get(session.no) ?? this.ensure(session)
    const tap = new LiveTap(live, listener, this.#way)
    this.#taps.set(tap.id, tap)
    return tap
  }

  /** Its row is there; `message` tells ingest what it must know. */
  opened(live: LiveSession, message: Extract<ToIngest, { readonly type: 'session' }>): void {
    this.#desk.post(message)
    if (live.followers.size > 0) this.#desk.post({ type: 'follow', no: live.session.no, on: true })
    live.open(this.#way)
  }

  /** Archived: what comes now is late. */
  archived(live: LiveSession): void {
    if (live.state === 'archived') return
    live.state = 'archived'
    this.#desk.post({ type: 'archived', no: live.session.no })
    this.forget(live)
  }

  fenced(live: LiveSession): void {
    live.fence(this.#way)
    this.forget(live)
  }

  forget(live: LiveSession): void {
    live.followers.clear()
    if (live.gate !== null) this.#pressure.close(live.gate)
    if (this.#byNo.get(live.session.no) === live) this.#byNo.delete(live.session.no)
  }

  /** Calls back when everything that was handed over before is durable. Returns how to stop waiting. */
  flush(call: () => void): () => void {
    const id = (this.#ids += 1)
    this.#flushes.set(id, call)
    this.outbox.flush()
    this.#desk.post({ type: 'flush', id })
    return () => void this.#flushes.delete(id)
  }

  follow(no: number, listener: (events: readonly string[]) => void): () => void {
    const live = this.#byNo.get(no)
    if (live === undefined) return () => {}
    live.followers.add(listener)
    if (live.followers.size === 1) this.#desk.post({ type: 'follow', no, on: true })
    return () => {
      if (!live.followers.delete(listener) || live.followers.size > 0) return
      this.#desk.post({ type: 'follow', no, on: false })
    }
  }

  gauge(): QueueGauge {
    return this.outbox.gauge(this.#pressure.bytes)
  }

  hear(message: FromIngest): void {
    switch (message.type) {
      case 'control': {
        const tap = this.#taps.get(message.tap)
        if (tap === undefined) return
        this.#desk.paused(tap.live, message.action, message.at)
        return tap.control(message.action, message.at)
      }
      case 'untapped': {
        this.#taps.get(message.tap)?.forget()
        this.#taps.delete(message.tap)
        return
      }
      case 'durable':
        return this.#durable(message)
      case 'counted':
        for (const [no, counters] of message.sessions) this.#byNo.get(no)?.count(counters)
        return
      case 'fenced': {
        const live = this.#byNo.get(message.no)
        if (live !== undefined) this.fenced(live)
      }
    }
  }

  #durable(news: DurableNews): void {
    this.outbox.landed(news.frames)
    let known = 0
    for (const [no, bytes] of news.sessions) {
      const live = this.#byNo.get(no)
      if (live === undefined) continue
      known += bytes
      this.#pressure.add(live.gate, -bytes)
    }
    if (news.bytes > known) this.#pressure.add(null, known - news.bytes)
    for (const [tap, logId, internalExt] of news.acks) {
      this.#taps.get(tap)?.listener?.onAck(logId, internalExt)
    }
    for (const [no, lines] of news.events) {
      const live = this.#byNo.get(no)
      if (live === undefined) continue
      const events = lines.split('\n')
      for (const listener of live.followers) listener(events)
    }
    this.#desk.durable(news)
    for (const id of news.flushed) {
      const call = this.#flushes.get(id)
      this.#flushes.delete(id)
      call?.()
    }
  }

  readonly #way: Way = {
    post: (frame) => this.outbox.add(frame),
    weigh: (live, bytes) =>
      this.#pressure.add(this.#byNo.get(live.session.no) === live ? live.gate : null, bytes),
    nextTap: () => (this.#ids += 1),
    tapped: ({ id, live, conn }) => {
      this.outbox.flush()
      this.#desk.post({ type: 'tap', tap: id, no: live.session.no, conn })
    },
    closing: ({ id }) => {
      this.outbox.flush()
      this.#desk.post({ type: 'untap', tap: id })
    },
  }
}
