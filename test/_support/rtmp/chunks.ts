// RTMP's chunk stream: bytes to messages and messages to bytes, with the handshake before them.

import { randomBytes } from 'node:crypto'

export interface Message {
  readonly type: number
  readonly streamId: number
  readonly payload: Buffer
}

interface Stream {
  type: number
  streamId: number
  length: number
  extended: boolean
  parts: Buffer[]
  gathered: number
}

const HANDSHAKE = 1_536
const HEADER = [11, 7, 3, 0] as const
const OUT_CHUNK = 4_096

export const writeMessage = ({ type, streamId, payload }: Message, chunkId: number): Buffer => {
  const header = Buffer.alloc(12)
  header[0] = chunkId
  header.writeUIntBE(payload.length, 4, 3)
  header[7] = type
  header.writeUInt32LE(streamId, 8)
  const parts: Buffer[] = [header]
  for (let at = 0; at < payload.length; at += OUT_CHUNK) {
    if (at > 0) parts.push(Buffer.from([0xc0 | chunkId]))
    parts.push(payload.subarray(at, at + OUT_CHUNK))
  }
  return Buffer.concat(parts)
}

export class ChunkReader {
  #waiting: Buffer = Buffer.alloc(0)
  #handshake: 'hello' | 'echo' | 'done' = 'hello'
  #chunkSize = 128
  readonly #streams = new Map<number, Stream>()
  readonly #reply: (bytes: Buffer) => void
  readonly #onMessage: (message: Message) => void

  constructor(reply: (bytes: Buffer) => void, onMessage: (message: Message) => void) {
    this.#reply = reply
    this.#onMessage = onMessage
  }

  push(bytes: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes])
    while (this.#step()) continue
  }

  #take(count: number): Buffer {
    const taken = this.#waiting.subarray(0, count)
    this.#waiting = this.#waiting.subarray(count)
    return taken
  }

  /** False when it needs more bytes. */
  #step(): boolean {
    switch (this.#handshake) {
      case 'hello': {
        if (this.#waiting.length < 1 + HANDSHAKE) return false
        const theirs = this.#take(1 + HANDSHAKE).subarray(1)
        this.#reply(Buffer.concat([Buffer.from([3]), Buffer.alloc(8), randomBytes(HANDSHAKE - 8), theirs]))
        this.#handshake = 'echo'
        return true
      }
      case 'echo':
        if (this.#waiting.length < HANDSHAKE) return false
        this.#take(HANDSHAKE)
        this.#handshake = 'done'
        return true
      default:
        return this.#chunk()
    }
  }

  #chunk(): boolean {
    const bytes = this.#waiting
    const first = bytes[0]
    if (first === undefined) return false
    const format = first >> 6
    const idBytes = [1, 2][first & 63] ?? 0
    let at = 1 + idBytes
    if (bytes.length < at + HEADER[format as 0 | 1 | 2 | 3]) return false
    const chunkId =
      idBytes === 0 ? first & 63 : 64 + (bytes[1] ?? 0) + (idBytes === 2 ? (bytes[2] ?? 0) * 256 : 0)
    const known = this.#streams.get(chunkId)
    const stream = known ?? { type: 0, streamId: 0, length: 0, extended: false, parts: [], gathered: 0 }
    // A chunk that is not whole yet is read again from its beginning, so nothing is kept before that is known.
    let { type, streamId, length, extended } = stream
    if (format < 3) extended = bytes.readUIntBE(at, 3) === 0xffffff
    if (format < 2) {
      length = bytes.readUIntBE(at + 3, 3)
      type = bytes[at + 6] ?? 0
    }
    if (format === 0) streamId = bytes.readUInt32LE(at + 7)
    at += HEADER[format as 0 | 1 | 2 | 3] + (extended ? 4 : 0)
    const size = Math.min(this.#chunkSize, length - stream.gathered)
    if (bytes.length < at + size) return false
    this.#take(at)
    stream.parts.push(this.#take(size))
    Object.assign(stream, { type, streamId, length, extended, gathered: stream.gathered + size })
    this.#streams.set(chunkId, stream)
    if (stream.gathered >= length) {
      const payload = Buffer.concat(stream.parts)
      stream.parts = []
      stream.gathered = 0
      if (type === 1) this.#chunkSize = payload.readUInt32BE(0) & 0x7fffffff
      this.#onMessage({ type, streamId, payload })
    }
    return true
  }
}
