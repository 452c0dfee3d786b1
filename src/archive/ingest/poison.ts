// What could not be made an event: enough to know it again and to say why, nothing of what it says.

import { hash } from 'node:crypto'

const HEAD_BYTES = 64
const ERROR_MAX = 200
const METHOD_MAX = 128

/** The frame as a whole, where the messages in it are counted from 0. */
export const WHOLE_FRAME = -1

export type PoisonRow = readonly [
  frameSeq: number,
  idx: number,
  at: number,
  method: string | null,
  msgId: string | null,
  error: string,
  sha256: string,
  head: string,
  size: number,
]

export interface Spoiled {
  readonly frameSeq: number
  readonly idx: number
  readonly at: number
  readonly method: string | null
  readonly msgId: string | null
  readonly bytes: Uint8Array
}

/** Only errors that we know to be free of content give their message; of others, the name alone. */
const SPOKEN = new Set(['WireError', 'Unfit', 'Refused'])

export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  const code: unknown = 'code' in error ? error.code : undefined
  if (SPOKEN.has(error.name)) return `${error.name}: ${error.message}`.slice(0, ERROR_MAX)
  return typeof code === 'string' ? `${error.name}: ${code}` : error.name
}

export const poisonRow = (spoiled: Spoiled, error: unknown): PoisonRow => [
  spoiled.frameSeq,
  spoiled.idx,
  spoiled.at,
  spoiled.method === null
    ? null
    : spoiled.method.toWellFormed().replaceAll('\u0000', '').slice(0, METHOD_MAX),
  spoiled.msgId,
  reasonOf(error),
  hash('sha256', spoiled.bytes, 'hex'),
  Buffer.from(spoiled.bytes.subarray(0, HEAD_BYTES)).toString('base64'),
  spoiled.bytes.byteLength,
]
