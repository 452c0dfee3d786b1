// What one room holds in memory beside its machine: its row, its actor, its recording, what it waits for.
// Thousands of rooms are only watched, so all that recording needs is made when recording begins.

import * as Effect from 'effect/Effect'
import type { Fiber } from 'effect/Fiber'
import * as Semaphore from 'effect/Semaphore'
import type { Actor } from 'xstate'
import type { Room, RoomState } from '../domain/room.ts'
import type { RoomEvent } from '../machines/room-events.ts'
import type { roomMachine } from '../machines/room.machine.ts'
import type { Chain } from './chain.ts'
import type { Recording } from './recording.ts'
import type { RoomStatus } from './rooms.ts'
import { Trace } from './trace.ts'

export type RoomActor = Actor<typeof roomMachine>

const UNHEARD_MAX = 100

export class Resident {
  room: Room
  actor: RoomActor | null = null
  /** What its actors did lately; one ring through all of them. */
  readonly trace: Trace
  state: RoomState = 'off'
  since: number
  recording: Recording | null = null
  /** A reserved session number that no session used yet. */
  spareNo: number | null = null
  /** What the link waits for; what the machine waits for is in its state. */
  waiting: RoomStatus['waiting'] = null
  /** The rest being taken: monotonic for us, wall clock for those who ask. */
  rest: { readonly untilMs: number; readonly untilAt: number; readonly reason: string } | null = null
  lastError: { readonly at: number; readonly message: string } | null = null
  lastSessionNo: number | null = null
  /** Monotonic milliseconds of the last failures of its actor, newest last. */
  failures: readonly number[] = []
  restarts = 0
  /** Its actor has failed and the next one is not there yet. */
  failing = false
  /** Heard each time another state is entered. */
  listeners: Set<(state: RoomState) => void> | null = null
  /** The room is being removed or the process leaves: it is not started again. */
  gone = false
  /** Tells the supervisor that this room's actor cannot go on. */
  crash: (error: unknown) => void = () => {}
  /** Writes about the room itself that follow what has happened; made when the first one is. */
  writes: Chain | null = null
  /** What was sent while there was no actor to hear it. */
  #unheard: RoomEvent[] = []
  #fibers: Set<Fiber<unknown, unknown>> | null = null
  #commands: Semaphore.Semaphore | null = null

  constructor(room: Room, now: () => number) {
    this.room = room
    this.since = now()
    this.trace = new Trace('room', now)
  }

  /** A failed actor hears nothing, so what comes meanwhile is kept for the next one. */
  send(event: RoomEvent): void {
    if (this.gone) return
    if (!this.failing) this.actor?.send(event)
    else if (this.#unheard.length < UNHEARD_MAX) this.#unheard.push(event)
  }

  /** The next actor is there and hears what the last one could not; if it has failed too, the one after it will. */
  tellUnheard(): void {
    for (const event of this.#unheard.splice(0)) this.send(event)
  }

  /** Done once the room is in such a state; at once when it is. */
  reaches(wanted: (state: RoomState) => boolean): Effect.Effect<void> {
    return Effect.callback((done) => {
      if (wanted(this.state)) return done(Effect.void)
      const listeners = (this.listeners ??= new Set())
      const listener = (state: RoomState): void => {
        if (wanted(state)) done(Effect.void)
      }
      listeners.add(listener)
      return Effect.sync(() => void listeners.delete(listener))
    })
  }

  /** One command at a time, so that a check and what follows from it are not separated. */
  get commands(): Semaphore.Semaphore {
    this.#commands ??= Semaphore.makeUnsafe(1)
    return this.#commands
  }

  /** Effects of the actor, so that they end even when the machine fails and forgets them. */
  track<A, E>(fiber: Fiber<A, E>): Fiber<A, E> {
    if (fiber.pollUnsafe() !== undefined) return fiber
    const fibers = (this.#fibers ??= new Set())
    fibers.add(fiber)
    fiber.addObserver(() => fibers.delete(fiber))
    return fiber
  }

  interrupt(): void {
    for (const fiber of this.#fibers ?? []) fiber.interruptUnsafe()
  }
}
