// One request to a platform's API: with a limit of time and of size, to no other host than was meant, and with
// nothing of the answer or of the credentials in what fails.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { probeError, type ProbeError } from './probe.ts'

export interface ProbeLimits {
  /** From the request to the last byte of its answer. */
  readonly answerMs: number
  readonly bytesMax: number
}

export const PROBE_LIMITS: ProbeLimits = { answerMs: 5_000, bytesMax: 1_048_576 }

/** Longer wishes to be left alone are not granted: credentials and quotas change. */
const REST_MAX_MS = 3_600_000

export interface Asked {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as a form by POST; without it the request is a GET. */
  readonly form?: Readonly<Record<string, string>>
}

/** An answer with JSON in it, whatever its status; `body` is undefined when it is not JSON. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly retryAfterMs: number | null
}

class TooLarge extends Error {}

const textOf = async (response: Response, bytesMax: number): Promise<string> => {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks).toString()
    size += value.byteLength
    if (size > bytesMax) {
      void reader.cancel().catch(() => undefined)
      throw new TooLarge()
    }
    chunks.push(value)
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds or a date in `Retry-After`; Twitch says a Unix time in `Ratelimit-Reset`. */
const restOf = (headers: Headers, status: number, now: number): number | null => {
  const after = headers.get('retry-after')?.trim() ?? ''
  const reset = status === 429 ? (headers.get('ratelimit-reset')?.trim() ?? '') : ''
  let ms = Number.NaN
  if (/^\d{1,9}$/.test(after)) ms = Number(after) * 1_000
  else if (/^[A-Z][a-z]{2}, \d{2} /.test(after)) ms = Date.parse(after) - now
  else if (/^\d{1,12}$/.test(reset)) ms = Number(reset) * 1_000 - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), REST_MAX_MS) : null
}

const failureOf = (error: unknown): ProbeError => {
  if (error instanceof TooLarge) return probeError('platform_bad_answer')
  const name = error instanceof Error ? error.name : ''
  return probeError(
    name === 'TimeoutError' || name === 'AbortError' ? 'platform_timeout' : 'platform_unreachable',
  )
}

/** Fails only when no answer arrived; a status that says no is an answer. */
export const ask = (
  { url, headers = {}, form }: Asked,
  { answerMs, bytesMax }: ProbeLimits = PROBE_LIMITS,
): Effect.Effect<Answer, ProbeError> =>
  Clock.clockWith((clock) =>
    Effect.tryPromise({
      try: async (signal) => {
        const response = await fetch(url, {
          headers: { accept: 'application/json', ...headers },
          // A redirect would take the credentials along to somebody else.
          redirect: 'error',
          signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
          ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
        })
        const text = await textOf(response, bytesMax)
        const { status } = response
        const retryAfterMs = restOf(response.headers, status, clock.currentTimeMillisUnsafe())
        return { status, body: jsonOf(text), retryAfterMs }
      },
      catch: failureOf,
    }),
  )

/** What a status means wherever it comes from; null for those that have no meaning of their own. */
export const troubleOf = ({ status, retryAfterMs }: Answer): ProbeError | null => {
  if (status === 401) return probeError('platform_credentials_refused', retryAfterMs)
  if (status === 403) return probeError('platform_forbidden', retryAfterMs)
  if (status === 429) return probeError('platform_rate_limited', retryAfterMs)
  if (status >= 500) return probeError('platform_error', retryAfterMs)
  return status === 200 ? null : probeError('platform_bad_answer', retryAfterMs)
}
