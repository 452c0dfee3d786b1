// One YouTube for all tests of a file, whole again after each of them, and a probe that asks it.

import * as Redacted from 'effect/Redacted'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { youtubeProbe } from '../../../src/egress/probes/youtube.ts'
import { startYouTube, type YouTubeStandIn } from '../../_support/platforms/youtube.ts'
import { destination, LIMITS, type Probe, scrubber } from './kit.ts'

export const STREAMS = '/youtube/v3/liveStreams'
export const BROADCASTS = '/youtube/v3/liveBroadcasts'
export const KEY = 'abcd-efgh-ijkl-mnop-qrst'
export const HOUR = 3_600_000
export const here = destination('youtube', KEY)

export let youtube: YouTubeStandIn

/** To be called once a file. */
export const useYouTube = (): void => {
  beforeAll(async () => {
    youtube = await startYouTube()
  })
  afterAll(() => youtube.close())
  afterEach(() => {
    youtube.mend()
    youtube.streams.splice(0)
    youtube.questions.splice(0)
    youtube.fired.splice(0)
    youtube.units = 0
    youtube.unitsMax = 10_000
    youtube.pageSize = 50
  })
}

export const prober = (
  more: { refreshToken?: string; clientSecret?: string; apiOrigin?: string } = {},
  limits = LIMITS,
): Probe => {
  const { credentials, origin } = youtube
  return youtubeProbe(
    {
      apiOrigin: more.apiOrigin ?? origin,
      tokenOrigin: origin,
      clientId: credentials.clientId,
      clientSecret: Redacted.make(more.clientSecret ?? credentials.clientSecret),
      refreshToken: Redacted.make(more.refreshToken ?? credentials.refreshToken),
    },
    scrubber,
    limits,
  )
}
