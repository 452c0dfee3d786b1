// One frame into a session: what is new in it becomes rows, what cannot be read becomes poison, the rest is
// counted. It writes nothing and says nothing; `ingest.ts` does.

import type { ControlAction } from '../../domain/event.ts'
import { SEQ_MAX } from '../../domain/session.ts'
import type { Decoder, Enveloped } from '../decoder.ts'
import type { FrameKind } from '../hand-over.ts'
import { batchOf, type Batch } from './batch-of.ts'
import { eventRow, Unfit, type EventRow } from './event-row.ts'
import { poisonRow, WHOLE_FRAME, type PoisonRow } from './poison.ts'
import { printOf } from './known-ids.ts'
import type { Recording } from './recording.ts'

/** A frame that has been looked at and waits for its commit. */
export interface Intake {
  readonly recording: Recording
  readonly tap: number
  readonly conn: number
  readonly kind: FrameKind
  readonly at: number
  readonly bytes: Uint8Array
  /** 0: it brought nothing new and is not stored. */
  readonly frameSeq: number
  /** Messages in it. */
  readonly received: number
  readonly historyDuplicates: number
  readonly events: readonly EventRow[]
  readonly poison: readonly PoisonRow[]
  readonly controls: readonly { readonly action: ControlAction; readonly history: boolean }[]
  readonly ack: Batch['ack']
}

export interface Arrived {
  readonly tap: number
  readonly conn: number
  readonly kind: FrameKind
  readonly at: number
  readonly bytes: Uint8Array
}

type Open = { -readonly [K in keyof Intake]: Intake[K] } & {
  events: EventRow[]
  poison: PoisonRow[]
  controls: Intake['controls'][number][]
}

const nextFrameSeq = (recording: Recording): number => {
  if (recording.frameSeq < SEQ_MAX) recording.frameSeq += 1
  return recording.frameSeq
}

const takeMessage = (
  decoder: Decoder,
  intake: Open,
  { method, msgId, isHistory, payload }: Enveloped,
  idx: number,
  within: Map<bigint, number>,
): void => {
  const { recording, at } = intake
  const { known, synthetic } = recording
  // A replay may be written anew; of what is live, other bytes are another message.
  const ownId = (given: string): string =>
    isHistory || !known.differs(given, payload) ? given : synthetic.twin(method, payload)
  let id = msgId === null ? null : ownId(msgId)
  let print: number | null = null
  if (id !== null && known.has(id)) {
    if (isHistory) intake.historyDuplicates += 1
    return
  }
  try {
    const event = decoder.decodeMessage(method, payload, msgId, isHistory)
    print = printOf(event.kind, payload)
    id ??=
      event.msgId === null
        ? synthetic.next(method, payload, isHistory, within, recording.seq + 1)
        : ownId(event.msgId)
    if (known.has(id)) {
      if (isHistory) intake.historyDuplicates += 1
      return
    }
    if (recording.seq >= SEQ_MAX || intake.frameSeq >= SEQ_MAX) throw new Unfit('the session is full')
    const row = eventRow(event, { seq: recording.seq + 1, frameSeq: intake.frameSeq, idx, at }, id)
    recording.seq += 1
    intake.events.push(row)
    if (event.control !== null) intake.controls.push({ action: event.control, history: isHistory })
  } catch (error) {
    const spoiled = { frameSeq: intake.frameSeq, idx, at, method, msgId: id, bytes: payload }
    intake.poison.push(poisonRow(spoiled, error))
  }
  if (id !== null) known.add(id, print)
}

/** Takes a frame in. It never throws: bytes that cannot be read are an outcome like any other. */
export const takeIn = (decoder: Decoder, recording: Recording, arrived: Arrived): Intake => {
  const intake: Open = {
    recording,
    ...arrived,
    frameSeq: 0,
    received: 0,
    historyDuplicates: 0,
    events: [],
    poison: [],
    controls: [],
    ack: null,
  }
  let batch: Batch | null
  try {
    batch = batchOf(decoder, arrived.kind, arrived.bytes)
  } catch (error) {
    const { at, bytes } = arrived
    const frameSeq = nextFrameSeq(recording)
    const spoiled = { frameSeq, idx: WHOLE_FRAME, at, method: null, msgId: null, bytes }
    intake.received = 1
    intake.poison.push(poisonRow(spoiled, error))
    return intake
  }
  if (batch === null) return intake
  intake.ack = batch.ack
  intake.received = batch.messages.length
  // The last number stands for all that come after it: beyond it begins the next session.
  intake.frameSeq = Math.min(recording.frameSeq + 1, SEQ_MAX)
  const within = new Map<bigint, number>()
  for (const [idx, message] of batch.messages.entries()) takeMessage(decoder, intake, message, idx, within)
  if (intake.events.length === 0 && intake.poison.length === 0) intake.frameSeq = 0
  else nextFrameSeq(recording)
  return intake
}
