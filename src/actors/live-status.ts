// What a room sends out as it is now, from memory alone.

import type { EgressState } from '../domain/egress.ts'
import { egressStatusOf } from '../domain/egress-status.ts'
import type { EgressFailure } from '../domain/egress-failures.ts'
import type { DestinationStatus, LiveStatus } from './live.ts'
import type { LiveWorld } from './live-world.ts'
import type { Outbound, Sender } from './outbound.ts'

/** Commands that would be accepted now and have an effect. */
const allowedIn = (
  state: EgressState,
  errorCode: EgressFailure | null,
  alarmed: boolean,
): readonly string[] => {
  switch (state) {
    case 'idle':
    case 'stopped':
      return ['start']
    case 'failed':
      return ['start', 'retry', 'stop']
    case 'backoff':
      return errorCode === 'stop_unconfirmed' ? ['start?force', 'retry', 'stop'] : ['retry', 'stop']
    case 'starting':
    case 'connecting':
    case 'live':
    case 'reconnecting':
      return ['stop']
    case 'stopping':
      return alarmed ? ['start?force', 'stop'] : ['start', 'stop']
  }
}

/** LiveKit's id of what runs or, while it is being stopped, of what may. */
const egressIdOf = (world: LiveWorld, sender: Sender): string | null =>
  sender.actor?.getSnapshot().context.egressId ?? world.holdings.running(sender.holding)[0] ?? null

export const destinationStatus = (world: LiveWorld, sender: Sender): DestinationStatus => {
  const context = sender.actor?.getSnapshot().context
  const errorCode = context?.errorCode ?? null
  const egressId = egressIdOf(world, sender)
  const seen = egressId === null ? null : world.sightings.get(egressId)
  const mayBeOnAir = world.holdings.mayBeOnAir(sender.holding)
  return {
    platform: sender.platform,
    status: egressStatusOf({ state: sender.state, errorCode, mayBeOnAir }),
    state: sender.state,
    since: sender.since,
    attempt: context?.attempt ?? 0,
    attemptsMax: world.egress.attemptsMax,
    nextAttemptAt: context?.wait?.nextAt ?? null,
    errorCode,
    egressId,
    liveSince: context?.liveSince ?? null,
    observedAt: seen?.seenAt ?? null,
    observedBy: seen?.seenBy ?? null,
    platformView: sender.platformView,
    allowed: allowedIn(sender.state, errorCode, sender.alarmed),
  }
}

export const liveStatus = (world: LiveWorld, outbound: Outbound): LiveStatus => ({
  roomId: outbound.roomId,
  sessionId: outbound.session?.id ?? outbound.lastSessionId,
  livekitRoom: outbound.livekitRoom,
  state: outbound.state,
  since: outbound.since,
  destinations: [...outbound.senders.values()].map((sender) => destinationStatus(world, sender)),
})
