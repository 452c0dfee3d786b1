// The protobuf wire format, read in place: tags, varints, length-delimited views, skipping. It knows no
// message; field numbers live in `decode.ts` and its neighbours. Hostile bytes end in a WireError, never
// in a read outside the view and never in a loop: every step moves forward.

/** The bytes are not the protobuf they claim to be. `offset` counts from the start of the view being read. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly offset: number
  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`)
    this.offset = offset
  }
}

const DEPTH_MAX = 32
const TWO_32 = 0x1_0000_0000
const BILLION = 1_000_000_000

/** An unsigned 64-bit value, given as its two halves, in decimal. Long division by 10^9, in doubles that stay exact. */
const unsignedText = (high: number, low: number): string => {
  if (high < 0x20_0000) return String(high * TWO_32 + low)
  const middle = (high % BILLION) * 0x1_0000 + (low >>> 16)
  const last = (middle % BILLION) * 0x1_0000 + (low & 0xffff)
  const quotient =
    Math.floor(high / BILLION) * TWO_32 + Math.floor(middle / BILLION) * 0x1_0000 + Math.floor(last / BILLION)
  const rest = String(last % BILLION)
  return String(quotient) + '000000000'.slice(rest.length) + rest
}

/**
 * A cursor over one message and the messages inside it. The loop is always
 * `for (let tag = r.tag(); tag !== 0; tag = r.tag()) switch (tag) { …; default: r.skip(tag) }`
 * where a case is field number × 8 + wire type, so a field whose type has changed is skipped like an unknown one.
 */
export class Reader {
  private readonly bytes: Buffer
  private position = 0
  private end: number
  private depth = 0
  private low = 0
  private high = 0

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.end = bytes.byteLength
  }

  /** The next field's tag, or 0 at the end of the message being read. */
  tag(): number {
    if (this.position >= this.end) return 0
    const first = this.bytes[this.position]!
    // One byte holds fields 1 to 15, which is most of what is read here.
    if (first < 0x80) {
      this.position += 1
      if (first < 8) this.fail('field number 0')
      return first
    }
    const tag = this.short('tag')
    if (tag >>> 3 === 0) this.fail('field number 0')
    return tag
  }

  /** True until the end of the message being read: for packed fields. */
  more(): boolean {
    return this.position < this.end
  }

  /** Steps over the value of a field. Groups have been gone from protobuf for long and are refused. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.varint()
        return
      case 1:
        this.advance(8)
        return
      case 2:
        this.advance(this.length())
        return
      case 5:
        this.advance(4)
        return
      default:
        this.fail(`wire type ${tag & 7}`)
    }
  }

  /** Goes into an embedded message; what it answers is given back to `leave`. */
  enter(): number {
    const length = this.length()
    if (++this.depth > DEPTH_MAX) this.fail('nested too deep')
    const outer = this.end
    this.end = this.position + length
    return outer
  }

  /** Comes out of an embedded message, from wherever the reading of it stopped. */
  leave(outer: number): void {
    this.position = this.end
    this.end = outer
    this.depth -= 1
  }

  /** int32, enum: the low 32 bits, as protobuf says for a value that is too large. */
  int32(): number {
    this.varint()
    return this.low | 0
  }

  bool(): boolean {
    this.varint()
    return this.low !== 0 || this.high !== 0
  }

  /** int64 in decimal. */
  int64Text(): string {
    this.varint()
    if (this.high < 0x8000_0000) return unsignedText(this.high, this.low)
    // Two's complement; its negation as two unsigned halves.
    const low = (~this.low + 1) >>> 0
    const high = (~this.high + (low === 0 ? 1 : 0)) >>> 0
    return `-${unsignedText(high, low)}`
  }

  /** int64 as a number, or null where a number cannot hold it exactly. */
  int64Number(): number | null {
    this.varint()
    const value = (this.high | 0) * TWO_32 + this.low
    return Number.isSafeInteger(value) ? value : null
  }

  /** UTF-8; broken sequences become U+FFFD. */
  string(): string {
    const length = this.length()
    const start = this.position
    this.position += length
    return length === 0 ? '' : this.bytes.toString('utf8', start, this.position)
  }

  /** A view of the field's bytes; nothing is copied. */
  view(): Buffer {
    const length = this.length()
    const start = this.position
    this.position += length
    return this.bytes.subarray(start, this.position)
  }

  private length(): number {
    const length = this.short('length')
    if (length > this.end - this.position) this.fail('length beyond the end')
    return length
  }

  private advance(count: number): void {
    if (count > this.end - this.position) this.fail('truncated')
    this.position += count
  }

  /** A varint that must fit 32 bits: tags and lengths. */
  private short(what: string): number {
    const bytes = this.bytes
    let position = this.position
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      if (position >= this.end) this.fail('truncated')
      const byte = bytes[position++]!
      if (shift === 28 && byte > 0x0f) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.position = position
        return value >>> 0
      }
    }
    return this.fail(`${what} is not 32 bits`)
  }

  /** Any varint, into two unsigned halves. */
  private varint(): void {
    const bytes = this.bytes
    const end = this.end
    let position = this.position
    let low = 0
    let high = 0
    for (let index = 0; index < 10; index += 1) {
      if (position >= end) this.fail('truncated')
      const byte = bytes[position++]!
      const bits = byte & 0x7f
      if (index < 4) low |= bits << (index * 7)
      else if (index === 4) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (index * 7 - 32)
      if (byte < 0x80) {
        this.position = position
        this.low = low >>> 0
        this.high = high >>> 0
        return
      }
    }
    this.fail('varint is not 64 bits')
  }

  private fail(reason: string): never {
    throw new WireError(reason, this.position)
  }
}
