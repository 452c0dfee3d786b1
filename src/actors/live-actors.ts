// The actors of what is sent out as the visualizer sees them: their names, their states, what they did lately.

import { eventsOf } from '../machines/egress-graph.ts'
import type { LiveWorld } from './live-world.ts'
import type { Live } from './live.ts'
import type { Outbound, Sender } from './outbound.ts'
import type { ActorTrace } from './trace.ts'

/** Names are written with colons, so that they can stand in a path. */
const outboundId = ({ roomId }: Outbound): string => `outbound:${roomId}`
const egressId = ({ outbound, platform }: Sender): string => `egress:${outbound.roomId}:${platform}`

export const actorsOf = (world: LiveWorld): ReturnType<Live['Service']['actors']> =>
  [...world.outbounds.values()].flatMap((outbound) => {
    const { roomId, state, since, senders } = outbound
    return [
      {
        id: outboundId(outbound),
        machine: 'outbound' as const,
        roomId,
        state,
        since,
        next: ['egress.state_changed'],
      },
      ...[...senders.values()].map((sender) => ({
        id: egressId(sender),
        machine: 'egress' as const,
        roomId,
        state: sender.state,
        since: sender.since,
        next: eventsOf(sender.state),
      })),
    ]
  })

export const traceOf = (world: LiveWorld, id: string): ActorTrace | null => {
  const [machine, roomId = '', platform = ''] = id.split(':')
  const outbound = world.outbounds.get(roomId)
  if (machine === 'outbound' && platform === '') return outbound?.trace ?? null
  return machine === 'egress' ? (outbound?.senders.get(platform)?.trace ?? null) : null
}
