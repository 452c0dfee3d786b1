// The rules of the egress machine that are plain functions: what a failed attempt means for the next one.
// When they apply is in `egress.machine.ts`; how long is waited is `egress/schedule.ts`.

import { EGRESS_FAILURES, type EgressFailure } from '../domain/egress-failures.ts'
import type { EgressContext, EgressEvent, EgressInput } from './egress-events.ts'

/** Refusals that are most likely to come again are tried this often. */
export const REFUSALS_MAX = 3
/** Starts in a row for which LiveKit had no room before a person has to look. */
export const OVER_QUOTA_MAX = 10

/** Node fires timers above 2^31 - 1 ms at once, so longer waits are cut there. */
export const clampMs = (ms: number): number => Math.max(0, Math.min(ms, 2_147_483_647))

type Counts = Pick<EgressContext, 'failures' | 'refusals' | 'overQuota'>

/** What is counted when an attempt has ended with this code. */
export const count = (context: Counts, code: EgressFailure): Counts => {
  const { again } = EGRESS_FAILURES[code]
  return {
    failures: context.failures + (again === 'retry' || again === 'few' ? 1 : 0),
    refusals: context.refusals + (again === 'few' ? 1 : 0),
    overQuota: code === 'quota_exceeded' ? context.overQuota + 1 : context.overQuota,
  }
}

/** The code that a person is shown, when nothing more is tried by itself; null when it is tried again. */
export const givenUp = (
  context: Counts & Pick<EgressContext, 'attemptsMax'>,
  code: EgressFailure,
): EgressFailure | null => {
  const { failures, refusals, overQuota } = count(context, code)
  switch (EGRESS_FAILURES[code].again) {
    case 'never':
      return code
    case 'few':
      return refusals >= REFUSALS_MAX || failures >= context.attemptsMax ? code : null
    case 'retry':
      return failures >= context.attemptsMax ? code : null
    case 'wait':
      return code === 'quota_exceeded' && overQuota >= OVER_QUOTA_MAX ? 'blocked_quota' : null
  }
}

/** The memory of a destination of which nothing has failed. */
export const UNTRIED = {
  attempt: 0,
  failures: 0,
  refusals: 0,
  overQuota: 0,
  errorCode: null,
  wait: null,
} as const satisfies Partial<EgressContext>

/** What an event brings along that is only remembered. */
export const heard = (event: EgressEvent): Partial<EgressContext> => ({
  ...('generation' in event && { generation: event.generation }),
  ...('wait' in event && { wait: event.wait }),
  ...('code' in event && { errorCode: event.code }),
})

export const contextOf = (input: EgressInput): EgressContext => ({
  ...input,
  failures: Math.max(0, input.attempt - 1),
  refusals: 0,
  overQuota: 0,
  egressId: null,
  wanted: false,
})
