// What each state of the egress machine listens to, read from the machine itself, for answers and tests; nothing
// decides by it.

import { EGRESS_STATES, type EgressState } from '../domain/egress.ts'
import { egressMachine } from './egress.machine.ts'

const isOwn = (event: string): boolean => event !== '' && !event.startsWith('xstate.')

const listening = new Map<EgressState, readonly string[]>(
  EGRESS_STATES.map((state) => {
    const node = egressMachine.root.states[state]
    if (node === undefined) throw new Error(`egress.machine has no state ${state}`)
    return [state, node.ownEvents.filter(isOwn).toSorted()]
  }),
)

/** Whether one of these leads on may still depend on what the machine remembers. */
export const eventsOf = (state: EgressState): readonly string[] => listening.get(state) ?? []
