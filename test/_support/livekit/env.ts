// What the product is started with to meet the stand-in: where it is, which loopback ingests it may send to, and
// times so short that an evening of retries passes in seconds.

import type { LiveKitStandIn } from './standin.ts'

export const SHORT_EGRESS = {
  EGRESS_BACKOFF_BASE_MS: '100',
  EGRESS_BACKOFF_CAP_MS: '800',
  EGRESS_STABLE_MS: '300',
  EGRESS_POLL_MS: '300',
} as const

export interface IngestAddress {
  readonly port: number
}

export const livekitEnv = (
  livekit: Pick<LiveKitStandIn, 'env'>,
  ingests: readonly IngestAddress[] = [],
): Readonly<Record<string, string>> => ({
  ...livekit.env,
  ...SHORT_EGRESS,
  ...(ingests.length === 0
    ? {}
    : { RTMP_PRIVATE_HOSTS: ingests.map(({ port }) => `127.0.0.1:${port}`).join(',') }),
})
