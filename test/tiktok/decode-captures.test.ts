// Every captured message, column by column, against the full decoder.

import * as P from 'tiktok-live-proto/v3'
import { describe, expect, it } from 'vitest'
import type { DecodedMessage, EventKind } from '../../src/domain/event.ts'
import { decodeMessage } from '../../src/tiktok/decode.ts'
import { Reader } from '../../src/tiktok/wire.ts'
import { hasCaptures, MISSING, readCaptures } from '../_support/tiktok/captures.ts'
import { make } from '../_support/tiktok/messages.ts'
import { encodeAny, EXPECTED, hasSchema } from './decode-expected.ts'

const all = hasCaptures() ? readCaptures() : null

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
    if (all === null) return context.skip(MISSING)
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
    if (all === null) return context.skip(MISSING)
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
    if (all === null) return context.skip(MISSING)
    for (const { method, payload } of all) {
      expect(decodeMessage(method, payload, '17', false).msgId).toBe('17')
      const { id } = header(payload)
      expect(decodeMessage(method, payload, null, false).msgId, method).toBe(id === '0' ? null : id)
    }
  })
})

describe('messages that the full encoder wrote', () => {
  // Every name that some kind reads; a codec writes those that are its own.
  const user = make(P.User, { id: '7012345678901234567', displayId: 'fan.one', nickname: 'Fan 🦊' })
  const fields = {
    common: make(P.CommonMessageData, { msgId: '7290000000000000001', createTime: '1700000000123' }),
    user,
    content: 'a text',
    message: 'a text',
    tips: 'a tip',
    count: 3,
    repeatCount: 4,
    repeatEnd: 1,
    memberCount: 5,
    giftId: '5655',
    groupId: '12',
    followCount: '6',
    subMonth: '7',
    actionByUserId: '8',
    fromUserId: '8',
    opUid: '8',
    operatorUserId: '8',
    curUserId: '8',
    ownerIdxAfterUpdate: '2',
    contributorId: '8',
    contributorDisplayId: 'giver',
    contributeCount: '9',
    gift: make(P.Gift, { id: '5655', diamondCount: 99, name: 'Rose' }),
    data: make(P.Question, { content: 'why?', user }),
    goal: make(P.LiveStreamGoal, { description: 'a goal' }),
    envelopeInfo: make(P.MessageRedEnvelopInfo, { sendUserId: '8', sendUserName: 'N', diamondCount: 20 }),
    startContent: make(P.PollStartContent, { title: 'which?', operator: user }),
    chatMessage: make(P.WebcastChatMessage, { content: 'pinned', user }),
    popProduct: make(P.PopProduct, { title: 'a thing' }),
  }

  it.each(Object.keys(EXPECTED).filter(hasSchema))('%s has the same columns', (method) => {
    const payload = encodeAny(method, fields)
    expect(columns(decodeMessage(method, payload, '1', false))).toEqual(EXPECTED[method]!(payload))
  })
})
