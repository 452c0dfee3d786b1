// The coarse word of the API for what a destination's machine is doing. The only place where it is derived.

import type { EgressState, EgressStatus } from './egress.ts'
import type { EgressFailure } from './egress-failures.ts'

export interface Coarse {
  readonly state: EgressState
  readonly errorCode: EgressFailure | null
  /** An egress of ours may still be sending. */
  readonly mayBeOnAir: boolean
}

/** While it is being stopped it is what the platform's viewers see, unless nobody can say any more. */
export const egressStatusOf = ({ state, errorCode, mayBeOnAir }: Coarse): EgressStatus => {
  switch (state) {
    case 'idle':
    case 'stopped':
      return 'stopped'
    case 'starting':
      // What ran before cannot be stopped, so nothing is started.
      return errorCode === 'stop_unconfirmed' ? 'error' : 'starting'
    case 'connecting':
      return 'starting'
    case 'live':
      return 'live'
    case 'reconnecting':
    case 'backoff':
    case 'failed':
      return 'error'
    case 'stopping':
      if (errorCode === 'stop_unconfirmed') return 'error'
      return mayBeOnAir ? 'live' : 'stopped'
  }
}
