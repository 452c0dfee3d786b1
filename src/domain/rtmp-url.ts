// The rules of RTMP addresses, without their stream key: what an owner may give, and how address and key are
// joined for LiveKit. Nothing here repeats what was sent.

import * as Result from 'effect/Result'
import { isListed, isPublic, plainHost } from './public-hosts.ts'

export const RTMP_URL_MAX = 2_048

/** An address as it is kept: scheme and host in lower case, no slash at the end. */
export interface RtmpAddress {
  readonly url: string
  readonly host: string
}

const PRINTABLE = /^[\x21-\x7e]+$/
const SCHEME = /^rtmps?:\/\//i
const PARTS = /^(rtmps?):\/\/(\[[0-9a-f:.]*\]|[^/?#:[\]]*)(?::([0-9]{1,5}))?(\/[^?#]*)?(?:\?([^#]*))?$/i
// What else is printable has a meaning to some reader of addresses or none at all.
const SEGMENT = /^[A-Za-z0-9._~!$&'()*+,;=:-]+$/
const DEFAULT_PORTS = { rtmp: 1_935, rtmps: 443 } as const

/** The forms of YouTube's, Twitch's, IVS's, Facebook's and Restream's keys. */
const KEY_FORMS = [
  /^[a-z0-9]{4}(?:-[a-z0-9]{4}){3,}$/i,
  /^live_[0-9]+_/i,
  /^sk_[a-z]{2}-/i,
  /^FB-[0-9]/,
  /^re_[0-9]+_/i,
]
const SECRET_NAMES =
  /^(?:key|stream_?key|token|auth.*|secret|pass(?:word|wd)?|sig(?:nature)?|sign|tx_?secret)$/i

/** Long, of one piece, and back and forth between letters and digits: nobody calls an application so. */
const isRandom = (text: string): boolean =>
  text.length >= 16 &&
  /^[\w-]+$/.test(text) &&
  (text.match(/[a-z](?=[0-9])|[0-9](?=[a-z])/gi)?.length ?? 0) >= 4

const looksLikeKey = (text: string): boolean => KEY_FORMS.some((form) => form.test(text)) || isRandom(text)

/** Hosts of platforms that have one application each: what comes after it can only be the key. */
const ONE_SEGMENT = /(?:^|\.)(?:youtube\.com|twitch\.tv|live-video\.net|facebook\.com)$/

const holdsKey = (host: string, segments: readonly string[], query: string | undefined): boolean =>
  (ONE_SEGMENT.test(host) && segments.length > 1) ||
  segments.some(looksLikeKey) ||
  (query ?? '').split('&').some((pair) => {
    const [name = '', value = ''] = pair.split('=', 2)
    return SECRET_NAMES.test(name) || looksLikeKey(value) || looksLikeKey(name)
  })

const fail = (expected: string) => Result.fail(expected)

/**
 * The address in what was given, or what would be right instead. Hosts that are not public are refused unless
 * `privateHosts` lists them (`host` or `host:port`, in lower case).
 */
export const rtmpAddress = (
  text: string,
  privateHosts: readonly string[],
): Result.Result<RtmpAddress, string> => {
  if (text.length > RTMP_URL_MAX) return fail(`an address of up to ${RTMP_URL_MAX} characters`)
  if (!PRINTABLE.test(text)) return fail('an address in printable ASCII, an international host as xn--')
  if (!SCHEME.test(text)) return fail('an address that starts with rtmp:// or rtmps://')
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) return fail('an address without a user or password')
  const [, scheme = '', hostText = '', portText, path = '', query] = PARTS.exec(text) ?? []
  const host = plainHost(hostText)
  if (host === null) return fail('a host name or address in its plain form')
  const secure = scheme.toLowerCase() === 'rtmps' ? 'rtmps' : 'rtmp'
  const port = portText === undefined ? DEFAULT_PORTS[secure] : Number(portText)
  if (port < 1 || port > 65_535) return fail('a port from 1 to 65535')
  if (!isListed(host, port, privateHosts) && !isPublic(host)) {
    return fail('a host in the public internet, or one that RTMP_PRIVATE_HOSTS lists')
  }
  const segments = path.replace(/\/$/, '').split('/').slice(1)
  if (segments.length === 0 || segments[0] === '') return fail('an application after the host, like /live2')
  if (!segments.every((segment) => SEGMENT.test(segment) && !/^\.{1,2}$/.test(segment))) {
    return fail('a path of plain segments, without % escapes')
  }
  if (query !== undefined && (!SEGMENT.test(query) || path.endsWith('/'))) {
    return fail('a plain query right after the application, like /live2?backup=1')
  }
  if (holdsKey(host, segments, query))
    return fail('the address alone: the stream key goes into its own field')
  const written = hostText.toLowerCase() + (portText === undefined ? '' : `:${port}`)
  const rest = `/${segments.join('/')}${query === undefined ? '' : `?${query}`}`
  return Result.succeed({ url: `${secure}://${written}${rest}`, host })
}

/** The host of an address that is kept. */
export const rtmpHost = (url: string): string => /^rtmps?:\/\/(\[[^\]]*\]|[^/?#:]*)/.exec(url)?.[1] ?? ''

/**
 * Address and key as LiveKit takes them: everything after the last slash is the key, and it is the part that
 * LiveKit shortens when it shows the address. So a query of the application stays before the slash
 * (`…/live2?backup=1/KEY`), and a key has no slash. How GStreamer's rtmp2sink cuts an address with a query was not
 * tried: YouTube's backup address is an option, never a default.
 */
export const joinKey = (url: string, key: string): string => `${url}/${key}`
