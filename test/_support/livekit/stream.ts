// One stream of an egress: its address, what LiveKit says of it, and the connection it has at the moment.

import { StreamInfo, StreamInfo_Status } from '@livekit/protocol'
import { redactAddress } from './addresses.ts'
import type { Push } from './engine.ts'
import type { Publication } from './truth.ts'

export interface Stream {
  /** With its key. */
  readonly url: string
  readonly info: StreamInfo
  push: Push | null
  publication: Publication | null
  /** It was seen to move: only then a failure is followed by another connection. */
  moved: boolean
  sentBefore: number
  movedAt: number
  downSince: number | null
  toldRetryAt: number
}

/** Milliseconds as LiveKit writes time, and always later than the last one given. */
const clock = () => {
  let last = 0n
  return (): bigint => {
    const now = BigInt(Date.now()) * 1_000_000n
    last = now > last ? now : last + 1n
    return last
  }
}
export const nanoseconds = clock()

export const makeStream = (url: string): Stream => ({
  url,
  info: new StreamInfo({ url: redactAddress(url), status: StreamInfo_Status.ACTIVE }),
  push: null,
  publication: null,
  moved: false,
  sentBefore: 0,
  movedAt: 0,
  downSince: null,
  toldRetryAt: 0,
})

export const hangUp = (stream: Stream): void => {
  stream.push?.stop()
  stream.push = null
  if (stream.publication !== null) stream.publication.until = Date.now()
  stream.publication = null
}

export const finish = ({ info }: Stream, status: StreamInfo_Status): void => {
  info.status = status
  info.endedAt = nanoseconds()
  info.duration = info.startedAt === 0n ? 0n : info.endedAt - info.startedAt
}
