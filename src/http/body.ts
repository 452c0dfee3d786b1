// The body of a request, counted while it arrives: what has no Content-Length is held to the same limit,
// and the first byte above it ends the reading. It does not know what the body should say.

import type { HonoRequest } from 'hono'
import { parseJson } from './json.ts'
import { Problem } from './problems.ts'

/** JSON bodies, bytes. */
export const BODY_MAX_BYTES = 64 * 1024

/** The rest of such a body is not read, so the connection cannot be used again. */
const tooLarge = (): Problem =>
  new Problem('body_too_large', {
    detail: `A body may have up to ${BODY_MAX_BYTES} bytes.`,
    headers: { connection: 'close' },
  })

const read = async (request: HonoRequest): Promise<Uint8Array> => {
  if (Number(request.header('content-length') ?? 0) > BODY_MAX_BYTES) throw tooLarge()
  const stream = request.raw.body
  if (stream === null) return new Uint8Array()
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      // The client left, or was cut off for being slow; whatever the reason, nobody hears the answer.
      throw new Problem('body_incomplete')
    })
    if (done) return Buffer.concat(chunks)
    size += value.byteLength
    if (size > BODY_MAX_BYTES) {
      void reader.cancel().catch(() => undefined)
      throw tooLarge()
    }
    chunks.push(value)
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
