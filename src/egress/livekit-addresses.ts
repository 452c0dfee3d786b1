// How LiveKit shows an address that something is sent to, and how one of ours looks there. Knows nothing of the SDK.

import { redactAddress } from './scrub.ts'

// LiveKit sends Twitch's streams to the ingest it finds best, whichever of Twitch's was asked for, and shows
// that one's address: of Twitch only the key tells one stream from another.
const TWITCH = /^rtmps?:\/\/[^/]*[.-]contribute\.live-video\.net(?::\d+)?\/app\//
export const comparable = (redacted: string): string =>
  redacted.replace(TWITCH, 'rtmps://contribute.live-video.net/app/')

/** How an address of ours looks in a view. */
export const addressInViews = (address: string): string => {
  const twitch = /^twitch:\/\/(.*)$/.exec(address)?.[1]
  if (twitch !== undefined) return redactAddress(`rtmps://contribute.live-video.net/app/${twitch}`)
  const mux = /^mux:\/\/(.*)$/.exec(address)?.[1]
  if (mux !== undefined) return redactAddress(`rtmps://global-live.mux.com:443/app/${mux}`)
  return comparable(redactAddress(address))
}
