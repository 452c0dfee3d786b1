// Where a webhook may lead, as far as its address says so, and how the address is shown. What its name resolves to
// is checked again before each connection, in `webhooks/reaching.ts`.

import * as Result from 'effect/Result'
import { isListed, isPublic, plainHost } from './public-hosts.ts'
import { WEBHOOK_LIMITS } from './webhook.ts'

const LOWEST_OTHER_PORT = 1_024
const SHOWN_WHOLE = 12

export const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)

/** The host without brackets, in its plain form; null when it is not written in one. */
export const hostOf = ({ hostname }: URL): string | null => plainHost(hostname)

/** Whether whoever runs this server said that this host and port are all right, whatever they are. */
export const isOurs = (url: URL, privateHosts: readonly string[]): boolean => {
  const host = hostOf(url)
  return host !== null && isListed(host, portOf(url), privateHosts)
}

/** The address, or what would be right. */
export const webhookUrl = (text: string, privateHosts: readonly string[]): Result.Result<URL, string> => {
  if (text.length > WEBHOOK_LIMITS.urlCharacters || !/^[\x21-\x7e]+$/.test(text)) {
    return Result.fail(`an address of up to ${WEBHOOK_LIMITS.urlCharacters} printable ASCII characters`)
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) return Result.fail('an https address')
  if (url.username !== '' || url.password !== '') return Result.fail('an address without a user or password')
  if (url.hash !== '') return Result.fail('an address without a fragment')
  const host = hostOf(url)
  if (host === null) return Result.fail('a host name or address in its plain form')
  if (isOurs(url, privateHosts)) return Result.succeed(url)
  if (!isPublic(host)) {
    return Result.fail('a host in the public internet, or one that WEBHOOK_PRIVATE_HOSTS lists')
  }
  if (url.protocol !== 'https:') return Result.fail('an https address')
  const port = portOf(url)
  return port === 443 || port >= LOWEST_OTHER_PORT
    ? Result.succeed(url)
    : Result.fail(`port 443, or one from ${LOWEST_OTHER_PORT} on`)
}

/** What may be shown of it: the origin, and of what comes after no more than the end. */
export const shownUrl = (url: URL): string => {
  const rest = url.pathname + url.search
  return rest.length < SHOWN_WHOLE ? url.origin + rest : `${url.origin}/…${rest.slice(-4)}`
}
