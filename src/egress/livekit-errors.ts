// How the SDK fails becomes a `LiveKitError`: what kind of failure, and whether what was asked for may have been
// done all the same. The SDK's texts may repeat addresses with their keys, so every message is scrubbed.

import { ServerError } from 'livekit-server-sdk'
import { LiveKitError } from './livekit.ts'

type Code = LiveKitError['code']
type Meaning = readonly [code: Code, mayHaveHappened: boolean]

/** Longer messages say nothing more. */
const MESSAGE_MAX = 500

// Connections that never were: nothing of the request left this machine. All others may have broken after
// LiveKit had read it.
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'ERR_INVALID_URL',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

// Twirp's codes. An answer of 503 or 408 comes after LiveKit's own retries on its bus, of which one may have
// been carried out without an answer; 500 may come after the egress was handed to a node.
const TWIRP: Readonly<Record<string, Meaning>> = {
  unauthenticated: ['unauthorized', false],
  permission_denied: ['unauthorized', false],
  not_found: ['not_found', false],
  bad_route: ['bad_answer', false],
  unimplemented: ['bad_answer', false],
  invalid_argument: ['invalid', false],
  malformed: ['invalid', false],
  out_of_range: ['invalid', false],
  resource_exhausted: ['quota', false],
  failed_precondition: ['precondition', false],
  already_exists: ['precondition', false],
  deadline_exceeded: ['timeout', true],
  canceled: ['timeout', true],
  unavailable: ['no_response', true],
}

/** For answers that are not Twirp's: a proxy's, or a server's that is something else. */
const byStatus = (status: number): Meaning => {
  if (status === 401 || status === 403) return ['unauthorized', false]
  if (status === 408 || status === 504) return ['timeout', true]
  if (status === 412) return ['precondition', false]
  if (status === 429) return ['quota', false]
  return ['bad_answer', status >= 500]
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The SDK reads a JSON error only when its content type has no charset; otherwise the JSON is the message. */
const twirpOf = (error: ServerError): { readonly code: string; readonly message: string } => {
  if (typeof error.code === 'string') return { code: error.code, message: textOf(error.message) }
  try {
    const body: unknown = JSON.parse(error.message)
    return { code: textOf(property(body, 'code')), message: textOf(property(body, 'msg')) }
  } catch {
    return { code: '', message: '' }
  }
}

const BUSY = /not enough cpu|cpu exhausted|quota|too many|limit (exceeded|reached)|resource[_ ]exhausted/i

const fromServer = (error: ServerError): readonly [Meaning, message: string] => {
  const { code, message } = twirpOf(error)
  const meaning = TWIRP[code] ?? (code === '' ? byStatus(error.status) : (['internal', true] as const))
  const said = `${error.status} ${code}${message === '' ? '' : `: ${message}`}`.trim()
  if (meaning[0] === 'not_found' && /\broom\b/i.test(message)) return [['room_not_found', false], said]
  // Egress refuses for want of CPU in several ways; before it has begun, nothing has.
  if (BUSY.test(message) && meaning[0] !== 'timeout') return [['quota', false], said]
  if (/no response from servers/i.test(message)) return [['no_response', true], said]
  return [meaning, said]
}

const fromTransport = (error: unknown): readonly [Meaning, message: string] => {
  const name = textOf(property(error, 'name'))
  if (name === 'TimeoutError' || name === 'AbortError') return [['timeout', true], 'no answer in time']
  const cause = property(error, 'cause')
  const code = textOf(property(cause, 'code'))
  const isConnecting = textOf(property(cause, 'syscall')) === 'connect'
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return [['timeout', true], 'no answer in time']
  }
  if (error instanceof TypeError && (code !== '' || cause !== undefined)) {
    const happened = !(
      NEVER_SENT.has(code) ||
      isConnecting ||
      textOf(property(cause, 'message')) === 'bad port'
    )
    return [['unreachable', happened], `no connection${code === '' ? '' : `: ${code}`}`]
  }
  // Truncated or wrong JSON, or JSON that is not the message that was expected.
  if (error instanceof SyntaxError) return [['bad_answer', true], 'the answer is not JSON']
  return [['bad_answer', true], 'the answer is not one of LiveKit']
}

/** True when LiveKit has no such method, which older and newer ones may say. */
export const isNoMethod = (error: unknown): boolean => {
  if (!(error instanceof ServerError)) return false
  const { code } = twirpOf(error)
  return code === 'bad_route' || code === 'unimplemented'
}

/** `reads`: nothing can have happened, whatever became of the answer. */
export const errorFrom = (
  error: unknown,
  scrub: (text: string) => string,
  { reads = false }: { readonly reads?: boolean } = {},
): LiveKitError => {
  if (error instanceof LiveKitError) return error
  const [[code, happened], message] = error instanceof ServerError ? fromServer(error) : fromTransport(error)
  return new LiveKitError({
    code,
    mayHaveHappened: happened && !reads,
    message: scrub(message).slice(0, MESSAGE_MAX),
  })
}
