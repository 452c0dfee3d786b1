// Every problem an answer can name: its status, its title and whether the same request may be sent again.
// The one table; `docs/api.md` and the OpenAPI document are written from it.

/** `again`: never as it is, later as it is, or once the caller has changed something. */
interface Row {
  readonly status: number
  readonly title: string
  readonly again: 'never' | 'later' | 'changed'
}

const table = {
  json_invalid: { status: 400, title: 'The body is not JSON as it is accepted here', again: 'changed' },
  body_incomplete: { status: 400, title: 'The connection ended before the body did', again: 'changed' },
  query_invalid: { status: 400, title: 'A query parameter is wrong', again: 'changed' },
  path_invalid: { status: 400, title: 'The path is not written in its plain form', again: 'changed' },
  cursor_invalid: { status: 400, title: 'The cursor is not one that was given out', again: 'changed' },
  idempotency_key_invalid: {
    status: 400,
    title: 'Idempotency-Key is not 1 to 255 printable ASCII characters',
    again: 'changed',
  },
  last_event_id_invalid: { status: 400, title: 'The event id to resume from is not one', again: 'changed' },
  stream_pipelined: {
    status: 400,
    title: 'A stream needs a connection of its own, not a place in a pipeline',
    again: 'changed',
  },
  unauthorized: { status: 401, title: 'A valid token is needed', again: 'changed' },
  origin_refused: {
    status: 403,
    title: 'A change with a cookie must be asked for by a page of this origin',
    again: 'changed',
  },
  not_found: { status: 404, title: 'There is nothing here for this token', again: 'never' },
  room_unknown: { status: 404, title: 'There is no such room for this token', again: 'never' },
  session_unknown: { status: 404, title: 'There is no such session for this token', again: 'never' },
  event_unknown: { status: 404, title: 'There is no such event in this session', again: 'never' },
  method_not_allowed: { status: 405, title: 'The path does not take this method', again: 'changed' },
  room_exists: { status: 409, title: 'The handle is already a room', again: 'never' },
  already_active: { status: 409, title: 'It is already doing that', again: 'never' },
  archiving: { status: 409, title: 'The room is archiving its last session', again: 'later' },
  cooldown: { status: 409, title: 'The room is cooling down', again: 'later' },
  quarantined: { status: 409, title: 'The room is quarantined until it is released', again: 'changed' },
  not_quarantined: { status: 409, title: 'The room is not quarantined', again: 'never' },
  not_recording: { status: 409, title: 'The room is not recording', again: 'later' },
  not_live: { status: 409, title: 'The destination is not being sent out', again: 'changed' },
  destination_unknown: { status: 404, title: 'The room has no such destination', again: 'changed' },
  destination_incomplete: {
    status: 409,
    title: 'The destination has no address or no stream key',
    again: 'changed',
  },
  destination_in_use: { status: 409, title: 'The destination is on air', again: 'changed' },
  ingress_unknown: { status: 404, title: 'The room has no such ingress', again: 'never' },
  stop_unconfirmed: {
    status: 409,
    title: 'LiveKit has not confirmed that the last egress stopped',
    again: 'later',
  },
  livekit_unconfigured: { status: 409, title: 'No LiveKit server is configured', again: 'never' },
  livekit_unavailable: { status: 503, title: 'LiveKit does not answer as it should', again: 'later' },
  webhook_rejected: { status: 401, title: 'The webhook is not signed as it must be', again: 'never' },
  webhook_unknown: { status: 404, title: 'There is no such webhook', again: 'never' },
  asset_unknown: { status: 404, title: 'There is no such asset for this token', again: 'never' },
  asset_missing: { status: 404, title: 'The asset has no object at the moment', again: 'later' },
  key_conflict: { status: 409, title: 'The key has other content', again: 'changed' },
  quota_exceeded: { status: 409, title: 'The room has no place left for it', again: 'changed' },
  upload_in_progress: { status: 409, title: 'Another upload of this key is under way', again: 'later' },
  size_mismatch: { status: 400, title: 'The body has another size than was said', again: 'changed' },
  upload_interrupted: { status: 400, title: 'The body broke off or came too slowly', again: 'later' },
  asset_too_large: { status: 413, title: 'The file is larger than is accepted', again: 'never' },
  type_unsupported: { status: 415, title: 'No type takes a file of this extension', again: 'changed' },
  range_unsatisfiable: { status: 416, title: 'The range is not one of this content', again: 'changed' },
  bad_key: { status: 422, title: 'The key is not one that is accepted', again: 'changed' },
  content_mismatch: { status: 422, title: 'The bytes are not what the extension says', again: 'changed' },
  checksum_mismatch: { status: 422, title: 'The bytes have another hash than was said', again: 'changed' },
  upload_failed: { status: 502, title: 'The object store refused the upload', again: 'later' },
  store_unavailable: { status: 503, title: 'The object store does not answer as it should', again: 'later' },
  request_timeout: { status: 408, title: 'The body took too long to arrive', again: 'later' },
  conflict: { status: 409, title: 'It changed in the meantime', again: 'changed' },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still being carried out',
    again: 'later',
  },
  idempotency_sealed: {
    status: 409,
    title: 'The answer to this Idempotency-Key can only be read with the token that first asked',
    again: 'never',
  },
  body_too_large: { status: 413, title: 'The body is larger than is accepted', again: 'changed' },
  media_type_unsupported: { status: 415, title: 'The body must be application/json', again: 'changed' },
  invalid: { status: 422, title: 'The request cannot be carried out as it is written', again: 'changed' },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    again: 'changed',
  },
  rate_limited: { status: 429, title: 'Too many changes, or tries to sign in', again: 'later' },
  headers_too_large: { status: 431, title: 'There are too many headers', again: 'changed' },
  internal: { status: 500, title: 'Something went wrong here', again: 'later' },
  busy: { status: 503, title: 'Too much of this is going on', again: 'later' },
  storage_unavailable: { status: 503, title: 'The database cannot be used at the moment', again: 'later' },
  streams_full: { status: 503, title: 'No further stream is served at the moment', again: 'later' },
  leaving: { status: 503, title: 'The server is leaving', again: 'later' },
} as const satisfies Readonly<Record<string, Row>>

export type ProblemCode = keyof typeof table
export const PROBLEMS: Readonly<Record<ProblemCode, Row>> = table
export const PROBLEM_CODES = Object.keys(table) as readonly ProblemCode[]

/** What an answer may say besides its code. Nothing here may hold a secret or repeat what was sent. */
export interface ProblemMore {
  /** What would be right, for a person. */
  readonly detail?: string | undefined
  /** The wrong field, as a JSON pointer. */
  readonly field?: string | undefined
  readonly errors?: readonly { readonly field: string; readonly expected: string }[] | undefined
  readonly retryAfterMs?: number | undefined
  readonly correlationId?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Thrown by whatever stands between a request and its answer; it becomes the answer in one place. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly more: ProblemMore
  constructor(code: ProblemCode, more: ProblemMore = {}) {
    super(code)
    this.name = 'Problem'
    this.code = code
    this.more = more
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }
}

/** The problem as RFC 9457 writes it. The same problem gives the same bytes. */
export const problemAnswer = (problem: Problem): Response => {
  const { status, title } = PROBLEMS[problem.code]
  const { headers, ...more } = problem.more
  const body = JSON.stringify({
    type: `urn:roomkeeper:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    ...more,
  })
  return new Response(body, {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(more.retryAfterMs === undefined
        ? {}
        : { 'retry-after': String(Math.max(1, Math.ceil(more.retryAfterMs / 1000))) }),
      ...headers,
    },
  })
}
