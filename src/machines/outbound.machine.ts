// What one room sends out, as a pure machine that is derived from its destinations: it decides nothing for them.

import { assign, setup } from 'xstate'
import type { EgressState, OutboundState } from '../domain/egress.ts'

type States = Readonly<Record<string, EgressState>>

export interface OutboundContext {
  /** The state of each destination, by platform. */
  readonly egresses: States
  /** Destinations that were in trouble and have not been on air since: another try is no recovery. */
  readonly troubled?: readonly string[]
}

export interface OutboundEvent {
  readonly type: 'egress.state_changed'
  readonly platform: string
  readonly state: EgressState
}

const OFF: readonly EgressState[] = ['idle', 'stopped']
const TROUBLED: readonly EgressState[] = ['reconnecting', 'backoff', 'failed']

/** Live as soon as one is, unless one that should be is in trouble. */
export const outboundStateOf = (egresses: States, troubled: readonly string[] = []): OutboundState => {
  const here = Object.entries(egresses).filter(([, state]) => !OFF.includes(state))
  const wanted = here.filter(([, state]) => state !== 'stopping')
  if (here.length === 0) return 'idle'
  if (wanted.length === 0) return 'stopping'
  if (wanted.some(([platform, state]) => TROUBLED.includes(state) || troubled.includes(platform))) {
    return 'degraded'
  }
  return wanted.some(([, state]) => state === 'live') ? 'live' : 'starting'
}

const isOnItsWay = (state: EgressState): boolean => state === 'starting' || state === 'connecting'

const after = (
  { egresses, troubled = [] }: OutboundContext,
  { platform, state }: OutboundEvent,
): Required<OutboundContext> => {
  const others = troubled.filter((other) => other !== platform)
  const isTroubled = TROUBLED.includes(state) || (isOnItsWay(state) && troubled.includes(platform))
  return {
    egresses: { ...egresses, [platform]: state },
    troubled: isTroubled ? [...others, platform] : others,
  }
}

const leads =
  (to: OutboundState) =>
  ({ context, event }: { readonly context: OutboundContext; readonly event: OutboundEvent }): boolean => {
    const { egresses, troubled } = after(context, event)
    return outboundStateOf(egresses, troubled) === to
  }

const outbound = setup({
  types: {} as { context: OutboundContext; events: OutboundEvent; input: OutboundContext },
  guards: {
    isIdle: leads('idle'),
    isStarting: leads('starting'),
    isLive: leads('live'),
    isDegraded: leads('degraded'),
    isStopping: leads('stopping'),
  },
})

const remember = assign<OutboundContext, OutboundEvent, undefined, OutboundEvent, never>(
  ({ context, event }) => after(context, event),
)

export const outboundMachine = outbound.createMachine({
  id: 'outbound',
  context: ({ input }) => input,
  initial: 'idle',
  on: {
    'egress.state_changed': [
      { guard: 'isIdle', target: '.idle', actions: remember },
      { guard: 'isStarting', target: '.starting', actions: remember },
      { guard: 'isLive', target: '.live', actions: remember },
      { guard: 'isDegraded', target: '.degraded', actions: remember },
      { guard: 'isStopping', target: '.stopping', actions: remember },
    ],
  },
  states: {
    /** Nothing is sent out. */
    idle: {},
    /** Something is on its way and nothing is in trouble. */
    starting: {},
    live: {},
    /** At least one destination is in trouble. */
    degraded: {},
    /** Nothing is wanted any more, and not everything has ended. */
    stopping: {},
  },
})
