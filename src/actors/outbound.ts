// What one room that sends out holds in memory beside its machines: its session, its destinations, its writes.
// Rooms that never sent anything out have none of it.

import * as Semaphore from 'effect/Semaphore'
import type { Actor } from 'xstate'
import type { EgressState, OutboundState, PlatformView } from '../domain/egress.ts'
import type { Holding } from '../egress/holding.ts'
import type { Begun } from '../egress/schedule.ts'
import type { EgressEvent } from '../machines/egress-events.ts'
import type { egressMachine } from '../machines/egress.machine.ts'
import type { outboundMachine } from '../machines/outbound.machine.ts'
import type { Chain } from './chain.ts'
import { Trace } from './trace.ts'

export type EgressActor = Actor<typeof egressMachine>

/** One destination that is or was sent to. */
export class Sender {
  readonly outbound: Outbound
  readonly platform: string
  /** As its fibers are called. */
  readonly key: string
  readonly holding: Holding
  /** Its row of the last session it was in. */
  rowId: string | null = null
  sessionId: string | null = null
  /** Rises with every command that was accepted. */
  generation: number
  desired: 'on' | 'off' = 'off'
  actor: EgressActor | null = null
  /** What its actors did lately; one ring through all of them. */
  readonly trace: Trace
  state: EgressState = 'idle'
  since: number
  /** When its starts were asked for: what its pace is measured by. */
  begun: Begun = []
  /** Attempts of its row so far. */
  attempts = 0
  /** Its stop has not been confirmed for long enough to call somebody. */
  alarmed = false
  /** A digest of the address and key it was last sent to: no two destinations on air share one. */
  address: string | null = null
  /** Another destination had that address when it was asked for last. */
  isTaken = false
  /** A command that wants it on air is being written. */
  claiming = false
  platformView: PlatformView | null = null
  /** Monotonic milliseconds of the last failures of its actor, newest last. */
  failures: readonly number[] = []
  /** Its actor has failed and the next one is not there yet. */
  failing = false

  constructor(outbound: Outbound, platform: string, holding: Holding, generation: number, now: () => number) {
    this.outbound = outbound
    this.platform = platform
    this.key = holding.key
    this.holding = holding
    this.generation = generation
    this.since = now()
    this.trace = new Trace('egress', now)
  }

  /** A failed actor hears nothing: the next one goes on from what is wanted. */
  send(event: EgressEvent): void {
    if (!this.failing) this.actor?.send(event)
  }
}

export interface OutboundSession {
  readonly id: string
  readonly startedAt: number
}

export class Outbound {
  readonly roomId: string
  livekitRoom: string
  /** Open while anything of it is wanted or running. */
  session: OutboundSession | null = null
  lastSessionId: string | null = null
  state: OutboundState = 'idle'
  since: number
  readonly senders = new Map<string, Sender>()
  readonly actor: Actor<typeof outboundMachine>
  readonly trace: Trace
  /** One command at a time, and no start of an egress in the middle of one. */
  readonly turn = Semaphore.makeUnsafe(1)
  /** A command is being written: what is wanted is about to change. */
  committing = false
  /** Nobody knows whether the last command is on disk; it is written again until that is known. */
  unsettled = false
  /** What follows from what has happened, in order. */
  readonly writes: Chain

  constructor(
    roomId: string,
    livekitRoom: string,
    since: number,
    actor: Actor<typeof outboundMachine>,
    trace: Trace,
    writes: Chain,
  ) {
    this.roomId = roomId
    this.livekitRoom = livekitRoom
    this.since = since
    this.actor = actor
    this.trace = trace
    this.writes = writes
  }
}
