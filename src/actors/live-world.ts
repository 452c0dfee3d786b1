// What sending out touches the world through, gathered once: services, clocks, chance, limits, and what is known
// of LiveKit in memory.

import { randomBytes } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Random from 'effect/Random'
import { Database } from '../db/database.ts'
import type { Fact, FactName } from '../domain/facts.ts'
import { Holdings } from '../egress/holding.ts'
import type { EgressWorld } from '../egress/job.ts'
import { LiveKit } from '../egress/livekit.ts'
import { withReach } from '../egress/reach.ts'
import { Sightings } from '../egress/sightings.ts'
import { makeSupervisor, type Supervisor } from '../egress/supervisor.ts'
import type { Fork } from './bridge.ts'
import { Destinations } from './destinations.ts'
import { LIVE_TUNING, type LiveOptions, type LiveTuning } from './live-tuning.ts'
import type { Outbound, Sender } from './outbound.ts'
import { Rooms } from './rooms.ts'

export interface LiveWorld extends EgressWorld {
  readonly database: Database['Service']
  readonly destinations: Destinations['Service']
  readonly rooms: Rooms['Service']
  readonly supervisor: Supervisor
  /** Timers of machines and writes, which end with the layer and not before. */
  readonly keep: Fork
  readonly tuning: LiveTuning
  readonly egress: LiveOptions['egress']
  readonly outbounds: Map<string, Outbound>
  readonly newId: (prefix: string) => string
}

export const makeLiveWorld = Effect.fnUntraced(function* ({
  egress,
  webhookUrl,
  tuning: given,
}: LiveOptions) {
  const clock = yield* Clock.Clock
  const random = yield* Random.Random
  const database = yield* Database
  const supervisor = yield* makeSupervisor
  const keep: Fork = Effect.runForkWith(yield* Effect.context<never>())
  const tuning = { ...LIVE_TUNING, ...given }
  const now = (): number => clock.currentTimeMillisUnsafe()
  const sightings = new Sightings()
  const livekit = withReach(yield* LiveKit, tuning.answerMs, (isReached, code) =>
    database.append({
      name: isReached ? 'livekit.reachable' : 'livekit.unreachable',
      at: now(),
      roomId: null,
      sessionId: null,
      body: code === null ? {} : { code },
    }),
  )
  const world: LiveWorld = {
    livekit,
    sightings,
    holdings: new Holdings(sightings),
    fork: supervisor.aside,
    now,
    monotonicMs: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
    random: () => random.nextDoubleUnsafe(),
    limits: { ...tuning, stableMs: egress.stableMs, pollMs: egress.pollMs },
    webhookUrl,
    database,
    destinations: yield* Destinations,
    rooms: yield* Rooms,
    supervisor,
    keep,
    tuning,
    egress,
    outbounds: new Map(),
    newId: (prefix) => prefix + randomBytes(12).toString('base64url'),
  }
  return world
})

/** A fact about what a room sends out. */
export const factOf = (
  world: LiveWorld,
  { roomId, session, lastSessionId }: Outbound,
  name: FactName,
  body: Fact['body'],
): Fact => ({ name, at: world.now(), roomId, sessionId: session?.id ?? lastSessionId, body })

export const senderOf = (world: LiveWorld, key: string): Sender => {
  const [roomId = '', platform = ''] = key.split('/')
  const sender = world.outbounds.get(roomId)?.senders.get(platform)
  if (sender === undefined) throw new Error('the destination is not here')
  return sender
}
