// What every request passes before its route and every answer on its way out: the path must be written plainly,
// headers are counted, and answers say what a browser may do with them. It does not know who is asking.

import type { MiddlewareHandler } from 'hono'
import { Problem } from './problems.ts'
import type { RequestEnv } from './request.ts'

/** Names and values of all headers together are bounded by the server; this bounds their number. */
export const HEADERS_MAX = 100

// An encoded slash, backslash, dot, percent sign or control character has no plain use in a path of ours, and
// each has been used to make one reader see another path than the next. `//` and dot segments are the same.
const ODD = /%(?:2e|2f|5c|25|[01][0-9a-f]|7f)|\\|\/\/|\/\.{1,2}(?:\/|$)/i
const PATH_MAX = 2_048

const isPlain = (path: string): boolean => {
  if (path.length > PATH_MAX || ODD.test(path)) return false
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** The path as it came over the wire, before anything normalised it. */
const rawPath = (url: string): string => {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  return path.split(/[?#]/, 1)[0] ?? ''
}

const SECURITY = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, PUT, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, idempotency-key, last-event-id, range, if-range, if-none-match',
  'access-control-max-age': '600',
} as const

const EXPOSED =
  'retry-after, x-total-rows, x-estimated-bytes, content-disposition, etag, content-range, location'

export const guard = (): MiddlewareHandler<RequestEnv> => async (c, next) => {
  const incoming = c.env?.incoming
  if ((incoming?.rawHeaders.length ?? 0) / 2 > HEADERS_MAX) throw new Problem('headers_too_large')
  if (!isPlain(rawPath(incoming?.url ?? c.req.url))) throw new Problem('path_invalid')
  await next()
}

/** Sets what is not set yet; an answer that knows better keeps its own. */
export const dress = (response: Response, more: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries({ ...SECURITY, ...more })) {
    if (!response.headers.has(name)) response.headers.set(name, value)
  }
}

/** What a browser of this origin is told: nothing, unless the origin is listed. */
export const originHeaders = (
  origin: string | undefined,
  origins: ReadonlySet<string>,
): Readonly<Record<string, string>> => ({
  ...(origins.size === 0 ? {} : { vary: 'origin' }),
  ...(origin !== undefined && origins.has(origin)
    ? { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED }
    : {}),
})

export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = PREFLIGHT
