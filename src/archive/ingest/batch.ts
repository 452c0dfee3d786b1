// A batch as the writer's loop runs it. When SQLite refuses one, first it is run as a recount: a message may have
// been there. When that is refused too, it is halved until the one row is found, and that row becomes poison:
// its neighbours are not held up.

import type { DbFailure } from '../../db/failure.ts'
import type { IngestBatch } from '../../db/writer-port.ts'
import { payloadOf } from '../payload.ts'
import type { Decoder } from '../decoder.ts'
import { stepsOf, type Answers, type Mode, type Placed, type Rows, type Step } from './batch-rows.ts'
import type { EventRow } from './event-row.ts'
import { poisonRow, type PoisonRow } from './poison.ts'

export interface BatchContext {
  readonly decoder: Decoder
  readonly answers: Answers
  /** Every part of it is durable, or has become poison. */
  readonly landed: () => void
  /** Rows that were refused so far: statements built before the last of them count it wrongly. */
  readonly refusals: { count: number }
}

class Refused extends Error {
  override readonly name = 'Refused'
}

const NONE = Buffer.alloc(0)

const asPoison = (
  decoder: Decoder,
  { intake, row }: Placed<EventRow>,
  error: DbFailure,
): Placed<PoisonRow> => {
  const { msgId, frameSeq, idx, at, method } = row
  const bytes = payloadOf(decoder, { kind: intake.kind, payload: intake.bytes }, idx) ?? NONE
  const spoiled = { frameSeq, idx, at, method, msgId, bytes }
  return { intake, row: poisonRow(spoiled, new Refused(error.kind)) }
}

/** The rows in two halves, or null when there is but one. Frames stay with the first; ids make it one insert. */
const halves = (rows: Rows): readonly Rows[] | null => {
  const half = Math.ceil(rows.events.length / 2)
  if (rows.events.length + rows.poison.length <= 1) return null
  if (rows.events.length === 0) {
    const middle = Math.ceil(rows.poison.length / 2)
    return [
      { ...rows, poison: rows.poison.slice(0, middle) },
      { ...rows, poison: rows.poison.slice(middle) },
    ]
  }
  if (rows.events.length === 1) {
    return [
      { ...rows, poison: [] },
      { ...rows, events: [] },
    ]
  }
  return [
    { ...rows, events: rows.events.slice(0, half), poison: [] },
    { ...rows, events: rows.events.slice(half) },
  ]
}

export const ingestBatch = (rows: Rows, context: BatchContext): IngestBatch => {
  /** Parts that are on their way; the batch has landed when none is. */
  let left = 1
  const done = (): void => {
    left -= 1
    if (left === 0) context.landed()
  }

  const part = (own: Rows, mode: Mode): IngestBatch => {
    let steps: readonly Step[] = []
    let statements: IngestBatch['statements'] = []
    let builtAt = -1
    return {
      get statements() {
        if (builtAt !== context.refusals.count) {
          builtAt = context.refusals.count
          steps = stepsOf(own, mode)
          statements = steps.map(({ statement }) => statement)
        }
        return statements
      },
      committed: (results) => {
        for (const [index, { read }] of steps.entries()) {
          const result = results[index]
          if (read !== undefined && result !== undefined) read(result, context.answers)
        }
        done()
      },
      failed: (error) => {
        if (error.kind !== 'constraint' && error.kind !== 'sql') return undefined
        const parts = mode === 'new' ? [part(own, 'recount')] : split(own, error)
        left += parts.length
        done()
        return parts
      },
    }
  }

  const split = (own: Rows, error: DbFailure): readonly IngestBatch[] => {
    const two = halves(own)
    if (two !== null) return two.map((half) => part(half, 'recount'))
    const [event] = own.events
    if (event === undefined) return []
    event.intake.recording.refused += 1
    context.refusals.count += 1
    return [part({ ...own, events: [], poison: [asPoison(context.decoder, event, error)] }, 'recount')]
  }

  return part(rows, 'new')
}
