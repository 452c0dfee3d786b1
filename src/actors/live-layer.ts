// Sending rooms out, as a layer: boot, commands, what LiveKit says, and letting go. Of `Rooms` only `row` is used:
// whether a room is there, and its handle.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { Database } from '../db/database.ts'
import type { DbError } from '../domain/errors.ts'
import { makeStrayCatcher } from '../egress/ending.ts'
import { LiveKit } from '../egress/livekit.ts'
import { makeReconcile } from '../egress/reconcile.ts'
import { untilWritten } from './chain.ts'
import { Destinations } from './destinations.ts'
import { actorsOf, traceOf } from './live-actors.ts'
import { awakenLive, orphans } from './live-boot.ts'
import { makeLiveCommands } from './live-commands.ts'
import { makeLiveDesk } from './live-desk.ts'
import { makeEgresses } from './live-egress.ts'
import { makeHearing } from './live-hearing.ts'
import { makeOutbounds } from './live-outbounds.ts'
import { seePlatform } from './live-platforms.ts'
import { liveStatus } from './live-status.ts'
import type { LiveOptions } from './live-tuning.ts'
import { makeLiveWorld } from './live-world.ts'
import { Live, type LiveStatus } from './live.ts'
import type { Outbound } from './outbound.ts'
import { Rooms } from './rooms.ts'

/** How long the last writes may take when the process leaves. */
const WRITES_LIMIT_MS = 2_000
const BUSY_AGAIN_MS = 2_000
const SYSTEM = { actor: 'system', ip: null } as const

const make = Effect.fnUntraced(function* (options: LiveOptions) {
  const world = yield* makeLiveWorld(options)
  const outbounds = makeOutbounds(world)
  const egresses = makeEgresses(world, outbounds.entered)
  const desk = makeLiveDesk(world, outbounds.endIfOver)
  const commands = makeLiveCommands(world, desk, outbounds, egresses)

  let isClosed = false
  const letGo = Effect.gen(function* () {
    desk.close()
    isClosed = true
    const all = [...world.outbounds.values()]
    const running = all
      .flatMap(({ senders }) => [...senders.values()])
      .filter(({ holding }) => world.holdings.running(holding).length > 0).length
    for (const { senders, actor } of all) {
      for (const sender of senders.values()) {
        // An actor that is stopped says nothing more, so what it was doing stays as it is on disk.
        sender.failing = true
        sender.actor?.stop()
      }
      actor.stop()
    }
    yield* world.supervisor.letGo
    const written = Effect.forEach(all, ({ writes }) => writes.idle, {
      concurrency: 'unbounded',
      discard: true,
    })
    yield* Effect.timeoutOption(written, WRITES_LIMIT_MS)
    for (const { writes } of all) writes.stop()
    return { running }
  })

  yield* Effect.addFinalizer(() => letGo)
  const catchStrays = makeStrayCatcher(world)
  const hearing = makeHearing(world, catchStrays)
  yield* awakenLive(world, outbounds, egresses)
  yield* Effect.forkScoped(makeReconcile(world, catchStrays).poll)

  const request = (
    action: 'live.start' | 'live.stop' | 'live.retry',
    roomId: string,
    platforms: readonly string[],
    caller: LiveCaller,
  ) => ({ action, roomId, platforms: [...new Set(platforms)], caller })

  /** A room that is gone is sent nowhere any more. */
  const stopGone = (roomId: string): Effect.Effect<unknown> => {
    const stop = commands.stop(request('live.stop', roomId, [], SYSTEM))
    const again = Effect.suspend(() => Effect.delay(stopGone(roomId), BUSY_AGAIN_MS))
    return untilWritten(
      Effect.catchTag(stop, 'CommandRefused', ({ code }) =>
        code === 'busy' && !isClosed ? again : Effect.void,
      ),
    ).pipe(
      Effect.ignore,
      Effect.tap(() =>
        Effect.sync(() => {
          const outbound = world.outbounds.get(roomId)
          if (outbound !== undefined) outbounds.forgetIfGone(outbound)
        }),
      ),
    )
  }
  for (const roomId of orphans(world)) world.fork(stopGone(roomId))
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      world.database.subscribe(({ name, roomId }) => {
        const isGone = name === 'room.removed' || name === 'room.merged'
        if (isGone && roomId !== null && world.outbounds.has(roomId)) world.fork(stopGone(roomId))
      }),
    ),
    (stop) => Effect.sync(stop),
  )

  const idle = (roomId: string): LiveStatus | null => {
    const room = world.rooms.row(roomId)
    if (room === null) return null
    const { handle, createdAt } = room
    return { roomId, sessionId: null, livekitRoom: handle, state: 'idle', since: createdAt, destinations: [] }
  }
  const status = (roomId: string): LiveStatus | null => {
    const outbound = world.outbounds.get(roomId)
    return outbound === undefined ? idle(roomId) : liveStatus(world, outbound)
  }
  const shownAfter = <E>(command: Effect.Effect<Outbound, E>) =>
    Effect.map(command, (outbound) => liveStatus(world, outbound))

  return Live.of({
    status,
    list: () => [...world.outbounds.values()].map((outbound) => liveStatus(world, outbound)),
    start: (roomId, platforms, how, caller) =>
      shownAfter(commands.start(request('live.start', roomId, platforms, caller), how.force)),
    stop: (roomId, platforms, caller) =>
      Effect.map(
        commands.stop(request('live.stop', roomId, platforms ?? [], caller)),
        (outbound) => (outbound === null ? null : liveStatus(world, outbound)) ?? status(roomId)!,
      ),
    retry: (roomId, platform, caller) =>
      shownAfter(commands.retry(request('live.retry', roomId, [platform], caller))),
    observe: hearing.observe,
    notice: hearing.notice,
    roomOf: hearing.roomOf,
    see: (roomId, platform, view) => seePlatform(world, roomId, platform, view),
    actors: () => actorsOf(world),
    trace: (id) => traceOf(world, id),
    letGo,
  })
})

type LiveCaller = Parameters<Live['Service']['retry']>[2]
type Needs = Database | LiveKit | Destinations | Rooms

export const liveLive = (options: LiveOptions): Layer.Layer<Live, DbError, Needs> =>
  Layer.effect(Live, make(options))
