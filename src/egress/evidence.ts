// What may be believed of an egress that has not ended: is it on its way, live, connecting again, or stalled?
// Pure. LiveKit says nothing of a healthy stream, and nothing of a reconnect that succeeded, so silence proves
// neither health nor a stall: an unchanged `updatedAt` is no evidence. What counts is
//   - a stream that is not sending long after the egress was accepted, or an end that does not come,
//   - retries that go on and on (`last_retry_at` grows; LiveKit reports it at most once a minute),
//   - the participant of the egress having left the room while LiveKit still says that it runs.

import type { EgressView, StreamView } from '../domain/egress.ts'
import type { Sighting } from './sightings.ts'

export interface EvidenceLimits {
  readonly stableMs: number
  readonly recoveryMs: number
  readonly connectMs: number
  readonly churnMs: number
  readonly endingMs: number
  readonly ghostMs: number
}

/** What is remembered of one egress between two looks. Monotonic milliseconds but for LiveKit's own times. */
export interface Memory {
  readonly acceptedMs: number
  /** Since when the stream has been sending without a failure. */
  readonly readySinceMs: number | null
  readonly retries: number
  readonly lastRetryAt: number
  /** The last failure that LiveKit reconnected after, and the first of a row of them. */
  readonly failedMs: number | null
  readonly churnSinceMs: number | null
  readonly endingSinceMs: number | null
  readonly wasLive: boolean
}

export const accepted = (nowMs: number): Memory => ({
  acceptedMs: nowMs,
  readySinceMs: null,
  retries: 0,
  lastRetryAt: 0,
  failedMs: null,
  churnSinceMs: null,
  endingSinceMs: null,
  wasLive: false,
})

export interface Belief {
  readonly phase: 'connecting' | 'live' | 'reconnecting' | 'stalled' | 'stream_failed'
  /** Milliseconds after which the same facts may mean something else. */
  readonly againMs: number
}

export interface Now {
  readonly ms: number
  /** The same moment, milliseconds UTC. */
  readonly at: number
}

/** LiveKit reports retries at most once a minute; longer apart they are another trouble. */
const CHURN_GAP_MS = 65_000

/** The stream that is ours: an egress of ours has one. */
const streamOf = ({ streams }: EgressView): StreamView | null =>
  streams.find(({ status }) => status === 'failed') ?? streams[0] ?? null

/** When the failure that LiveKit reports happened, if that can be said: adopted egresses may have failed long ago. */
const failedAt = (stream: StreamView, memory: Memory, now: Now): number | null => {
  const isNew = stream.retries > memory.retries || (stream.lastRetryAt ?? 0) > memory.lastRetryAt
  if (!isNew) return null
  const ago = stream.lastRetryAt === null ? 0 : Math.max(0, now.at - stream.lastRetryAt)
  // What was adopted has its past; what we watched is timed by our own clock.
  return memory.readySinceMs === null ? now.ms - ago : now.ms
}

/** Takes in what is known now. `isAdopted`: its past before us counts. */
export const remember = (memory: Memory, { view }: Sighting, now: Now, isAdopted: boolean): Memory => {
  if (view === null) return memory
  const endingSinceMs = view.status === 'ending' ? (memory.endingSinceMs ?? now.ms) : null
  const stream = streamOf(view)
  if (stream === null) return { ...memory, endingSinceMs }
  const failedMs = failedAt(stream, memory, now)
  const isReady = view.status === 'active' && stream.status === 'active' && stream.startedAt !== null
  const age = isAdopted && stream.startedAt !== null ? Math.max(0, now.at - stream.startedAt) : 0
  const readySinceMs = memory.readySinceMs ?? (isReady ? now.ms - age : null)
  const goesOn =
    memory.churnSinceMs !== null && memory.failedMs !== null && now.ms - memory.failedMs <= CHURN_GAP_MS
  return {
    ...memory,
    endingSinceMs,
    readySinceMs,
    retries: Math.max(memory.retries, stream.retries),
    lastRetryAt: Math.max(memory.lastRetryAt, stream.lastRetryAt ?? 0),
    failedMs: failedMs ?? memory.failedMs,
    churnSinceMs: failedMs === null ? memory.churnSinceMs : goesOn ? memory.churnSinceMs : failedMs,
  }
}

/** Judges what is remembered, at this moment. */
export const judge = (memory: Memory, sighting: Sighting, now: Now, limits: EvidenceLimits): Belief => {
  const { view } = sighting
  const waits: number[] = []
  /** Whether so long has passed since then; when not, it is looked at again at that moment. */
  const past = (sinceMs: number, ms: number): boolean => {
    const left = sinceMs + ms - now.ms
    if (left > 0) waits.push(left)
    return left <= 0
  }
  const belief = (phase: Belief['phase']): Belief => ({
    phase,
    againMs: Math.ceil(Math.min(60_000, ...waits)),
  })
  if (memory.endingSinceMs !== null) {
    if (past(memory.endingSinceMs, limits.endingMs)) return belief('stalled')
    return belief(memory.wasLive ? 'live' : 'connecting')
  }
  if (sighting.leftAt !== null && past(now.ms - Math.max(0, now.at - sighting.leftAt), limits.ghostMs)) {
    return belief('stalled')
  }
  if (view?.streams.some(({ status }) => status === 'failed') === true) return belief('stream_failed')
  const { failedMs, churnSinceMs, readySinceMs } = memory
  if (failedMs !== null && !past(failedMs, limits.recoveryMs)) {
    if (churnSinceMs !== null && failedMs - churnSinceMs >= limits.churnMs) return belief('stalled')
    return belief(memory.wasLive || readySinceMs !== null ? 'reconnecting' : 'connecting')
  }
  if (readySinceMs === null) {
    if (past(memory.acceptedMs, limits.connectMs)) return belief('stalled')
    return belief('connecting')
  }
  return belief(memory.wasLive || past(readySinceMs, limits.stableMs) ? 'live' : 'connecting')
}
