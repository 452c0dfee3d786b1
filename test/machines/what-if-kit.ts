// What a room remembers that was only watched so far.

import { contextOf } from '../../src/machines/room-rules.ts'

export const CASES_INPUT: Readonly<Record<string, unknown>> = {
  ...contextOf({
    roomId: 'r1',
    monitor: true,
    quarantined: false,
    cooldown: null,
    adopt: null,
    times: {
      resumeWindowMs: 120_000,
      drainTimeoutMs: 1_500,
      cooldownMs: 5_000,
      manualCooldownMs: 900_000,
      archiveRetryBaseMs: 100,
      archiveRetryCapMs: 1_000,
    },
  }),
}
