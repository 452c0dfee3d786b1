// The cookie that says who is signed in: what it is called, how it is read and written, and for which requests it
// counts at all. A browser sends it by itself, so a change counts only when the browser says that a page of this
// very origin asks for it.

import type { Context } from 'hono'
import type { RequestEnv } from './request.ts'

type Headers = (name: string) => string | undefined

/** Cookies do not know ports: two servers on one host must not sign each other out. */
const nameFor = (header: Headers): string => {
  const port = /:([0-9]{1,5})$/.exec(header('host') ?? '')?.[1]
  return port === undefined ? 'roomkeeper' : `roomkeeper-${port}`
}

/** Browsers take a cookie of this name only from this host, over TLS. */
const SECURE = '__Host-'

const VALUE = /^rk_cs_[\w-]{1,200}$/

/** The text of the cookie that came along, or null. */
export const cookieIn = (c: Context<RequestEnv>): string | null => {
  const header: Headers = (name) => c.req.header(name)
  const sent = (header('cookie') ?? '').split(';').map((pair) => pair.trim())
  for (const name of [SECURE + nameFor(header), nameFor(header)]) {
    const value = sent.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
    if (value !== undefined && VALUE.test(value)) return value
  }
  return null
}

const isOwn = (origin: string, header: Headers, origins: ReadonlySet<string>): boolean =>
  origins.has(origin) ||
  (URL.canParse(origin) && header('host') !== undefined && new URL(origin).host === header('host'))

/**
 * Whether a page of this origin asks. `unsaid` when the client does not say: no browser of today is silent when
 * it changes something.
 */
export const originOf = (
  c: Context<RequestEnv>,
  origins: ReadonlySet<string>,
): 'same' | 'other' | 'navigation' | 'unsaid' => {
  const header: Headers = (name) => c.req.header(name)
  const site = header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' ? 'same' : site === 'none' ? 'navigation' : 'other'
  const origin = header('origin')
  if (origin === undefined) return 'unsaid'
  return isOwn(origin, header, origins) ? 'same' : 'other'
}

const isOverTls = (header: Headers): boolean => header('origin')?.startsWith('https://') ?? false

const write = (c: Context<RequestEnv>, value: string, maxAgeSeconds: number): string => {
  const header: Headers = (name) => c.req.header(name)
  const secure = isOverTls(header)
  const name = (secure ? SECURE : '') + nameFor(header)
  const parts = [`${name}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${maxAgeSeconds}`]
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ')
}

/** `Set-Cookie` of one that lasts for `ms`. */
export const setCookie = (c: Context<RequestEnv>, value: string, ms: number): string =>
  write(c, value, Math.max(0, Math.floor(ms / 1000)))

export const clearCookie = (c: Context<RequestEnv>): string => write(c, '', 0)
