// What can be asked of a room's destinations: start, stop, retry. Each is a check, one durable write, then the
// event. The intent is on disk before anything acts.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import type { Statement } from '../db/database.ts'
import * as rows from '../db/outbound.ts'
import type { Fact } from '../domain/facts.ts'
import { dispose } from '../egress/ending.ts'
import { afterCommand } from '../egress/schedule.ts'
import type { Wait } from '../machines/egress-events.ts'
import type { Commanded } from './desk.ts'
import { addressOf, otherUser } from './live-addresses.ts'
import type { LiveDesk, LiveRequest } from './live-desk.ts'
import { type Egresses, FRESH } from './live-egress.ts'
import type { Outbounds } from './live-outbounds.ts'
import { factOf, type LiveWorld } from './live-world.ts'
import type { Outbound, Sender } from './outbound.ts'

/** How long a command waits for what was written before it. */
const WRITES_LIMIT_MS = 5_000
const BUSY_AGAIN_MS = 2_000
const UNKNOWN = { code: 'room_unknown', message: 'There is no such room.' } as const

export interface LiveCommands {
  readonly start: (request: LiveRequest, force: boolean) => Commanded<Outbound>
  /** Null: the room never sent anything out. No platforms: all of them. */
  readonly stop: (request: LiveRequest) => Commanded<Outbound | null>
  readonly retry: (request: LiveRequest) => Commanded<Outbound>
}

const isUnconfirmed = (sender: Sender): boolean =>
  sender.actor?.getSnapshot().context.errorCode === 'stop_unconfirmed'

/** Whether a start would change anything for it. */
const isStartable = (sender: Sender, force: boolean): boolean => {
  switch (sender.state) {
    case 'idle':
    case 'stopped':
    case 'failed':
      return true
    case 'stopping':
      return sender.desired === 'off' || (force && isUnconfirmed(sender))
    case 'starting':
    case 'backoff':
      return force && isUnconfirmed(sender)
    default:
      return false
  }
}

