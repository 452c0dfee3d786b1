// One session while this process records it: its row, its order of writes, the one connection it has now.
// It outlives the connections and even the actor of its room; it does not decide when it begins or ends.

import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type { Fiber } from 'effect/Fiber'
import type { Tap } from '../archive/recorder.ts'
import type { GapCause } from '../domain/reasons.ts'
import type { Counters, OpenSession, SessionSnapshot } from '../domain/session.ts'
import type { Connection } from '../tiktok/tiktok.ts'
import { type Chain, makeChain } from './chain.ts'
import type { World } from './world.ts'

/** How a socket was closed, as its other side or the network said. */
export interface Closed {
  readonly code: number
  readonly reason: string
}

/** A failed archive attempt that the next one writes down. */
export interface FailedAttempt {
  readonly startedAt: number
  readonly finishedAt: number
  readonly errorClass: string
}

const FAILED_MAX = 100

const never = (): boolean => false

export class Recording {
  session: OpenSession
  readonly chain: Chain
  /** Its row is on disk or in the queue before everything else of it. */
  opened: boolean
  /** Its row is known to be on disk. */
  written: boolean
  /** When the last frame came: wall clock for what is stored, monotonic for silence. */
  lastAt: number
  lastMs: number
  /** When the last frame with messages came: an answer to a heartbeat says nothing of the broadcast. */
  spokenMs: number
  /** The hole that the next connection closes. `written` when its row is on the way. */
  gap: { readonly from: number; readonly cause: GapCause; readonly written: boolean } | null = null
  /** Frames handed to taps, those that the database knew when the session was taken over counted. */
  handed = 0
  counters: Counters | null = null
  eventsPerSecond = 0
  /** Its numbers are running out, and it was said. */
  full = false
  /** TikTok's view at the end is being asked for. */
  lookingAtEnd: Fiber<void> | null = null
  snapshot: { start: SessionSnapshot | null; end: SessionSnapshot | null } = { start: null, end: null }
  failed: readonly FailedAttempt[] = []
  /** How many secondary triggers the first attempt wrote that may have succeeded; null when none may have. */
  noted: number | null = null
  #connection: Connection | null = null
  #tap: Tap | null = null
  #closed: Deferred.Deferred<Closed> | null = null
  #isHeld: () => boolean = never
  #countedMs = 0
  #ending = false
  readonly #world: World

  constructor(world: World, session: OpenSession, opened: boolean, chain: Chain) {
    this.#world = world
    this.session = session
    this.opened = opened
    this.written = opened
    this.chain = chain
    this.lastAt = session.lastAt
    this.lastMs = world.monotonicMs()
    this.spokenMs = this.lastMs
  }

  get connection(): Connection | null {
    return this.#connection
  }

  heard(at: number, spoken: boolean): void {
    this.handed += 1
    this.lastAt = at
    this.lastMs = this.#world.monotonicMs()
    if (spoken) this.spokenMs = this.lastMs
  }

  counted(counters: Counters): void {
    const ms = this.#world.monotonicMs()
    const events = counters.events - (this.counters?.events ?? 0)
    if (this.#countedMs > 0 && ms > this.#countedMs) {
      this.eventsPerSecond = (events * 1_000) / (ms - this.#countedMs)
    }
    this.#countedMs = ms
    this.counters = counters
  }

  /** The tap that frames go to from now on; the one before it is closed. */
  use(tap: Tap): void {
    this.#tap?.close()
    this.#tap = tap
  }

  /**
   * A connection that came about. When the session has begun to end meanwhile it is let go at once, and so is the
   * one before it when there still is one: a socket that nobody holds would never be closed.
   */
  keep(connection: Connection, closed: Deferred.Deferred<Closed>, isHeld = never): void {
    const before = this.#connection
    if (before !== null && before !== connection) this.#world.fork(before.finish(0))
    this.#connection = connection
    this.#closed = closed
    this.#isHeld = isHeld
    if (this.#ending) this.#world.fork(this.release())
  }

  /** Done when the current connection is closed; at once when there is none. */
  get closed(): Effect.Effect<Closed> {
    return this.#closed === null ? Effect.succeed({ code: 1005, reason: '' }) : Deferred.await(this.#closed)
  }

  /** The socket is not read because the disk does not keep up: its silence is ours. */
  get held(): boolean {
    return this.#isHeld()
  }

  get isClosed(): boolean {
    return this.#closed === null || Deferred.isDoneUnsafe(this.#closed)
  }

  /** The current connection is gone. */
  drop(): void {
    this.#isHeld = never
    this.#connection = null
    this.#closed = null
    this.#tap?.close()
    this.#tap = null
  }

  /** No connection is kept from now on. */
  end(): void {
    this.#ending = true
  }

  /** The actor that kept the connection has failed; the session goes on with another. */
  hangUp(): void {
    this.#ending = false
    const connection = this.#connection
    this.drop()
    if (connection !== null) this.#world.fork(connection.finish(0))
  }

  /** Lets the socket go within the limit; what came until then has reached the tap, what comes later is late. */
  release(limitMs = 0): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#ending = true
      const connection = this.#connection
      return (connection === null ? Effect.void : connection.finish(limitMs)).pipe(
        Effect.ensuring(Effect.sync(() => this.drop())),
      )
    })
  }

  rememberFailed(attempt: FailedAttempt): void {
    this.failed = [...this.failed, attempt].slice(-FAILED_MAX)
  }
}

export const makeRecording = (
  world: World,
  session: OpenSession,
  opened: boolean,
  crash: (error: unknown) => void,
): Recording => new Recording(world, session, opened, makeChain(world.fork, crash))

/** A socket's close, told once. */
export const makeClosed = (): Deferred.Deferred<Closed> => Deferred.makeUnsafe()
export const tellClosed = (closed: Deferred.Deferred<Closed>, how: Closed): void => {
  Deferred.doneUnsafe(closed, Exit.succeed(how))
}
