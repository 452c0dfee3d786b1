import * as fc from 'fast-check'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import { Reader, WireError } from '../../src/tiktok/wire.ts'

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const after = (writer: BinaryWriter): Reader => {
  const reader = new Reader(writer.finish())
  reader.tag()
  return reader
}

describe('numbers', () => {
  it('every 64-bit value reads as its decimal text', () => {
    fc.assert(
      fc.property(int64, (value) => {
        const writer = new BinaryWriter().uint32(8).int64(value)
        expect(after(writer).int64Text()).toBe(value.toString())
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    0n,
    1n,
    -1n,
    999_999_999n,
    1_000_000_000n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    10n ** 18n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    -(2n ** 32n),
  ])('%s keeps every digit', (value) => {
    expect(after(new BinaryWriter().uint32(8).int64(value)).int64Text()).toBe(value.toString())
  })

  it('a number that doubles cannot hold is null, never rounded', () => {
    fc.assert(
      fc.property(int64, (value) => {
        const read = after(new BinaryWriter().uint32(8).int64(value)).int64Number()
        expect(read).toBe(Number.isSafeInteger(Number(value)) ? Number(value) : null)
      }),
      { numRuns: 5000 },
    )
  })

  it('an int32 reads as written, negative ones too', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        expect(after(new BinaryWriter().uint32(8).int32(value)).int32()).toBe(value)
      }),
    )
  })
})

describe('text and bytes', () => {
  it('text reads as TextDecoder reads it, broken sequences included', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary' })), (value) => {
        const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
        expect(after(new BinaryWriter().uint32(10).bytes(bytes)).string()).toBe(decoder.decode(bytes))
      }),
      { numRuns: 2000 },
    )
  })

  it('a view shares its bytes with the source', () => {
    const source = new BinaryWriter()
      .uint32(10)
      .bytes(new Uint8Array([1, 2, 3]))
      .finish()
    const reader = new Reader(source)
    reader.tag()
    const view = reader.view()
    expect([...view]).toEqual([1, 2, 3])
    expect(view.buffer).toBe(source.buffer)
  })

  it('a source that is a part of a larger buffer is not read beyond', () => {
    const whole = new Uint8Array([0xff, 10, 5, 1, 2, 0xff, 0xff, 0xff])
    const reader = new Reader(whole.subarray(1, 5))
    expect(reader.tag()).toBe(10)
    expect(() => reader.view()).toThrow(WireError)
  })
})

describe('broken input', () => {
  it.each([
    ['a length beyond the end', [10, 100, 1]],
    ['a length of four gigabytes', [10, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['a length of more than 32 bits', [10, 0xff, 0xff, 0xff, 0xff, 0x1f]],
    ['a varint without end', [8, 0x80, 0x80, 0x80]],
    ['a varint of eleven bytes', [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
    ['field number 0', [0, 0]],
    ['a group', [11, 8, 1, 12]],
    ['a group that ends without having begun', [12]],
    ['wire type 6', [14]],
    ['a truncated fixed64', [9, 1, 2, 3]],
    ['a truncated fixed32', [13, 1, 2]],
    ['a tag of six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 1]],
  ])('%s is a WireError that says where', (_, bytes) => {
    const read = (): void => {
      const reader = new Reader(new Uint8Array(bytes))
      for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) reader.skip(tag)
    }
    expect(read).toThrow(WireError)
    expect(read).toThrow(/ at byte \d+$/)
  })

  it('messages inside messages end at the depth limit', () => {
    // Forty messages, each the only field of the one around it.
    let bytes = new Uint8Array(0)
    for (let depth = 0; depth < 40; depth += 1) bytes = new BinaryWriter().uint32(10).bytes(bytes).finish()
    const reader = new Reader(bytes)
    const descend = (): void => {
      while (reader.tag() === 10) reader.enter()
    }
    expect(descend).toThrow(/nested too deep/)
  })

  it('an embedded message does not reach into the one around it', () => {
    // The inner message (2 bytes) claims a text of 4 bytes; the outer one would have them.
    const reader = new Reader(new Uint8Array([10, 2, 10, 4, 65, 66, 67, 68]))
    reader.tag()
    reader.enter()
    expect(reader.tag()).toBe(10)
    expect(() => reader.string()).toThrow(WireError)
  })

  it('random bytes end in an answer or a WireError after at most one step a byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const reader = new Reader(bytes)
        let steps = 0
        try {
          for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
            steps += 1
            reader.skip(tag)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
        }
        expect(steps).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 5000 },
    )
  })
})
