// Which LiveKit there is: the one that is configured, through its SDK, which is loaded then and only then, or none.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import type { Config } from '../config.ts'
import { addressInViews } from './livekit-addresses.ts'
import { LiveKit, unconfigured } from './livekit.ts'
import type { Scrubber } from './scrub.ts'

const nothing: LiveKit['Service'] = {
  configured: false,
  start: () => Effect.fail(unconfigured()),
  listActive: () => Effect.fail(unconfigured()),
  find: () => Effect.fail(unconfigured()),
  stop: () => Effect.fail(unconfigured()),
  redact: (streamUrl) => addressInViews(Redacted.value(streamUrl)),
}

/** Without configuration every request fails as `unconfigured`. */
export const liveKitLive = (config: Config['livekit'], scrubber: Scrubber): Layer.Layer<LiveKit> =>
  config === null
    ? Layer.succeed(LiveKit, nothing)
    : Layer.effect(
        LiveKit,
        Effect.map(
          Effect.promise(() => import('./livekit-sdk.ts')),
          ({ makeLiveKit }) => makeLiveKit(config, scrubber),
        ),
      )
