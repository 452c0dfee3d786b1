// LiveKit as the rest of the program sees it: what can be asked, what it answers, how it fails.
// The SDK is behind `egress/livekit-live.ts`, which loads it when a LiveKit server is configured.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type * as Redacted from 'effect/Redacted'
import * as Schema from 'effect/Schema'
import type { Encoding, Source } from '../domain/destination.ts'
import type { EgressView } from '../domain/egress.ts'

/**
 * LiveKit did not give what was asked. The message is scrubbed of keys, tokens and addresses.
 * `mayHaveHappened`: no answer was heard, so what was asked for may have been done.
 */
export class LiveKitError extends Schema.TaggedError<LiveKitError>()('LiveKitError', {
  code: Schema.Literals([
    'unconfigured',
    /** No connection, or it broke. */
    'unreachable',
    /** No answer in time. */
    'timeout',
    'unauthorized',
    'not_found',
    'room_not_found',
    /** The request itself is wrong: an URL, a source. */
    'invalid',
    /** `resource_exhausted`, not enough CPU. */
    'quota',
    /** 503: no egress node answers. */
    'no_response',
    /** The egress has ended already. */
    'precondition',
    /** 500 and everything else. */
    'internal',
    /** Not an answer of LiveKit: HTML, truncated JSON. */
    'bad_answer',
  ]),
  mayHaveHappened: Schema.Boolean,
  message: Schema.String,
}) {}

export const unconfigured = (): LiveKitError =>
  new LiveKitError({
    code: 'unconfigured',
    mayHaveHappened: false,
    message: 'no LiveKit server is configured',
  })

export interface StartEgress {
  readonly roomName: string
  /** With the key: what LiveKit connects to. */
  readonly streamUrl: Redacted.Redacted<string>
  readonly source: Source
  readonly encoding: Encoding
  /** Where LiveKit reports to, besides what its own configuration says; null when we have no public address. */
  readonly webhookUrl: string | null
}

/** A web page that is sent out for a room: its egress has no room at LiveKit. */
export interface SentPage {
  readonly url: string
  readonly roomName: string
}

export const sentPage = (source: Source, roomName: string): SentPage | null =>
  source.type === 'web' ? { url: source.url, roomName } : null

export class LiveKit extends Context.Service<
  LiveKit,
  {
    readonly configured: boolean
    /** One request, never replayed elsewhere. Answers within ten seconds or is ambiguous. */
    readonly start: (request: StartEgress) => Effect.Effect<EgressView, LiveKitError>
    /**
     * Egresses that have not ended, of one room or of all (null). Complete, or a failure: a list that could only
     * be read in part is not answered.
     */
    readonly listActive: (roomName: string | null) => Effect.Effect<readonly EgressView[], LiveKitError>
    /** One egress, ended or not; null when LiveKit does not know it. */
    readonly find: (egressId: string) => Effect.Effect<EgressView | null, LiveKitError>
    /** Asks it to end. `precondition` and `not_found` mean that it has. */
    readonly stop: (egressId: string) => Effect.Effect<EgressView, LiveKitError>
    /**
     * How LiveKit will show this address, so that our egress is known again in a list. With a page, an egress of
     * that page to this address is listed under its room from now on.
     */
    readonly redact: (streamUrl: Redacted.Redacted<string>, page?: SentPage | null) => string
  }
>()('roomkeeper/egress/LiveKit') {}
