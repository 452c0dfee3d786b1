// What the egress machine is made of: its types, the actors that others provide, its guards, its delays, and the
// small assignments its transitions share. Which state uses them is in `egress.machine.ts`.

import { setup } from 'xstate'
import type { AttemptPort, EgressContext, EgressEvent, EgressInput, StopPort } from './egress-events.ts'
import { clampMs, count, givenUp, heard, UNTRIED } from './egress-rules.ts'

type Told = { readonly context: EgressContext; readonly event: EgressEvent }

export const egress = setup({
  types: {} as { input: EgressInput; context: EgressContext; events: EgressEvent },
  actors: {
    attempt: {} as AttemptPort,
    stop: {} as StopPort,
  },
  guards: {
    wasStarting: ({ context }: Told) => context.resume === 'starting',
    wasWaiting: ({ context }: Told) => context.resume === 'backoff',
    hadFailed: ({ context }: Told) => context.resume === 'failed',
    wasStopping: ({ context }: Told) => context.resume === 'stopping',
    wasStopped: ({ context }: Told) => context.resume === 'stopped',
    tooSoon: ({ event }: Told) => 'wait' in event && event.wait !== null,
    givenUp: ({ context, event }: Told) =>
      event.type === 'attempt.ended' && givenUp(context, event.code) !== null,
    forced: ({ event }: Told) => event.type === 'egress.start' && event.force,
    forcedTooSoon: ({ event }: Told) => event.type === 'egress.start' && event.force && event.wait !== null,
    wanted: ({ context }: Told) => context.wanted && context.wait === null,
    wantedLater: ({ context }: Told) => context.wanted,
    unconfirmed: ({ context }: Told) => context.errorCode === 'stop_unconfirmed',
  },
  delays: {
    wait: ({ context }) => clampMs(context.wait?.delayMs ?? 0),
    anew: ({ context }) => clampMs(context.anewMs),
  },
})

export const hear = egress.assign(({ event }) => heard(event))
/** A person's command: nothing that failed before counts any more. */
export const anew = egress.assign(({ event }) => ({ ...UNTRIED, ...heard(event) }))
export const begin = egress.assign(({ context }) => ({ attempt: context.attempt + 1, wait: null }))
/** A minute on air without a failure: the attempt that runs is the first again. */
export const settle = egress.assign({ ...UNTRIED, attempt: 1 })
export const endTry = egress.assign(({ context, event }) =>
  event.type === 'attempt.ended'
    ? {
        ...count(context, event.code),
        errorCode: givenUp(context, event.code) ?? event.code,
        wait: givenUp(context, event.code) === null ? event.wait : null,
      }
    : {},
)
export const accept = egress.assign(({ event }) =>
  event.type === 'attempt.accepted' ? { egressId: event.egressId, overQuota: 0 } : {},
)
export const goLive = egress.assign(({ context, event }) => ({
  errorCode: null,
  ...(event.type === 'attempt.live' && { liveSince: context.liveSince ?? event.at }),
}))
export const offAir = egress.assign({ egressId: null, liveSince: null })
export const startAttempt = egress.spawnChild('attempt', {
  id: 'attempt',
  input: ({ context: { key, generation } }) => ({ key, generation }),
})
export const stopAttempt = egress.stopChild('attempt')
