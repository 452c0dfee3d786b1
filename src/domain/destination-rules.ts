// The rules of destinations: where the known platforms take a stream, which keys and sources can be, and which
// hosts one key may go to. Addresses are in `rtmp-url.ts`, encodings in `encoding-presets.ts`.

import * as Redacted from 'effect/Redacted'
import * as Result from 'effect/Result'
import { PLATFORM, type Destination, type KnownPlatform, type Source } from './destination.ts'
import { isListed, isPublic, plainHost } from './public-hosts.ts'
import { joinKey, rtmpHost } from './rtmp-url.ts'

interface Preset {
  readonly url: string
  /** A second ingest for the same key, where the platform has one. */
  readonly backupUrl: string | null
  /** Domains that are all the platform's own. */
  readonly domains: readonly string[]
}

/**
 * YouTube's RTMPS needs port 443 and its own names. Twitch's global ingest leads to the nearest one; it is not
 * one of the names for which LiveKit first asks Twitch for a list, which can hang.
 */
export const PLATFORM_PRESETS: Readonly<Record<KnownPlatform, Preset>> = {
  youtube: {
    url: 'rtmps://a.rtmps.youtube.com:443/live2',
    backupUrl: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1',
    domains: ['youtube.com'],
  },
  twitch: {
    url: 'rtmps://ingest.global-contribute.live-video.net:443/app',
    backupUrl: null,
    domains: ['twitch.tv', 'contribute.live-video.net', 'ingest.global-contribute.live-video.net'],
  },
}

export const presetFor = (platform: string): Preset | null =>
  platform === 'youtube' || platform === 'twitch' ? PLATFORM_PRESETS[platform] : null

/** Words that stand for several platforms in commands. */
const RESERVED: readonly string[] = ['both', 'all']

export const isPlatform = (text: string): boolean => PLATFORM.test(text) && !RESERVED.includes(text)

export const STREAM_KEY_MAX = 512
/** Shorter keys would lose too much of their secret with four characters. */
const LAST4_FROM = 12

/** What would be right instead, or null when it can be a stream key. */
export const streamKeyFault = (key: string): string | null => {
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > STREAM_KEY_MAX) {
    return `1 to ${STREAM_KEY_MAX} printable ASCII characters without spaces`
  }
  // What comes before a slash would be a part of the address to LiveKit, and shown.
  if (key.includes('/')) return 'the stream key alone: it has no slash'
  // LiveKit refuses such an address, and says it in clear.
  if (/%(?![0-9A-Fa-f]{2})/.test(key)) return 'a percent sign only before two hexadecimal digits'
  return null
}

export const keyLast4 = (key: string): string | null => (key.length >= LAST4_FROM ? key.slice(-4) : null)

/** The address with the key, as LiveKit is given it; null while there is no key. */
export const streamUrlOf = ({ url, key }: Destination): Redacted.Redacted<string> | null =>
  key === null ? null : Redacted.make(joinKey(url, Redacted.value(key)), { label: 'stream url' })

/**
 * Whether a key that was given for one address may be sent to another: the same host, or two hosts of the
 * platform's own. Otherwise whoever may change the address could have the key sent to a server of theirs.
 */
export const mayFollow = (platform: string, from: string, to: string): boolean => {
  const [before, after] = [rtmpHost(from), rtmpHost(to)]
  if (before === after) return true
  const domains = presetFor(platform)?.domains ?? []
  const isOwn = (host: string) => domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
  return isOwn(before) && isOwn(after)
}

export const DEFAULT_SOURCE: Source = { type: 'room', layout: 'speaker' }

const WEB_URL_MAX = 2_048
const IDENTITY_MAX = 256

/** The field of a source that is wrong, and what would be right. */
export interface SourceFault {
  readonly field: 'layout' | 'identity' | 'url'
  readonly expected: string
}

const webFault = (text: string, privateHosts: readonly string[]): string | null => {
  if (text.length > WEB_URL_MAX || !/^[\x21-\x7e]+$/.test(text)) {
    return `an address of up to ${WEB_URL_MAX} printable ASCII characters`
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) return 'an http or https address'
  if (url.username !== '' || url.password !== '') return 'an address without a user or password'
  const host = plainHost(url.hostname)
  if (host === null) return 'a host name or address in its plain form'
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  if (isListed(host, port, privateHosts) || isPublic(host)) return null
  return 'a host in the public internet, or one that RTMP_PRIVATE_HOSTS lists'
}

/** The source, if it can be one. */
export const checkSource = (
  source: Source,
  privateHosts: readonly string[],
): Result.Result<Source, SourceFault> => {
  if (source.type === 'room') {
    return /^[a-zA-Z0-9_-]{1,64}$/.test(source.layout)
      ? Result.succeed(source)
      : Result.fail({ field: 'layout', expected: '1 to 64 of letters, digits, "_" and "-"' })
  }
  if (source.type === 'participant') {
    return isLine(source.identity, IDENTITY_MAX)
      ? Result.succeed(source)
      : Result.fail({ field: 'identity', expected: `1 to ${IDENTITY_MAX} characters without controls` })
  }
  const expected = webFault(source.url, privateHosts)
  return expected === null ? Result.succeed(source) : Result.fail({ field: 'url', expected })
}

/** One line of text that stays one line everywhere. */
const isLine = (text: string, maximum: number): boolean =>
  text.length >= 1 && text.length <= maximum && text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)

export const LIVEKIT_ROOM_MAX = 256

/** What would be right instead, or null when LiveKit can have a room of this name. */
export const livekitRoomFault = (name: string): string | null =>
  isLine(name, LIVEKIT_ROOM_MAX) && name.trim() === name
    ? null
    : `1 to ${LIVEKIT_ROOM_MAX} characters without controls, and no blank at either end`
