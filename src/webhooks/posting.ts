// One message on its way to one receiver: a connection of its own to the address that was checked, one answer, of
// which the status counts and nothing else is kept. It follows no redirect and repeats nothing.

import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import * as Effect from 'effect/Effect'
import type { Delivery, DeliveryFailure } from '../domain/webhook.ts'
import { hostOf, portOf } from '../domain/webhook-url.ts'
import { reach, systemResolve, type Address, type Resolve } from './reaching.ts'

export interface PostOptions {
  readonly privateHosts: readonly string[]
  /** From the look-up of the name to the status of the answer. */
  readonly timeoutMs: number
  readonly userAgent: string
  readonly resolve?: Resolve
}

export type Post = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Effect.Effect<Delivery>

/** An answer is read this far, for politeness; nothing of it is kept. */
const ANSWER_MAX_BYTES = 64 * 1024
const ANSWER_MAX_MS = 1_000
const HEADERS_MAX_BYTES = 16 * 1024
const CERTIFICATE =
  /CERT|ERR_TLS|ERR_SSL|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|EPROTO|HOSTNAME_MISMATCH|INVALID_CA/

const failed = (
  code: DeliveryFailure,
  status: number | null = null,
  retryAfterMs: number | null = null,
): Delivery => ({ ok: false, code, status, retryAfterMs })

const codeOf = (error: unknown): DeliveryFailure => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (CERTIFICATE.test(code)) return 'certificate'
  return /^(?:ECONNRESET|EPIPE|HPE_)/.test(code) ? 'broken_off' : 'unreachable'
}

/** Seconds or a date. */
const retryAfterOf = ({ headers }: IncomingMessage, nowMs: number): number | null => {
  const text = headers['retry-after']
  if (text === undefined) return null
  const ms = /^[0-9]{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

const deliveryOf = (answer: IncomingMessage): Delivery => {
  const status = answer.statusCode ?? 0
  if (status >= 200 && status < 300) return { ok: true, status }
  const retryAfterMs = retryAfterOf(answer, Date.now())
  if (status >= 300 && status < 400) return failed('redirected', status)
  if (status === 410) return failed('gone', status)
  if (status === 429) return failed('limited', status, retryAfterMs)
  if (status === 408 || status === 425) return failed('failing', status, retryAfterMs)
  if (status >= 400 && status < 500) return failed('refused', status, retryAfterMs)
  return status >= 500 ? failed('failing', status, retryAfterMs) : failed('unexpected', status)
}

/** A receiver that is read to its end is not told that the connection broke; one that talks on is not heard. */
const letTalk = (answer: IncomingMessage): void => {
  let left = ANSWER_MAX_BYTES
  const timer = setTimeout(() => answer.destroy(), ANSWER_MAX_MS)
  answer.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) answer.destroy()
  })
  answer.on('error', () => undefined)
  answer.once('close', () => clearTimeout(timer))
}

const pinnedTo =
  ({ address, family }: Address): LookupFunction =>
  (_, options, done) =>
    options.all === true ? done(null, [{ address, family }]) : done(null, address, family)

const ask = (
  url: URL,
  address: Address,
  headers: Readonly<Record<string, string>>,
  body: string,
): Effect.Effect<Delivery> =>
  Effect.callback<Delivery>((resume) => {
    const host = hostOf(url) ?? ''
    const options: RequestOptions & { readonly servername?: string } = {
      host,
      port: portOf(url),
      path: url.pathname + url.search,
      method: 'POST',
      // A pool would hand out connections that were made to addresses of another attempt.
      agent: false,
      lookup: pinnedTo(address),
      maxHeaderSize: HEADERS_MAX_BYTES,
      headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
      ...(url.protocol === 'https:' && isIP(host) === 0 && { servername: host }),
    }
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(options)
    request.once('response', (answer) => {
      letTalk(answer)
      resume(Effect.succeed(deliveryOf(answer)))
    })
    request.on('upgrade', (_, socket) => {
      socket.destroy()
      resume(Effect.succeed(failed('unexpected', 101)))
    })
    request.on('error', (error) => resume(Effect.succeed(failed(codeOf(error)))))
    request.end(body)
    return Effect.sync(() => void request.destroy())
  })

/** Never fails: what goes wrong is what the delivery came to. */
export const makePost =
  ({ privateHosts, timeoutMs, userAgent, resolve = systemResolve }: PostOptions): Post =>
  (url, headers, body) =>
    Effect.gen(function* () {
      const reached = yield* Effect.promise(() => reach(url, privateHosts, resolve))
      if (!reached.ok) return failed(reached.code)
      const all = { ...headers, 'content-type': 'application/json', 'user-agent': userAgent }
      return yield* ask(url, reached.address, all, body)
    }).pipe(Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.succeed(failed('timeout')) }))