export const makeLiveCommands = (
  world: LiveWorld,
  desk: LiveDesk,
  outbounds: Outbounds,
  egresses: Egresses,
): LiveCommands => {
  const waitOf = ({ begun }: Sender): Wait | null => {
    const delayMs = afterCommand(world.egress, begun, world.monotonicMs())
    return delayMs > 0 ? { delayMs, nextAt: world.now() + delayMs } : null
  }

  const desired = ({ outbound, platform }: Sender, wanted: 'on' | 'off', generation: number): Fact =>
    factOf(world, outbound, 'egress.desired', { platform, desired: wanted, generation })

  /** What happened before is written before it, so that nothing of an older session comes after. */
  const caughtUp = (request: LiveRequest, outbound: Outbound): Commanded<void> =>
    Effect.flatMap(Effect.timeoutOption(outbound.writes.idle, WRITES_LIMIT_MS), (idle) =>
      Option.isSome(idle)
        ? Effect.void
        : desk.refuse(request, {
            code: 'busy',
            message: 'The database is behind.',
            retryAfterMs: BUSY_AGAIN_MS,
          }),
    )

  /** Every destination that is asked for can be sent to. Answers their addresses, as `addressOf` has them. */
  const checked = Effect.fnUntraced(function* (request: LiveRequest) {
    const addresses = new Map<string, string | null>()
    for (const platform of request.platforms) {
      const destination = yield* world.destinations.find(request.roomId, platform)
      const field = '/platforms'
      if (destination === null) {
        const message = `The room has no destination ${platform}.`
        return yield* desk.refuse(request, { code: 'destination_unknown', message, field })
      }
      if (destination.key === null) {
        const message = `The destination ${platform} has no stream key.`
        return yield* desk.refuse(request, { code: 'destination_incomplete', message, field })
      }
      addresses.set(platform, addressOf(destination))
    }
    return addresses
  })

  /** Wants them on air by what is written, unless another destination has the address of one. */
  const claim = <A>(
    request: LiveRequest,
    senders: readonly Sender[],
    addresses: ReadonlyMap<string, string | null>,
    write: Commanded<A>,
  ): Commanded<A> =>
    Effect.suspend(() => {
      const taken = senders.find((sender) => otherUser(world, sender, addresses.get(sender.platform) ?? null))
      if (taken !== undefined) {
        const message = `Something else is sent to the address of ${taken.platform} with the same stream key.`
        return desk.refuse(request, { code: 'destination_in_use', message, field: '/platforms' })
      }
      for (const sender of senders) {
        sender.address = addresses.get(sender.platform) ?? null
        sender.claiming = true
      }
      const unclaim = Effect.sync(() => {
        for (const sender of senders) sender.claiming = false
      })
      return Effect.ensuring(write, unclaim)
    })

  /** What is known of it at LiveKit is given up; it is still asked to stop. */
  const abandon = (sender: Sender): void => {
    const job = egresses.job(sender, { isStopped: false })
    for (const [egressId, { attemptId }] of sender.holding.ids) {
      job.records.giveUp(attemptId, { code: 'stop_unconfirmed', error: null, egressId })
      dispose(job, egressId)
    }
    world.holdings.abandon(sender.holding)
  }

  const startNow = Effect.fnUntraced(function* (
    request: LiveRequest,
    outbound: Outbound,
    force: boolean,
    addresses: ReadonlyMap<string, string | null>,
  ) {
    const { roomId, platforms, caller } = request
    const senders: Sender[] = []
    for (const platform of platforms) senders.push(yield* outbounds.senderOf(outbound, platform))
    if (!force && senders.some((sender) => sender.state === 'stopping' && sender.alarmed)) {
      const message = 'LiveKit has not confirmed that the last egress stopped; force accepts a second one.'
      return yield* desk.refuse(request, { code: 'stop_unconfirmed', message, field: '/force' })
    }
    const todo = senders.filter((sender) => isStartable(sender, force))
    if (todo.length === 0) {
      return yield* desk.refuse(request, { code: 'already_active', message: 'It is on its way already.' })
    }
    yield* caughtUp(request, outbound)
    const at = world.now()
    const session = outbound.session ?? { id: world.newId('o'), startedAt: at }
    const isNew = outbound.session === null
    const statements: Statement[] = []
    const facts: Fact[] = []
    if (isNew) {
      const { livekitRoom } = outbound
      statements.push(rows.insertSession({ ...session, roomId, livekitRoom }, caller.actor))
      const body = { livekit_room: livekitRoom, platforms: todo.map(({ platform }) => platform) }
      facts.push({ ...factOf(world, outbound, 'outbound.started', body), sessionId: session.id })
    }
    const planned = todo.map((sender) => ({
      sender,
      rowId: sender.sessionId === session.id && sender.rowId !== null ? sender.rowId : world.newId('e'),
      generation: sender.generation + 1,
    }))
    for (const { sender, rowId, generation } of planned) {
      const { platform } = sender
      statements.push(rows.wantOn({ id: rowId, sessionId: session.id, roomId, platform, generation }, at))
      facts.push({ ...desired(sender, 'on', generation), sessionId: session.id })
    }
    const change = { statements, facts, detail: force ? 'forced' : null }
    const commit = desk.commit(request, outbound, change, () => {
      outbound.session = session
      for (const { sender, rowId, generation } of planned) {
        const isForced = force && isUnconfirmed(sender)
        if (sender.rowId !== rowId) sender.attempts = 0
        sender.rowId = rowId
        sender.sessionId = session.id
        sender.generation = generation
        sender.desired = 'on'
        sender.holding.roomName = outbound.livekitRoom
        if (isForced) abandon(sender)
        if (sender.actor === null) egresses.spawn(sender, FRESH)
        sender.send({ type: 'egress.start', generation, wait: waitOf(sender), force: isForced })
      }
    })
    yield* claim(request, todo, addresses, commit)
    return outbound
  })

  const start: LiveCommands['start'] = (request, force) =>
    desk.unlessClosed(
      request,
      Effect.gen(function* () {
        const { roomId, platforms } = request
        const row = world.rooms.row(roomId)
        if (row === null) return yield* desk.refuse(request, UNKNOWN)
        if (platforms.length === 0) {
          const message = 'No platform is named.'
          return yield* desk.refuse(request, { code: 'invalid', message, field: '/platforms' })
        }
        if (!world.livekit.configured) {
          const message = 'No LiveKit server is configured.'
          return yield* desk.refuse(request, { code: 'livekit_unconfigured', message })
        }
        const addresses = yield* checked(request)
        const livekitRoom = yield* world.destinations.livekitRoom(roomId, row.handle)
        const outbound = outbounds.outboundOf(roomId, livekitRoom)
        return yield* desk.inTurn(
          request,
          outbound,
          Effect.suspend(() => {
            // A session stays in the LiveKit room in which it began.
            if (outbound.session === null) outbound.livekitRoom = livekitRoom
            return startNow(request, outbound, force, addresses)
          }),
        )
      }),
    )

  const stopNow = Effect.fnUntraced(function* (request: LiveRequest, outbound: Outbound) {
    const { platforms } = request
    const todo = [...outbound.senders.values()].filter(
      ({ platform, desired: wanted }) =>
        wanted === 'on' && (platforms.length === 0 || platforms.includes(platform)),
    )
    if (todo.length === 0) {
      yield* desk.noop(request)
      return outbound
    }
    const at = world.now()
    const change = {
      statements: todo.map(({ rowId, generation }) => rows.wantOff(rowId ?? '', generation + 1, at)),
      facts: todo.map((sender) => desired(sender, 'off', sender.generation + 1)),
    }
    yield* desk.commit(request, outbound, change, () => {
      for (const sender of todo) {
        sender.generation += 1
        sender.desired = 'off'
        sender.send({ type: 'egress.stop', generation: sender.generation })
      }
    })
    return outbound
  })

  const retryNow = Effect.fnUntraced(function* (request: LiveRequest, outbound: Outbound) {
    const sender = outbound.senders.get(request.platforms[0] ?? '')
    if (sender === undefined || sender.desired === 'off') {
      return yield* desk.refuse(request, { code: 'not_live', message: 'It is not being sent out.' })
    }
    if (sender.state !== 'backoff' && sender.state !== 'failed') {
      return yield* desk.refuse(request, { code: 'already_active', message: 'It is on its way already.' })
    }
    const generation = sender.generation + 1
    const { roomId, session } = outbound
    const { platform, rowId } = sender
    const egress = { id: rowId ?? '', sessionId: session?.id ?? '', roomId, platform, generation }
    const change = {
      statements: [rows.wantOn(egress, world.now())],
      facts: [desired(sender, 'on', generation)],
    }
    const commit = desk.commit(request, outbound, change, () => {
      sender.generation = generation
      sender.send({ type: 'egress.retry', generation, wait: waitOf(sender) })
    })
    yield* claim(request, [sender], yield* checked(request), commit)
    return outbound
  })

  /** For a room that sends out, or did. */
  const inTurn = <A>(
    request: LiveRequest,
    carryOut: (outbound: Outbound) => Commanded<A>,
    none: Commanded<A>,
  ) =>
    desk.unlessClosed(
      request,
      Effect.suspend(() => {
        const outbound = world.outbounds.get(request.roomId)
        if (outbound !== undefined) return desk.inTurn(request, outbound, carryOut(outbound))
        return world.rooms.row(request.roomId) === null ? desk.refuse(request, UNKNOWN) : none
      }),
    )

  return {
    start,
    stop: (request) =>
      inTurn<Outbound | null>(
        request,
        (outbound) => stopNow(request, outbound),
        Effect.as(desk.noop(request), null),
      ),
    retry: (request) =>
      inTurn(
        request,
        (outbound) => retryNow(request, outbound),
        desk.refuse(request, { code: 'not_live', message: 'It is not being sent out.' }),
      ),
  }
}
