// What hostile bytes may do to the readers: end in an answer or in a WireError, and nothing else. A reader that
// never ended would be this file's time limit.

import * as fc from 'fast-check'
import * as P from 'tiktok-live-proto/v3'
import { describe, expect, it } from 'vitest'
import { EVENT_KINDS } from '../../src/domain/event.ts'
import { decodeMessage, readFetchResult, readPushFrame } from '../../src/tiktok/decode.ts'
import { WireError } from '../../src/tiktok/wire.ts'
import { hasCaptures, readCaptures } from '../_support/tiktok/captures.ts'
import { encode, make } from '../_support/tiktok/messages.ts'
import { EXPECTED } from './decode-expected.ts'

const user = make(P.User, { id: '7012345678901234567', displayId: 'fan.one', nickname: 'Fan' })
const bytes = <T extends object>(...of: Parameters<typeof encode<T>>): Buffer => Buffer.from(encode(...of))
const methods = [...Object.keys(EXPECTED), 'WebcastUnknown']
/** Either an answer of a known kind, or a WireError. */
const stands = (method: string, payload: Uint8Array): void => {
  try {
    expect(EVENT_KINDS).toContain(decodeMessage(method, payload, null, false).kind)
  } catch (error) {
    expect(error).toBeInstanceOf(WireError)
  }
}

describe('hostile bytes', () => {
  it('random bytes: an answer or a WireError, from every reader', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...methods), (payload, method) => {
        stands(method, payload)
        for (const reader of [readPushFrame, readFetchResult])
          try {
            reader(payload)
          } catch (error) {
            expect(error).toBeInstanceOf(WireError)
          }
      }),
      { numRuns: 20_000 },
    )
  })

  it('real payloads with bytes changed, cut or repeated: the same', () => {
    const synthetic = [
      {
        method: 'WebcastChatMessage',
        payload: bytes(P.WebcastChatMessage, { user, content: 'hi' }),
      },
      {
        method: 'WebcastGiftMessage',
        payload: bytes(P.WebcastGiftMessage, { user, groupId: '9' }),
      },
    ]
    const real = hasCaptures() ? readCaptures() : synthetic
    const mutation = fc.record({
      which: fc.nat(real.length - 1),
      edits: fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { maxLength: 8 }),
      cut: fc.option(fc.nat(20_000)),
      twice: fc.boolean(),
    })
    fc.assert(
      fc.property(mutation, ({ which, edits, cut, twice }) => {
        const { method, payload } = real[which]!
        let mutant = Buffer.from(twice ? Buffer.concat([payload, payload]) : payload)
        for (const [at, value] of edits) if (mutant.length > 0) mutant[at % mutant.length] = value
        if (cut !== null) mutant = mutant.subarray(0, cut)
        stands(method, mutant)
      }),
      { numRuns: 5000 },
    )
  })

  it('a list without end stays short in data', () => {
    const many = Buffer.concat(Array.from({ length: 5000 }, () => Buffer.from([16, 1])))
    const event = decodeMessage('WebcastImDeleteMessage', many, '1', false)
    expect(event.data).toEqual({ messages: Array.from({ length: 64 }, () => '1') })
  })
})
