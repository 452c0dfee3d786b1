// Twirp over HTTP: paths, the two content types, errors, and the faults that spoil an answer.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaultSpec } from './faults.ts'

const STATUS: Readonly<Record<string, number>> = {
  canceled: 408,
  invalid_argument: 400,
  malformed: 400,
  deadline_exceeded: 408,
  not_found: 404,
  bad_route: 404,
  already_exists: 409,
  permission_denied: 403,
  unauthenticated: 401,
  resource_exhausted: 429,
  failed_precondition: 412,
  aborted: 409,
  unimplemented: 501,
  internal: 500,
  unavailable: 503,
}

export class TwirpError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** What both of protobuf-es's classes have, whatever their type. */
export interface ProtoMessage {
  toJson(options?: { emitDefaultValues?: boolean; useProtoFieldName?: boolean }): unknown
  toBinary(): Uint8Array
}

export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly body: string | Uint8Array
}

export const errorReply = ({ code, message }: TwirpError): Reply => ({
  status: STATUS[code] ?? 500,
  contentType: 'application/json',
  body: JSON.stringify({ code, msg: message }),
})

/** As LiveKit's server writes JSON: with names from the .proto files, and with everything that is not set. */
export const messageReply = (message: ProtoMessage, binary: boolean): Reply =>
  binary
    ? { status: 200, contentType: 'application/protobuf', body: message.toBinary() }
    : {
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify(message.toJson({ emitDefaultValues: true, useProtoFieldName: true })),
      }

export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** What the fault answers instead; null when it lets the answer through. */
export const faultReply = (fault: FaultSpec, reply: Reply): Reply | null => {
  switch (fault.kind) {
    case 'status':
      return {
        status: fault.status,
        contentType: fault.contentType ?? 'text/plain',
        body: fault.body ?? 'upstream connect error',
      }
    case 'twirp':
      return errorReply(new TwirpError(fault.code, fault.msg))
    case 'html':
      return {
        status: 200,
        contentType: 'text/html',
        body: '<!doctype html><title>Just a moment</title><p>Checking your browser',
      }
    case 'truncated':
      return { ...reply, status: 200, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) }
    case 'quota':
      return errorReply(new TwirpError('resource_exhausted', fault.msg ?? 'CPU exhausted'))
    case 'unauthorized':
      return { status: 401, contentType: 'text/plain', body: 'invalid API key: rotated' }
    default:
      return null
  }
}

/** Writes it, or does what the fault does to the connection. The status that went out; 0 for none. */
export const answer = async (
  response: ServerResponse,
  reply: Reply,
  fault: FaultSpec | null,
): Promise<number> => {
  if (fault?.kind === 'reset') {
    response.socket?.resetAndDestroy()
    return 0
  }
  if (fault?.kind === 'hang') {
    await new Promise<void>((done) => response.once('close', done))
    return 0
  }
  if (fault?.kind === 'delay') {
    const { ms } = fault
    await new Promise<void>((done) => {
      const timer = setTimeout(done, ms)
      response.once('close', () => {
        clearTimeout(timer)
        done()
      })
    })
    if (response.destroyed) return 0
  }
  const { status, contentType, body } = (fault === null ? null : faultReply(fault, reply)) ?? reply
  response.writeHead(status, { 'content-type': contentType })
  response.end(body)
  return status
}
