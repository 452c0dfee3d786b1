// LiveKit's messages as the rest of the program sees them: one view of an egress, times in milliseconds, words
// it has never heard of as `unknown`, texts without keys and addresses.

import { EgressStatus, type StreamInfo, StreamInfo_Status, EgressInfo } from '@livekit/protocol'
import type { EgressView, LiveKitStatus, StreamView } from '../domain/egress.ts'
import { addressInViews, comparable } from './livekit-addresses.ts'

type Scrub = (text: string) => string

/** Texts are for a person; longer ones are cut. */
const TEXT_MAX = 1_000
const STREAMS_MAX = 100

const STATUSES: Readonly<Record<number, LiveKitStatus>> = {
  [EgressStatus.EGRESS_STARTING]: 'starting',
  [EgressStatus.EGRESS_ACTIVE]: 'active',
  [EgressStatus.EGRESS_ENDING]: 'ending',
  [EgressStatus.EGRESS_COMPLETE]: 'complete',
  [EgressStatus.EGRESS_FAILED]: 'failed',
  [EgressStatus.EGRESS_ABORTED]: 'aborted',
  [EgressStatus.EGRESS_LIMIT_REACHED]: 'limit_reached',
}

/** Nanoseconds to milliseconds; LiveKit writes 0 for what has not been. */
export const msOf = (ns: bigint): number | null => (ns > 0n ? Number(ns / 1_000_000n) : null)

const textOf = (text: string, scrub: Scrub): string | null =>
  text === '' ? null : scrub(text).slice(0, TEXT_MAX)

const streamOf = (stream: StreamInfo, scrub: Scrub): StreamView => ({
  // A server that does not shorten addresses must not make us carry keys.
  redactedUrl: stream.url.includes('...') ? comparable(stream.url) : addressInViews(stream.url),
  status:
    stream.status === StreamInfo_Status.FAILED
      ? 'failed'
      : stream.status === StreamInfo_Status.FINISHED
        ? 'finished'
        : 'active',
  startedAt: msOf(stream.startedAt),
  lastRetryAt: msOf(stream.lastRetryAt),
  retries: stream.retries,
  error: textOf(stream.error, scrub),
})

const latest = (...times: readonly bigint[]): bigint => times.reduce((a, b) => (a > b ? a : b), 0n)

const statusOf = (info: EgressInfo): LiveKitStatus => {
  // A word that the SDK does not know it reads as the first one; what has ended is not starting.
  if (info.status === EgressStatus.EGRESS_STARTING && info.endedAt > 0n) return 'unknown'
  return STATUSES[info.status] ?? 'unknown'
}

/** A view of what the SDK read. */
export const viewOf = (info: EgressInfo, scrub: Scrub): EgressView => {
  const legacy = info.result.case === 'stream' ? info.result.value.info : []
  const streams = info.streamResults.length > 0 ? info.streamResults : legacy
  return {
    egressId: info.egressId,
    roomName: info.roomName,
    status: statusOf(info),
    // Servers before 1.4 do not say when they changed it.
    updatedAtNs: info.updatedAt > 0n ? info.updatedAt : latest(info.startedAt, info.endedAt),
    startedAt: msOf(info.startedAt),
    endedAt: msOf(info.endedAt),
    errorCode: info.errorCode,
    error: textOf(info.error, scrub),
    details: textOf(info.details, scrub),
    streams: streams.slice(0, STREAMS_MAX).map((stream) => streamOf(stream, scrub)),
  }
}

/** Throws when it is none: the SDK reads any object as an egress with nothing in it. */
export const withId = (info: EgressInfo): EgressInfo => {
  if (info.egressId === '') throw new TypeError('an egress without an id')
  return info
}

/** What the SDK reads in LiveKit's JSON; throws when it is not an egress. */
export const infoOfJson = (json: unknown): EgressInfo =>
  withId(
    EgressInfo.fromJson(json as Parameters<typeof EgressInfo.fromJson>[0], { ignoreUnknownFields: true }),
  )

/**
 * A view of LiveKit's JSON, with what the SDK would read as the first of its words as `unknown`.
 * Throws when it is not an egress.
 */
export const viewOfJson = (json: unknown, scrub: Scrub, info = infoOfJson(json)): EgressView => {
  const view = viewOf(info, scrub)
  const word: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'status') : undefined
  const isStrange = typeof word === 'string' && !Object.hasOwn(EgressStatus, word)
  return isStrange ? { ...view, status: 'unknown' } : view
}
