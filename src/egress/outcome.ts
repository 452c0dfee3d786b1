// What an end at LiveKit, or a request that failed there, means: one of our error codes. Pure tables over LiveKit's
// words (livekit-server 1.13, egress 1.14); what follows from a code is `domain/egress-failures.ts`.

import type { EgressFailure } from '../domain/egress-failures.ts'
import type { EgressView, StreamView } from '../domain/egress.ts'
import type { LiveKitError } from './livekit.ts'
import type { Sighting } from './sightings.ts'

/** A failed request of any kind. A start that may have happened is first looked for. */
export const codeOfError = ({ code }: Pick<LiveKitError, 'code'>): EgressFailure => {
  switch (code) {
    case 'unconfigured':
      return 'livekit_unconfigured'
    case 'unauthorized':
      return 'livekit_auth'
    case 'not_found':
    case 'room_not_found':
      return 'room_not_found'
    case 'invalid':
      return 'destination_invalid'
    case 'quota':
      return 'quota_exceeded'
    case 'precondition':
      return 'egress_failed'
    case 'unreachable':
    case 'timeout':
    case 'no_response':
    case 'internal':
    case 'bad_answer':
      return 'livekit_unreachable'
  }
}

type Row = readonly [pattern: RegExp, code: EgressFailure]

const first = (rows: readonly Row[], text: string): EgressFailure | null =>
  rows.find(([pattern]) => pattern.test(text))?.[1] ?? null

/** Rejected after the connection was accepted, as GStreamer and librtmp say it: the key is most likely wrong. */
const REFUSED =
  /'?publish'? (cmd|command)? ?failed|not authori[sz]ed|unauthori[sz]ed|denied|forbidden|reject|invalid (stream )?key|badname|bad name|netstream\.publish/i
const UNREACHABLE =
  /could not connect|connection refused|refused|resolv|unreachable|no route|timed? ?out|tls|certificate|handshake/i

/** What became of the stream inside an egress. `wasLive`: it had been on air before. */
export const codeOfStream = (error: string | null, wasLive: boolean): EgressFailure => {
  const text = error ?? ''
  if (wasLive) return 'destination_lost'
  if (REFUSED.test(text)) return 'destination_rejected'
  if (UNREACHABLE.test(text)) return 'destination_unreachable'
  // A connection that was made and closed within seconds, without a word: the way of most platforms with a bad key.
  return 'destination_rejected'
}

/** LiveKit's "End reason: …". */
const DETAILS: readonly Row[] = [
  [/stopegress api/i, 'ended_elsewhere'],
  [/source closed/i, 'source_closed'],
  [/limit reached/i, 'limit_reached'],
  [/cpu exhausted|out of memory|\boom\b/i, 'cpu_exhausted'],
  [/process killed/i, 'egress_failed'],
]

const ERRORS: readonly Row[] = [
  [/cpu exhausted|out of memory|\boom\b|not enough cpu/i, 'cpu_exhausted'],
  [/start signal not received/i, 'start_aborted'],
  [/requested room does not exist|room.*(not found|does not exist)/i, 'room_not_found'],
  [/source closed|disconnected from room|no (participants?|tracks?)/i, 'source_closed'],
  [/invalid url|could not parse|unsupported/i, 'destination_invalid'],
  [/limit reached/i, 'limit_reached'],
]

const failedStream = ({ streams }: EgressView): StreamView | null =>
  streams.find(({ status }) => status === 'failed') ?? null

const codeOfFailed = (view: EgressView, wasLive: boolean): EgressFailure => {
  if (view.errorCode === 403) return 'cpu_exhausted'
  const stream = failedStream(view)
  const known = first(ERRORS, `${view.error ?? ''} ${view.details ?? ''}`)
  // Of an egress with one stream, the stream's own words are the nearest to what happened.
  if (known !== null && stream === null) return known
  if (stream !== null) return codeOfStream(stream.error ?? view.error, wasLive)
  if (view.errorCode === 400) return 'destination_invalid'
  if (view.errorCode === 404) return 'room_not_found'
  const text = view.error ?? ''
  if (REFUSED.test(text) || UNREACHABLE.test(text) || view.errorCode === 503)
    return codeOfStream(text, wasLive)
  return 'egress_failed'
}

/** LiveKit gives a stream up at once when it fails within its first seconds, and connects again later. */
const BEGINNING_MS = 5_000

const hadSent = ({ streams, endedAt }: EgressView): boolean =>
  streams.some(
    ({ startedAt }) => startedAt !== null && endedAt !== null && endedAt - startedAt > BEGINNING_MS,
  )

/** Why an egress has ended; null when it has not. Nobody here had asked for its end. `seenLive`: we saw it on air. */
export const codeOfEnd = ({ view, isGone }: Sighting, seenLive: boolean): EgressFailure | null => {
  const wasLive = seenLive || (view !== null && hadSent(view))
  switch (view?.status) {
    case 'complete': {
      const stream = failedStream(view)
      if (stream !== null) return codeOfStream(stream.error, wasLive)
      return first(DETAILS, view.details ?? '') ?? 'ended_elsewhere'
    }
    case 'failed':
      return codeOfFailed(view, wasLive)
    case 'aborted':
      return first(ERRORS, `${view.error ?? ''} ${view.details ?? ''}`) ?? 'start_aborted'
    case 'limit_reached':
      return 'limit_reached'
    default:
      return isGone ? 'egress_gone' : null
  }
}

/** LiveKit's words for it, which are scrubbed already; at most a few lines. */
export const errorOfEnd = ({ view }: Sighting): string | null => {
  if (view === null) return null
  const said = failedStream(view)?.error ?? view.error ?? view.details
  return said === null ? null : said.slice(0, 300)
}
