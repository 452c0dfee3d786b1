// The body of a request, counted while it arrives: what has no Content-Length is held to the same limit,
// and the first byte above it ends the reading. It does not know what the body should say.

import type { HonoRequest } from 'hono'
import { parseJson } from './json.ts'
import { Problem } from './problems.ts'

/** JSON bodies, bytes. */
export const BODY_MAX_BYTES = 64 * 1024

/** What is read of a body that is not JSON for a handler, but bytes that somebody signed. */
export interface RawBody {
  readonly media: string
  readonly maxBytes: number
  /** The whole body must be here by then, milliseconds. */
  readonly withinMs: number
  /** Bodies that are read at the same time. */
  readonly atOnce: number
}

/** The rest of such a body is not read, so the connection cannot be used again. */
const CLOSE = { headers: { connection: 'close' } } as const

const tooLarge = (maxBytes: number): Problem =>
  new Problem('body_too_large', { detail: `A body may have up to ${maxBytes} bytes.`, ...CLOSE })

const collect = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      // The client left, or was cut off for being slow; whatever the reason, nobody hears the answer.
      throw new Problem('body_incomplete')
    })
    if (done) return Buffer.concat(chunks)
    size += value.byteLength
    if (size > maxBytes) {
      void reader.cancel().catch(() => undefined)
      throw tooLarge(maxBytes)
    }
    chunks.push(value)
  }
}

const readerOf = (
  request: HonoRequest,
  maxBytes: number,
): ReadableStreamDefaultReader<Uint8Array> | undefined => {
  if (Number(request.header('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  return request.raw.body?.getReader()
}

const read = async (request: HonoRequest): Promise<Uint8Array> => {
  const reader = readerOf(request, BODY_MAX_BYTES)
  return reader === undefined ? new Uint8Array() : collect(reader, BODY_MAX_BYTES)
}

/** Reads bodies as bytes, whatever their type says, within these limits. */
export const rawReader = ({
  maxBytes,
  withinMs,
  atOnce,
}: RawBody): ((request: HonoRequest) => Promise<Uint8Array>) => {
  let reading = 0
  return async (request) => {
    const reader = readerOf(request, maxBytes)
    if (reader === undefined) return new Uint8Array()
    if (reading >= atOnce) throw new Problem('busy', { retryAfterMs: 1_000, ...CLOSE })
    reading += 1
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      late.reject(new Problem('request_timeout', CLOSE))
      void reader.cancel().catch(() => undefined)
    }, withinMs)
    try {
      return await Promise.race([collect(reader, maxBytes), late.promise])
    } finally {
      clearTimeout(timer)
      reading -= 1
    }
  }
}

const isJson = (type: string | undefined): boolean =>
  /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type ?? '')

/** The body's bytes and its value; no body at all is an empty object, so that commands need none. */
export const readBody = async (
  request: HonoRequest,
): Promise<{ readonly bytes: Uint8Array; readonly value: unknown }> => {
  const bytes = await read(request)
  if (bytes.byteLength === 0) return { bytes, value: {} }
  if (!isJson(request.header('content-type'))) throw new Problem('media_type_unsupported')
  return { bytes, value: parseJson(bytes) }
}
