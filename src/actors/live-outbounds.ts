// The rooms that send out and their destinations in memory: made when the first command needs them, told of every
// state of theirs; a session ends when nothing of it is wanted or running any more.

import * as Effect from 'effect/Effect'
import { createActor } from 'xstate'
import { Database } from '../db/database.ts'
import * as rows from '../db/outbound.ts'
import type { OutboundState } from '../domain/egress.ts'
import type { DbError } from '../domain/errors.ts'
import { Holding } from '../egress/holding.ts'
import { outboundMachine } from '../machines/outbound.machine.ts'
import { machineClock } from './bridge.ts'
import { makeChain } from './chain.ts'
import { writeLater } from './live-records.ts'
import { factOf, type LiveWorld } from './live-world.ts'
import { Outbound, Sender } from './outbound.ts'
import { Trace } from './trace.ts'

export interface Outbounds {
  readonly outboundOf: (roomId: string, livekitRoom: string) => Outbound
  /** Its generation goes on from the highest that it ever had. */
  readonly senderOf: (outbound: Outbound, platform: string) => Effect.Effect<Sender, DbError>
  readonly addSender: (outbound: Outbound, platform: string, generation: number) => Sender
  /** A destination has entered another state. */
  readonly entered: (sender: Sender) => void
  /** Ends the open session when nothing of it is left. */
  readonly endIfOver: (outbound: Outbound) => void
  /** Leaves nothing of a room in memory that is gone and sends nothing out. */
  readonly forgetIfGone: (outbound: Outbound) => void
}

const isOff = ({ desired, state }: Sender): boolean =>
  desired === 'off' && (state === 'stopped' || state === 'idle')

export const makeOutbounds = (world: LiveWorld): Outbounds => {
  const clock = machineClock(world.keep, world.monotonicMs)

  const outboundOf = (roomId: string, livekitRoom: string): Outbound => {
    const known = world.outbounds.get(roomId)
    if (known !== undefined) return known
    const trace = new Trace('outbound', world.now)
    const inspect = trace.inspect(outboundMachine)
    const actor = createActor(outboundMachine, { id: roomId, clock, inspect, input: { egresses: {} } })
    const writes = makeChain(world.keep, () => {})
    const outbound = new Outbound(roomId, livekitRoom, world.now(), actor, trace, writes)
    actor.subscribe({
      next: ({ value }) => stateEntered(outbound, value as OutboundState),
      // It only derives: whatever befell it, the destinations are what they are.
      error: () => {},
    })
    actor.start()
    world.outbounds.set(roomId, outbound)
    return outbound
  }

  const stateEntered = (outbound: Outbound, to: OutboundState): void => {
    const from = outbound.state
    if (from === to) return
    outbound.state = to
    outbound.since = world.now()
    world.database.append(factOf(world, outbound, 'outbound.state_changed', { from, to }))
  }

  const endIfOver = (outbound: Outbound): void => {
    const { session } = outbound
    // What is being written may want it on again.
    if (session === null || outbound.committing) return
    if (![...outbound.senders.values()].every(isOff)) return
    outbound.session = null
    outbound.lastSessionId = session.id
    const at = world.now()
    writeLater(
      world,
      outbound,
      [rows.endSession(session.id, at, 'stopped')],
      [{ ...factOf(world, outbound, 'outbound.ended', { reason: 'stopped' }), sessionId: session.id }],
    )
  }

  const forgetIfGone = (outbound: Outbound): void => {
    const { roomId, senders, session } = outbound
    if (session !== null || outbound.committing || world.rooms.row(roomId) !== null) return
    const isSuspected = [...senders.values()].some(
      ({ holding }) => world.holdings.mayBeOnAir(holding) || world.monotonicMs() < holding.suspectUntilMs,
    )
    if (isSuspected || world.outbounds.get(roomId) !== outbound) return
    world.outbounds.delete(roomId)
    outbound.actor.stop()
    for (const { actor, holding } of senders.values()) {
      actor?.stop()
      world.holdings.remove(holding)
    }
  }

  const addSender = (outbound: Outbound, platform: string, generation: number): Sender => {
    const { roomId, livekitRoom } = outbound
    const holding = new Holding(`${roomId}/${platform}`, roomId, platform, livekitRoom)
    world.holdings.add(holding)
    const sender = new Sender(outbound, platform, holding, generation, world.now)
    outbound.senders.set(platform, sender)
    return sender
  }

  return {
    outboundOf,
    addSender,
    senderOf: (outbound, platform) =>
      Effect.suspend(() => {
        const known = outbound.senders.get(platform)
        if (known !== undefined) return Effect.succeed(known)
        return rows.lastGeneration(outbound.roomId, platform).pipe(
          Effect.provideService(Database, world.database),
          Effect.map((generation) => addSender(outbound, platform, generation)),
        )
      }),
    entered: (sender) => {
      const { outbound, platform, state } = sender
      outbound.actor.send({ type: 'egress.state_changed', platform, state })
      if (state !== 'stopped') return
      endIfOver(outbound)
      // Not while its actor is still telling of this state.
      world.fork(
        Effect.andThen(
          Effect.yieldNow,
          Effect.sync(() => forgetIfGone(outbound)),
        ),
      )
    },
    endIfOver,
    forgetIfGone,
  }
}
