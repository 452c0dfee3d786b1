// The room machine as a graph: what each state listens to and where it leads. Read from the machine itself, for
// answers, documents and tests; nothing decides by it.

import type { AnyStateNode } from 'xstate'
import { ROOM_STATES, type RoomState } from '../domain/room.ts'
import { roomMachine } from './room.machine.ts'

const nodeOf = (path: string): AnyStateNode => {
  let node: AnyStateNode = roomMachine.root
  for (const key of path.split('.')) {
    const child: AnyStateNode | undefined = node.states[key]
    if (child === undefined) throw new Error(`room.machine has no state ${path}`)
    node = child
  }
  return node
}

/** From the state itself up to the machine. */
const withAncestors = (node: AnyStateNode): readonly AnyStateNode[] =>
  node.parent === undefined ? [node] : [node, ...withAncestors(node.parent)]

const isOwn = (event: string): boolean => event !== '' && !event.startsWith('xstate.')

const listening = new Map<RoomState, readonly string[]>(
  ROOM_STATES.map((state) => [
    state,
    [...new Set(withAncestors(nodeOf(state)).flatMap(({ ownEvents }) => ownEvents))].filter(isOwn).toSorted(),
  ]),
)

/** The events a room in this state listens to; whether one leads on may still depend on its context. */
export const eventsIn = (state: RoomState): readonly string[] => listening.get(state) ?? []
