// One session on the main thread: what the recorder remembers of it while it is open, and the connections into
// it. Frames of a session that is not open yet wait here; nothing of one session ever reaches another.

import type { ControlAction } from '../domain/event.ts'
import type { GapCause } from '../domain/reasons.ts'
import type { Counters, OpenSession } from '../domain/session.ts'
import type { FrameKind, HandedFrame } from './hand-over.ts'
import type { Gate } from './pressure.ts'
import type { RecordingListener } from './recorder.ts'

/** What a session and its connections need of the recorder. */
export interface Way {
  readonly post: (frame: HandedFrame) => void
  /** Bytes that wait, positive, or do not any more, negative. */
  readonly weigh: (session: LiveSession, bytes: number) => void
  readonly nextTap: () => number
  readonly tapped: (tap: LiveTap) => void
  readonly closing: (tap: LiveTap) => void
}

/** `opening`: somebody is opening it and will go on trying; until it is open its frames wait. */
export type LiveState = 'unopened' | 'opening' | 'open' | 'archived' | 'fenced'

export class LiveSession {
  session: OpenSession
  state: LiveState = 'unopened'
  counters: Counters
  readonly taps = new Set<LiveTap>()
  readonly followers = new Set<(events: readonly string[]) => void>()
  gap: { readonly cause: GapCause; readonly at: number } | null = null
  /** What was last heard of TikTok's pause; null when nothing was. */
  isPaused: boolean | null = null
  gate: Gate | null = null
  /** Number of the last connection. */
  conn = 0
  /** Its age at a moment of the monotonic clock, so that its duration does not depend on a clock that is set. */
  age: { readonly ms: number; readonly atMs: number }
  /** Frames that came before the session's row is known to be there. */
  #held: HandedFrame[] = []

  constructor(session: OpenSession, counters: Counters, age: LiveSession['age']) {
    this.session = session
    this.counters = counters
    this.age = age
  }

  ageAt(monotonicMs: number): number {
    return this.age.ms + (monotonicMs - this.age.atMs)
  }

  take(frame: HandedFrame, way: Way): void {
    if (this.state === 'fenced') return
    way.weigh(this, frame.bytes.byteLength)
    if (this.state === 'unopened' || this.state === 'opening') this.#held.push(frame)
    else way.post(frame)
  }

  /** The row is there: what waited goes its way, in order. */
  open(way: Way): void {
    this.state = 'open'
    for (const tap of this.taps) if (tap.conn === 0) tap.begin()
    for (const frame of this.#held.splice(0)) way.post(frame)
    for (const tap of this.taps) tap.leave()
  }

  /** Nobody will open it, or somebody else has it. */
  discard(way: Way): void {
    for (const frame of this.#held.splice(0)) way.weigh(this, -frame.bytes.byteLength)
  }

  hold(hold: boolean): void {
    for (const tap of this.taps) tap.listener?.onPressure(hold)
  }

  count(counters: Counters): void {
    this.counters = counters
    for (const tap of this.taps) tap.listener?.onCounted(counters)
  }

  fence(way: Way): void {
    if (this.state === 'fenced') return
    this.state = 'fenced'
    this.discard(way)
    for (const tap of this.taps) {
      tap.listener?.onFenced()
      tap.leave()
    }
  }
}

export class LiveTap {
  readonly id: number
  readonly live: LiveSession
  /** Its number within the session; 0 until the session is open. */
  conn = 0
  /** Null once everything before its close was heard. */
  listener: RecordingListener | null
  #isClosed = false
  #hasLeft = false
  readonly #way: Way

  constructor(live: LiveSession, listener: RecordingListener, way: Way) {
    this.id = way.nextTap()
    this.live = live
    this.listener = listener
    this.#way = way
    live.taps.add(this)
    if (live.state === 'open' || live.state === 'archived') this.begin()
    if (live.gate?.isHeld === true) listener.onPressure(true)
  }

  begin(): void {
    this.conn = this.live.conn += 1
    this.#way.tapped(this)
  }

  frame(kind: FrameKind, bytes: Uint8Array, at: number): void {
    this.live.take({ tap: this.id, kind, at, bytes }, this.#way)
  }

  /** What was given before is still heard of; what is given after is late and nobody hears of it. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.live.state === 'unopened') {
      this.forget()
      if (this.live.taps.size === 0) this.live.discard(this.#way)
    } else if (this.live.state !== 'opening' || this.conn > 0) this.leave()
    // Else its frames wait for the session's row, and it leaves behind them.
  }

  /** Once it is closed: nothing of it follows. */
  leave(): void {
    if (!this.#isClosed || this.#hasLeft) return
    this.#hasLeft = true
    this.#way.closing(this)
  }

  control(action: ControlAction, at: number): void {
    this.listener?.onControl(action, at)
  }

  forget(): void {
    this.listener = null
    this.live.taps.delete(this)
  }
}
