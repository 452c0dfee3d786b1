// The platforms that can be asked, as one service: those whose credentials were given.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Config } from '../../config.ts'
import type { Scrubber } from '../scrub.ts'
import { PlatformProbe } from './probe.ts'
import { twitchProbe } from './twitch.ts'
import { youtubeProbe } from './youtube.ts'

type Ask = PlatformProbe['Service']['probe']

export const probesLive = (
  { youtube, twitch }: Config['probes'],
  scrubber: Scrubber,
): Layer.Layer<PlatformProbe> =>
  Layer.sync(PlatformProbe, () => {
    const probes = new Map<string, Ask>()
    if (youtube !== null) probes.set('youtube', youtubeProbe(youtube, scrubber))
    if (twitch !== null) probes.set('twitch', twitchProbe(twitch, scrubber))
    return {
      platforms: new Set(probes.keys()),
      probe: (destination, maxAgeMs) => {
        const ask = probes.get(destination.platform)
        if (ask !== undefined) return ask(destination, maxAgeMs)
        return Effect.die(new Error('a platform that cannot be asked'))
      },
    }
  })
