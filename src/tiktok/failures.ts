// What went wrong, in the domain's words: every failure of TikTok or the sign server becomes a TikTokError here.
// Messages are made of our own words and codes. What another server said is added only after scrubbing.

import { TikTokError } from '../domain/errors.ts'

export type FailureCode = TikTokError['code']

export const failure = (code: FailureCode, message: string, retryAfterMs?: number): TikTokError =>
  new TikTokError(retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs })

const SHORT = 160

/** A foreign text made safe to keep: one line, bounded, no queries, cookies, credentials or known secrets. */
export const scrub = (text: string, secrets: readonly string[] = []): string => {
  let clean = text.slice(0, 2_000)
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '[hidden]')
  return clean
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/\b([a-z][a-z0-9+.-]{1,12}:\/\/)[^\s/@]{1,300}@/gi, '$1')
    .replaceAll(/\?[^\s"'<>)]{1,2000}/g, '?…')
    .replaceAll(/\b(bearer|basic)\s+\S+/gi, '$1 [hidden]')
    .replaceAll(
      /\b((?:x-)?(?:api|jwt|sign)[-_]?key|apikey|token|sessionid\w*|sid_\w+|ttwid|msToken|odin_tt|cookie)(["']?\s*[=:]\s*)[^\s;,&]+/gi,
      '$1$2[hidden]',
    )
    .trim()
    .slice(0, SHORT)
}

/** The system's code of an error (`ECONNREFUSED`, `ENOTFOUND`), looked for through its causes; else its kind. */
export const codeOf = (error: unknown): string => {
  let at: unknown = error
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth += 1) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(at.code)) return at.code
    if ('errors' in at && Array.isArray(at.errors) && at.errors.length > 0) at = at.errors[0]
    else at = 'cause' in at ? at.cause : null
  }
  if (!(error instanceof Error)) return 'unknown'
  // The library wraps some errors in its own and keeps only their text.
  return /\bE[A-Z]{4,30}\b/.exec(error.message.slice(0, 500))?.[0] ?? scrub(error.name).slice(0, 40)
}

/** What the sign server answered, as it came. */
export interface SignAnswer {
  readonly status: number
  readonly header: (name: string) => string | null
  readonly body: Uint8Array
}

const DAY = 86_400_000
const bounded = (ms: number): number | null =>
  Number.isFinite(ms) && ms > 0 ? Math.min(Math.ceil(ms), DAY) : null

/** Seconds from now, or an absolute time as a date or in epoch seconds or milliseconds. */
const waitOf = (value: unknown, now: number): number | null => {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const n = Number(value)
  if (value === '' || Number.isNaN(n)) return bounded(Date.parse(String(value)) - now)
  if (n > 1e12) return bounded(n - now)
  return n > 1e9 ? bounded(n * 1_000 - now) : bounded(n * 1_000)
}

const objectIn = (body: Uint8Array): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body.subarray(0, 65_536)).toString('utf8'))
    return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {}
  } catch {
    return {}
  }
}

/** How long a 429 asks to wait: the longest of what its headers and its body say, never the shorter. */
export const retryAfterOf = (answer: SignAnswer, now: number): number | undefined => {
  const body = objectIn(answer.body)
  const said = [
    waitOf(answer.header('retry-after'), now),
    waitOf(body['retry_after'], now),
    waitOf(body['retryAfter'], now),
  ].filter((wait) => wait !== null)
  // A reset time ends the whole window and so may be later than what was asked for; it counts when nothing else does.
  const reset = [answer.header('x-ratelimit-reset'), body['reset_at'], body['resetTime']]
    .map((value) => waitOf(value, now))
    .filter((wait) => wait !== null)
  const waits = said.length > 0 ? said : reset
  return waits.length > 0 ? Math.max(...waits) : undefined
}

/**
 * Why a sign request brought no socket address. `answer` is null when none arrived; `error` is what the library
 * made of it and is not trusted beyond its code: for short 429 messages it fails with a RangeError of its own.
 */
export const signFailure = (
  answer: SignAnswer | null,
  error: unknown,
  context: { readonly now: number; readonly timedOut: boolean; readonly secrets: readonly string[] },
): TikTokError => {
  if (context.timedOut) return failure('sign_unavailable', 'the sign server did not answer in time')
  if (answer === null)
    return failure('sign_unavailable', `the sign server could not be reached (${codeOf(error)})`)
  const { status } = answer
  const message = objectIn(answer.body)['message']
  const said = typeof message === 'string' && message !== '' ? `: ${scrub(message, context.secrets)}` : ''
  if (status === 429) {
    return failure('sign_rate_limited', `the sign server limits us${said}`, retryAfterOf(answer, context.now))
  }
  if (status === 401 || status === 402 || status === 403) {
    return failure('sign_refused', `the sign server refused with ${status}${said}`)
  }
  if (status === 404) return failure('bad_answer', `the sign server does not know this broadcast${said}`)
  if (status !== 200) return failure('sign_unavailable', `the sign server answered ${status}${said}`)
  if (answer.body.length === 0) return failure('sign_unavailable', 'the sign server answered with nothing')
  if (answer.header('x-set-tt-cookie') === null) {
    const handshake = answer.header('handshake-msg')
    const why = handshake === null ? '' : `: ${scrub(handshake, context.secrets)}`
    return failure('sign_unavailable', `the sign server gave no cookie${why}`)
  }
  return failure('sign_unavailable', `the sign server's answer could not be read (${codeOf(error)})`)
}
