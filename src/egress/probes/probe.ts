// What a platform can be asked of itself, and how that fails. A second axis beside the egress: it is shown, and
// nothing is started or stopped for it. How often it is asked is `watching.ts`.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import type { Destination } from '../../domain/destination.ts'
import type { PlatformView } from '../../domain/egress.ts'

export type Issue = PlatformView['issues'][number]

export const PROBE_FAILURES = [
  'platform_unreachable',
  'platform_timeout',
  'platform_error',
  'platform_bad_answer',
  'platform_rate_limited',
  'platform_quota_exceeded',
  'platform_credentials_refused',
  'platform_forbidden',
  'platform_not_enabled',
] as const
export type ProbeFailure = (typeof PROBE_FAILURES)[number]

/** The platform did not say. Nothing that it answered is in here: only which of the known troubles it is. */
export class ProbeError extends Schema.TaggedError<ProbeError>()('ProbeError', {
  code: Schema.Literals(PROBE_FAILURES),
  /** How long it asked to be left alone; null when it did not say. */
  retryAfterMs: Schema.NullOr(Schema.Number),
  /** False: it is left alone since an earlier failure, and was not asked this time. */
  wasAsked: Schema.Boolean,
}) {}

export const probeError = (
  code: ProbeFailure,
  retryAfterMs: number | null = null,
  wasAsked = true,
): ProbeError => new ProbeError({ code, retryAfterMs, wasAsked })

interface Row {
  readonly severity: Issue['severity']
  readonly text: string
  /** Asking again sooner is of no use. */
  readonly restMs: number
}

const MINUTE = 60_000

/** For a person: what it means that the platform did not say. None of it concerns the stream itself. */
export const PROBE_TROUBLES: Readonly<Record<ProbeFailure, Row>> = {
  platform_unreachable: { severity: 'info', text: 'The platform’s API cannot be reached.', restMs: 0 },
  platform_timeout: { severity: 'info', text: 'The platform’s API does not answer in time.', restMs: 0 },
  platform_error: { severity: 'info', text: 'The platform’s API answers with an error.', restMs: 0 },
  platform_bad_answer: {
    severity: 'warning',
    text: 'The platform’s API answers with something else than was asked for.',
    restMs: MINUTE,
  },
  platform_rate_limited: {
    severity: 'info',
    text: 'The platform’s API is asked too often; it is given a rest.',
    restMs: MINUTE,
  },
  platform_quota_exceeded: {
    severity: 'warning',
    text: 'The quota of the platform’s API is used up for today; it is asked again now and then.',
    restMs: 15 * MINUTE,
  },
  platform_credentials_refused: {
    severity: 'warning',
    text: 'The platform’s API refuses the credentials that it is asked with: replace them and start again.',
    restMs: 10 * MINUTE,
  },
  platform_forbidden: {
    severity: 'warning',
    text: 'The platform’s API may not be asked with these credentials: check that it is enabled, and the scope.',
    restMs: 10 * MINUTE,
  },
  platform_not_enabled: {
    severity: 'error',
    text: 'The platform has not enabled live streaming for this channel.',
    restMs: 5 * MINUTE,
  },
}

export class PlatformProbe extends Context.Service<
  PlatformProbe,
  {
    /** Platforms that can be asked: those whose credentials were given. */
    readonly platforms: ReadonlySet<string>
    /**
     * How this destination is, as its platform says; an answer that is not older than `maxAgeMs` may be given
     * again. `unknown` when the platform answers and does not say it of this destination.
     */
    readonly probe: (destination: Destination, maxAgeMs: number) => Effect.Effect<PlatformView, ProbeError>
  }
>()('roomkeeper/egress/PlatformProbe') {}
