// The captured messages (see the README beside them) as messages of a creator, each once, with its own bytes.

import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Creator } from './creator.ts'
import type { Message } from './messages.ts'
import type { SendOptions } from './sender.ts'

const FILE = new URL('../../../../shared/captures/webcast.ndjson.gz', import.meta.url)

export const MISSING = `The captures are not there (${FILE.pathname}): what needs them was left out.`

export const hasCaptures = (): boolean => existsSync(FILE)

const varint = (bytes: Uint8Array, from: number): readonly [value: bigint, next: number] => {
  let value = 0n
  for (let at = from, shift = 0n; at < bytes.length; at += 1, shift += 7n) {
    const byte = bytes[at] ?? 0
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return [value, at + 1]
  }
  throw new Error('a varint without an end')
}

/** The first field with this number: its bytes or its number, undefined when there is none. */
const field = (bytes: Uint8Array, wanted: bigint): bigint | Uint8Array | undefined => {
  for (let at = 0; at < bytes.length;) {
    const [tag, start] = varint(bytes, at)
    const found = tag >> 3n === wanted
    const wire = Number(tag & 7n)
    if (wire === 0) {
      const [value, next] = varint(bytes, start)
      if (found) return value
      at = next
    } else if (wire === 2) {
      const [length, body] = varint(bytes, start)
      at = body + Number(length)
      if (found) return bytes.subarray(body, at)
    } else {
      at = start + (wire === 1 ? 8 : 4)
    }
  }
  return undefined
}

/** `common` is field 1 of nearly every message, and the message's id is field 2 in it; '0' without them. */
export const idInside = (payload: Uint8Array): string => {
  const common = field(payload, 1n)
  const id = common instanceof Uint8Array ? field(common, 2n) : undefined
  return typeof id === 'bigint' ? String(id) : '0'
}

/** All captured messages in the order of the file. Throws with a clear message when the file is missing. */
export const readCaptures = (): readonly Message[] => {
  if (!hasCaptures()) throw new Error(MISSING)
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trim().split('\n')
  return lines.map((line) => {
    const { method, payload } = JSON.parse(line) as { method: string; payload: string }
    const bytes = Buffer.from(payload, 'base64')
    return { method, msgId: idInside(bytes), payload: bytes }
  })
}

export interface Collision {
  readonly msgId: string
  readonly methods: readonly string[]
}

/** Ids that stand on messages with different bytes. A record keyed by id alone keeps one of each. */
export const collisions = (messages: readonly Message[]): readonly Collision[] => {
  const byId = Map.groupBy(messages, (message) => message.msgId)
  return [...byId]
    .filter(([msgId, same]) => msgId !== '0' && new Set(same.map(bytesOf)).size > 1)
    .map(([msgId, same]) => ({ msgId, methods: same.map((message) => message.method) }))
}

const bytesOf = (message: Message) => Buffer.from(message.payload).toString('latin1')

/** A control message that ends the broadcast: action, field 2, is 3 or 4. */
const isEnd = (message: Message): boolean => {
  const action = message.method === 'WebcastControlMessage' ? field(message.payload, 2n) : undefined
  return action === 3n || action === 4n
}

export interface Replayed {
  /** In the order in which they were sent. */
  readonly messages: readonly Message[]
  readonly frames: number
  readonly collisions: readonly Collision[]
}

/**
 * Sends every captured message once with its own bytes. The captures come from many broadcasts, so the messages
 * that end one are sent last, in a frame of their own: a client is right to leave when it reads them.
 */
export const replayCaptures = (creator: Creator, options: SendOptions = {}): Replayed => {
  const captured = readCaptures()
  const going = captured.filter((message) => !isEnd(message))
  const ends = captured.filter(isEnd)
  const frames = creator.send(going, { messagesPerFrame: 5, ...options })
  creator.send(ends, { ...options, messagesPerFrame: ends.length })
  const messages = [...going, ...ends]
  return { messages, frames: frames.length + 1, collisions: collisions(messages) }
}
