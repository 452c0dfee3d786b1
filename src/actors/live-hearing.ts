// What is heard of LiveKit by others than the supervision, webhooks above all: whose it is, and what it changes.

import type { EgressView } from '../domain/egress.ts'
import type { Holding } from '../egress/holding.ts'
import type { Live } from './live.ts'
import type { LiveWorld } from './live-world.ts'

type Hearing = Pick<Live['Service'], 'observe' | 'notice' | 'roomOf'>

export const makeHearing = (
  world: LiveWorld,
  catchStrays: (views: readonly EgressView[]) => void,
): Hearing => {
  const { sightings, holdings } = world

  /** It may have an egress whose id is not known yet: webhooks can be faster than the answer to our start. */
  const isExpecting = ({ flight, lost, suspectUntilMs }: Holding): boolean =>
    flight !== null || lost !== null || world.monotonicMs() < suspectUntilMs

  const only = (roomIds: readonly string[]): string | null => {
    const [first, ...others] = new Set(roomIds)
    return first === undefined || others.length > 0 ? null : first
  }

  return {
    observe: (view, source) => {
      sightings.see(view, source, world.now())
      if (holdings.everOf(view.egressId) !== null) return true
      catchStrays([view])
      return [...holdings.all].some(
        (holding) => isExpecting(holding) && holdings.strays(holding, [view]).length > 0,
      )
    },
    notice: (egressId, isPresent) => {
      if (holdings.ownerOf(egressId) !== null) sightings.notice(egressId, isPresent, world.now())
    },
    roomOf: (livekitRoom, egressId) => {
      if (egressId === null) {
        const rooms = [...world.outbounds.values()].filter((room) => room.livekitRoom === livekitRoom)
        return only(rooms.map(({ roomId }) => roomId))
      }
      const owner = holdings.everOf(egressId)
      if (owner !== null) return owner.roomId
      const expecting = [...holdings.all].filter(
        (holding) => holding.roomName === livekitRoom && isExpecting(holding),
      )
      return only(expecting.map(({ roomId }) => roomId))
    },
  }
}
