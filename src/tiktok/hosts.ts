// Which hosts a request or a socket may go to, and where TikTok's own hosts really are.
// The sign server decides the socket's address, so its answer is checked here before anything is opened.

/** Where TikTok and the sign server are: their real addresses, or stand-ins of a test. */
export interface Origins {
  readonly origin: string
  readonly webcastOrigin: string
  readonly signApiUrl: string
}

export const WEB_HOST = 'www.tiktok.com'
export const WEBCAST_HOST = 'webcast.tiktok.com'

/** TikTok's domains: pages and sockets are served below `tiktok.com` and its regional twins. */
const DOMAINS = ['tiktok.com', 'tiktokv.com', 'tiktokv.us']

const isTikTok = (hostname: string): boolean =>
  DOMAINS.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))

const parse = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null)

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)

const isLoopbackUrl = (text: string): boolean => {
  const url = parse(text)
  return url !== null && isLoopback(url.hostname)
}

/**
 * The socket address as it may be used, or null when it must not be: `wss:` on a TikTok domain at the standard
 * port, without credentials, query or fragment. A loopback `ws:` is let through only when TikTok and the sign
 * server are themselves configured to loopback, which is how tests and the demo run.
 */
export const socketAddress = (pushServer: string, origins: Origins): string | null => {
  const url = parse(pushServer)
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return null
  }
  const standIn =
    url.protocol === 'ws:' &&
    isLoopback(url.hostname) &&
    isLoopbackUrl(origins.origin) &&
    isLoopbackUrl(origins.signApiUrl)
  const real = url.protocol === 'wss:' && url.port === '' && isTikTok(url.hostname)
  return standIn || real ? `${url.protocol}//${url.host}${url.pathname}` : null
}

/** A host named in a message: what was refused, without path, query or credentials. */
export const hostOf = (text: string): string => parse(text)?.host.slice(0, 100) || 'an unreadable address'

/**
 * Where a request that the library made for one of TikTok's hosts really goes, or null when it may not go at all.
 * The library asks for plain http (2.5.0 has the choice of scheme the wrong way round), and with it cookies would
 * travel in clear; so the scheme is always that of the configured origin, https for the real one. Redirects pass
 * here too.
 */
export const requestAddress = (asked: URL, origins: Origins): URL | null => {
  const move = (origin: string) => {
    const base = parse(origin)
    return (
      base && new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}${asked.pathname}${asked.search}`)
    )
  }
  if (asked.hostname === WEB_HOST) return move(origins.origin)
  if (asked.hostname === WEBCAST_HOST) return move(origins.webcastOrigin)
  if ([origins.origin, origins.webcastOrigin].some((origin) => parse(origin)?.origin === asked.origin))
    return asked
  if (!isTikTok(asked.hostname) || asked.port !== '') return null
  return new URL(`https://${asked.host}${asked.pathname}${asked.search}`)
}
