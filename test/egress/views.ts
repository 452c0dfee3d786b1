// Views of egresses as LiveKit might give them, for tests of what is made of them.

import type { EgressView, StreamView } from '../../src/domain/egress.ts'

export const stream = (part: Partial<StreamView> = {}): StreamView => ({
  redactedUrl: 'rtmp://a.test/live/{abc...xyz}',
  status: 'active',
  startedAt: null,
  lastRetryAt: null,
  retries: 0,
  error: null,
  ...part,
})

export const view = (part: Partial<EgressView> = {}): EgressView => ({
  egressId: 'EG_1',
  roomName: 'stage',
  status: 'active',
  updatedAtNs: 1n,
  startedAt: 1_000,
  endedAt: null,
  errorCode: 0,
  error: null,
  details: null,
  streams: [stream()],
  ...part,
})
