// Whether a change of a destination can be carried out, and what the destination is after it. Pure: it says what
// would be right, and in which field, never what was sent.

import * as Redacted from 'effect/Redacted'
import * as Result from 'effect/Result'
import type { DestinationRow } from '../db/destinations.ts'
import { checkSource, mayFollow, streamKeyFault } from '../domain/destination-rules.ts'
import type { Encoding, Source } from '../domain/destination.ts'
import { checkEncoding, defaultEncoding } from '../domain/encoding-presets.ts'
import { rtmpAddress } from '../domain/rtmp-url.ts'
import type { DestinationChange } from './destinations.ts'

export interface Fault {
  /** The field of the request, as a JSON pointer. */
  readonly field: string
  /** What would be right. */
  readonly expected: string
}

/** What the change meets. */
export interface Before {
  readonly platform: string
  readonly row: DestinationRow | null
  /** Where the platform takes a stream when the room does not say. */
  readonly usual: string | null
  readonly privateHosts: readonly string[]
}

export interface After {
  readonly url: string | null
  readonly source: Source | null
  readonly encoding: Encoding | null
}

/** Fields of `Encoding` as the API writes them. */
const ENCODING_FIELDS: Readonly<Record<keyof Encoding, string>> = {
  width: 'width',
  height: 'height',
  framerate: 'framerate',
  videoKbps: 'video_kbps',
  audioKbps: 'audio_kbps',
  keyframeSeconds: 'keyframe_seconds',
}

/** Shorter keys are found in addresses by accident. */
const TELLING_KEY = 6

const fail = (field: string, expected: string) => Result.fail({ field, expected })

const urlAfter = (before: Before, { url, key }: DestinationChange): Result.Result<string | null, Fault> => {
  const { row, usual, privateHosts } = before
  if (url === undefined) {
    const kept = row?.url ?? null
    return kept === null && usual === null
      ? fail('/url', 'it to be there: only youtube and twitch have an address of their own')
      : Result.succeed(kept)
  }
  const address = rtmpAddress(url, privateHosts)
  if (Result.isFailure(address)) return fail('/url', address.failure)
  const secret = key === undefined ? '' : Redacted.value(key)
  return secret.length >= TELLING_KEY && url.includes(secret)
    ? fail('/url', 'the address alone: the stream key goes into its own field')
    : Result.succeed(address.success.url)
}

const keyFault = (
  { platform, row, usual }: Before,
  { key }: DestinationChange,
  url: string | null,
): string | null => {
  if (key !== undefined) return streamKeyFault(Redacted.value(key))
  const [from, to] = [row?.url ?? usual, url ?? usual]
  const moves =
    (row?.keySealed ?? null) !== null && from !== null && to !== null && !mayFollow(platform, from, to)
  return moves
    ? 'the stream key as well: the one that is set is only sent to the host it was given for'
    : null
}

/** The destination's own fields after the change, or the first that is wrong. */
export const checkChange = (before: Before, change: DestinationChange): Result.Result<After, Fault> => {
  const { platform, row, privateHosts } = before
  const url = urlAfter(before, change)
  if (Result.isFailure(url)) return Result.fail(url.failure)
  const wrongKey = keyFault(before, change, url.success)
  if (wrongKey !== null) return fail('/key', wrongKey)
  const source = change.source === undefined ? null : checkSource(change.source, privateHosts)
  if (source !== null && Result.isFailure(source)) {
    return fail(`/source/${source.failure.field}`, source.failure.expected)
  }
  const encoding =
    change.encoding === undefined
      ? null
      : checkEncoding(platform, { ...(row?.encoding ?? defaultEncoding(platform)), ...change.encoding })
  if (encoding !== null && Result.isFailure(encoding)) {
    return fail(`/encoding/${ENCODING_FIELDS[encoding.failure.field]}`, encoding.failure.expected)
  }
  return Result.succeed({
    url: url.success,
    source: source?.success ?? row?.source ?? null,
    encoding: encoding?.success ?? row?.encoding ?? null,
  })
}

/** Whether two of them say the same; both are written with their fields in one order. */
export const isSame = (a: Source | Encoding | null, b: Source | Encoding | null): boolean => {
  if (a === null || b === null) return a === b
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort())
  return sorted(a) === sorted(b)
}
