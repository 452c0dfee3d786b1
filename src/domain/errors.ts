// Errors of the domain: each says whose fault it is and whether trying again can help.
// They are mapped to HTTP in one place, `http/errors.ts`, and logged once, where they stop.

import * as Schema from 'effect/Schema'

export const Fault = Schema.Literals(['caller', 'destination', 'service'])
export type Fault = typeof Fault.Type

/** A command that cannot be carried out as asked. `code` is stable and documented. */
export class CommandRefused extends Schema.TaggedError<CommandRefused>()('CommandRefused', {
  code: Schema.Literals([
    'room_unknown',
    'room_exists',
    'session_unknown',
    'already_active',
    'archiving',
    'cooldown',
    'quarantined',
    'not_quarantined',
    'not_recording',
    'destination_unknown',
    'destination_incomplete',
    'destination_in_use',
    'ingress_unknown',
    'livekit_unconfigured',
    'livekit_unavailable',
    'stop_unconfirmed',
    'not_live',
    'asset_unknown',
    'asset_missing',
    'bad_key',
    'key_conflict',
    'type_unsupported',
    'content_mismatch',
    'size_mismatch',
    'checksum_mismatch',
    'asset_too_large',
    'quota_exceeded',
    'upload_in_progress',
    'upload_interrupted',
    'upload_failed',
    'store_unavailable',
    'webhook_unknown',
    'invalid',
    'conflict',
    'busy',
  ]),
  message: Schema.String,
  /** The request's field that is wrong, as a JSON pointer, when there is one. */
  field: Schema.optionalKey(Schema.String),
  retryAfterMs: Schema.optionalKey(Schema.Number),
}) {}

/**
 * A database operation that did not succeed.
 * `outcome` is three-valued on purpose: after an I/O error a failed commit may still be on disk,
 * so `unknown` operations are repeated only because every write is idempotent.
 */
export class DbError extends Schema.TaggedError<DbError>()('DbError', {
  kind: Schema.Literals(['busy', 'full', 'io', 'readonly', 'constraint', 'fenced', 'closed', 'sql']),
  outcome: Schema.Literals(['failed', 'unknown']),
  message: Schema.String,
}) {}

/** TikTok, or the sign server in front of it, did not give what was asked. */
export class TikTokError extends Schema.TaggedError<TikTokError>()('TikTokError', {
  code: Schema.Literals([
    'room_offline',
    'user_not_found',
    'age_restricted',
    'sign_rate_limited',
    'sign_unavailable',
    'sign_refused',
    'sign_bad_endpoint',
    'ws_refused',
    'connect_timeout',
    'blocked',
    'network',
    'bad_answer',
  ]),
  message: Schema.String,
  /** Not before this many milliseconds from now, when the other side said so. */
  retryAfterMs: Schema.optionalKey(Schema.Number),
}) {}
