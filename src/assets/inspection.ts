// What an upload's bytes go through on their way to the store: counted, hashed, compared with what was promised,
// and looked at for what they are. The last piece is held back until everything is known to be right, so a store
// that shows only whole objects never shows a wrong one.

import { createHash } from 'node:crypto'
import type { AssetErrorCode } from '../domain/asset.ts'
import { SNIFF_BYTES, type Format } from '../domain/asset-types.ts'
import type { Bytes } from './store.ts'

/** The bytes are not what they should be. */
export class Rejected extends Error {
  readonly code: AssetErrorCode
  constructor(code: AssetErrorCode) {
    super(code)
    this.name = 'Rejected'
    this.code = code
  }
}

/** All of a body, once it is known. */
export interface Sealed {
  readonly sizeBytes: number
  /** Hex. */
  readonly sha256: string
}

export interface Inspection {
  readonly format: Format
  readonly maxBytes: number
  /** As declared, or null. */
  readonly sizeBytes: number | null
  /** Hex, as declared, or null. */
  readonly sha256: string | null
  readonly received: (totalBytes: number) => void
  /** Everything is known and right; the last piece goes on when this resolves, and nothing does when it rejects. */
  readonly seal: (sealed: Sealed) => Promise<void>
}

/** The first bytes, gathered until there are enough of them to be looked at. */
class Head {
  readonly #begins: Format['begins']
  #bytes: Uint8Array = new Uint8Array()
  #isKnown = false

  constructor(begins: Format['begins']) {
    this.#begins = begins
  }

  take(piece: Uint8Array): void {
    if (this.#isKnown) return
    this.#bytes = Buffer.concat([this.#bytes, piece.subarray(0, SNIFF_BYTES - this.#bytes.byteLength)])
    if (this.#bytes.byteLength === SNIFF_BYTES) this.judge()
  }

  judge(): void {
    if (!this.#isKnown && !this.#begins(this.#bytes)) throw new Rejected('content_mismatch')
    this.#isKnown = true
  }
}

export async function* inspected(body: Bytes, inspection: Inspection): AsyncGenerator<Uint8Array> {
  const { format, maxBytes, sizeBytes, received, seal } = inspection
  const hash = createHash('sha256')
  const head = new Head(format.begins)
  let total = 0
  let held: Uint8Array | null = null
  if ((sizeBytes ?? 0) > maxBytes) throw new Rejected('too_large')
  for await (const piece of body) {
    if (piece.byteLength === 0) continue
    total += piece.byteLength
    if (total > maxBytes) throw new Rejected('too_large')
    if (sizeBytes !== null && total > sizeBytes) throw new Rejected('size_mismatch')
    hash.update(piece)
    head.take(piece)
    received(total)
    if (held !== null) yield held
    held = piece
  }
  if (sizeBytes !== null && total !== sizeBytes) throw new Rejected('size_mismatch')
  head.judge()
  const sha256 = hash.digest('hex')
  if (inspection.sha256 !== null && inspection.sha256 !== sha256) throw new Rejected('checksum_mismatch')
  await seal({ sizeBytes: total, sha256 })
  if (held !== null) yield held
}

/** Reads a body to its end and keeps nothing of it. */
export const drain = async (body: Bytes): Promise<void> => {
  for await (const piece of body) void piece
}

export const hashOf = async (body: Bytes): Promise<Sealed> => {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const piece of body) {
    hash.update(piece)
    sizeBytes += piece.byteLength
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}
