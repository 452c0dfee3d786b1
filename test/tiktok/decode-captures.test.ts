// Every captured message, column by column, against the full decoder.

import * as P from 'tiktok-live-proto/v3'
import { describe, expect, it } from 'vitest'
import type { DecodedMessage, EventKind } from '../../src/domain/event.ts'
import { decodeMessage } from '../../src/tiktok/decode.ts'
import { Reader } from '../../src/tiktok/wire.ts'
import { CAPTURES, captures, EXPECTED, hasSchema } from './decode-expected.ts'

const all = captures()
const skipped = `left out: ${CAPTURES} is not there`

const columns = (event: DecodedMessage): Omit<DecodedMessage, 'method' | 'msgId' | 'isHistory' | 'data'> => {
  const { method: _, msgId: _id, isHistory: _history, data: _data, ...rest } = event
  return rest
}

/** common.msgId and common.createTime of any payload, by walking it without a schema. */
const header = (payload: Uint8Array): { readonly id: string | null; readonly at: string | null } => {
  const reader = new Reader(payload)
  const found: { id: string | null; at: string | null } = { id: null, at: null }
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== 10) reader.skip(tag)
    else {
      const common = P.CommonMessageData.decode(reader.view())
      found.id = common.msgId
      found.at = common.createTime
    }
  }
  return found
}

describe('the captured messages', () => {
  it('each column of each message with a schema is what the full decoder gives', (context) => {
    if (all === null) return context.skip(skipped)
    const compared = new Map<EventKind, number>()
    for (const { method, payload } of all) {
      const expected = EXPECTED[method]
      if (expected === undefined) continue
      const event = decodeMessage(method, payload, '17', false)
      expect(columns(event), method).toEqual(expected(payload))
      compared.set(event.kind, (compared.get(event.kind) ?? 0) + 1)
    }
    console.log('compared', JSON.stringify(Object.fromEntries(compared)))
    for (const [kind, least] of [
      ['chat', 100],
      ['gift', 80],
      ['like', 100],
      ['join', 100],
      ['viewers', 100],
      ['follow', 50],
      ['share', 30],
      ['rank', 100],
      ['goal', 50],
      ['envelope', 50],
      ['room', 50],
      ['battle', 40],
      ['pin', 20],
      ['poll', 10],
      ['question', 10],
      ['emote', 10],
      ['caption', 10],
      ['shopping', 10],
      ['control', 10],
      ['delete', 8],
      ['intro', 7],
      ['subscribe', 2],
    ] as const)
      expect(compared.get(kind) ?? 0, kind).toBeGreaterThanOrEqual(least)
  })

  it('a type without columns is `other`, with the id and the time of its header', (context) => {
    if (all === null) return context.skip(skipped)
    let compared = 0
    const unknown = new Set<string>()
    for (const { method, payload } of all) {
      if (EXPECTED[method] !== undefined) continue
      const event = decodeMessage(method, payload, null, true)
      const { id, at } = header(payload)
      expect(event, method).toMatchObject({ kind: 'other', method, isHistory: true })
      expect(event.msgId, method).toBe(id === '0' ? null : id)
      expect(event.sourceAt, method).toBe(at === null || at.length !== 13 ? null : Number(at))
      if (!hasSchema(method)) unknown.add(method)
      compared += 1
    }
    console.log('compared as other', compared, 'types without schema', unknown.size)
    expect(unknown.size).toBeGreaterThanOrEqual(30)
    expect(compared).toBeGreaterThan(400)
  })

  it('the id of the envelope goes before the id inside', (context) => {
    if (all === null) return context.skip(skipped)
    for (const { method, payload } of all) {
      expect(decodeMessage(method, payload, '17', false).msgId).toBe('17')
      const { id } = header(payload)
      expect(decodeMessage(method, payload, null, false).msgId, method).toBe(id === '0' ? null : id)
    }
  })
})
