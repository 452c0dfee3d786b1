// Connections whose bytes are no HTTP, or end in the middle of a request: what is answered, and how it can be known
// afterwards what was wrong. The answers are those that Node gives by itself.

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** How long a client that said it is done may take to be gone altogether, milliseconds. */
const GONE_MS = 50

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** The connection's end came before the request's. */
const ENDED_EARLY = 'HPE_INVALID_EOF_STATE'

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** True when the connection broke because more or fewer bytes came than the request had said. */
export const isWrongLength = (socket: Socket): boolean => codeOf(socket.errored).startsWith('HPE_')

const isAnswered = (socket: Socket): boolean => {
  const message: unknown = Reflect.get(socket, '_httpMessage')
  return typeof message === 'object' && message !== null && Reflect.get(message, '_headerSent') === true
}

/**
 * A client that ended its side too early may be gone, or may wait for an answer: only a second write tells, because
 * what is gone answers the first one with a reset.
 */
const answerInTwo = (error: Error, socket: Socket): void => {
  socket.write('HTTP/1.1 400 Bad Request\r\n')
  setTimeout(() => {
    if (socket.destroyed) return
    socket.write('Connection: close\r\n\r\n', (failed) => socket.destroy(failed ?? error))
  }, GONE_MS)
}

export const answerBroken = (server: Server): void => {
  server.on('clientError', (error, stream) => {
    const socket = stream as Socket
    if (!socket.writable || isAnswered(socket)) return void socket.destroy(error)
    if (codeOf(error) === ENDED_EARLY) return answerInTwo(error, socket)
    socket.write(`HTTP/1.1 ${STATUS[codeOf(error)] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`)
    socket.destroy(error)
  })
}
