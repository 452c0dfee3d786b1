// Frames, batches and kinds, from messages that the full encoder wrote.

import { gzipSync } from 'node:zlib'
import * as P from 'tiktok-live-proto/v3'
import { describe, expect, it } from 'vitest'
import { decodeMessage, readFetchResult, readPushFrame } from '../../src/tiktok/decode.ts'
import { WireError } from '../../src/tiktok/wire.ts'
import { encode, make } from '../_support/tiktok/messages.ts'

const bytes = <T extends object>(...of: Parameters<typeof encode<T>>): Buffer => Buffer.from(encode(...of))
const common = make(P.CommonMessageData, { msgId: '7290000000000000001', createTime: '1700000000123' })
const fan = make(P.User, { id: '7012345678901234567', displayId: 'fan.one', nickname: 'Fan 🦊' })
const other = make(P.User, { id: '42', displayId: 'guest', nickname: 'Guest' })
const read = (method: string, payload: Uint8Array) => decodeMessage(method, payload, '1', false)

const frame = (payload: Uint8Array) =>
  readPushFrame(
    bytes(P.WebcastPushFrame, {
      seqId: '3',
      logId: '7290000000000000009',
      payloadType: 'msg',
      payloadEncoding: 'pb',
      headers: [make(P.PushHeader, { key: 'compress_type', value: 'gzip' })],
      payload: Buffer.from(payload),
    }),
  )

describe('a frame', () => {
  it('gives its ids, its type and a view of its payload', () => {
    const packed = gzipSync('batch')
    const read = frame(packed)
    expect(read).toMatchObject({
      seqId: '3',
      logId: '7290000000000000009',
      payloadType: 'msg',
      payloadEncoding: 'pb',
      gzip: true,
    })
    expect(read.payload.equals(packed)).toBe(true)
  })

  it('is gzip by its bytes, whatever its header says', () => {
    expect(frame(Buffer.from('plain')).gzip).toBe(false)
  })

  it('without a log id has null, so nothing can be acknowledged', () => {
    expect(readPushFrame(bytes(P.WebcastPushFrame, { payloadType: 'hb' }))).toMatchObject({
      seqId: null,
      logId: null,
      payloadType: 'hb',
    })
  })
})

describe('a batch', () => {
  it('gives its messages in order, each with id, history mark and payload', () => {
    const batch = readFetchResult(
      bytes(P.ProtoMessageFetchResult, {
        cursor: 'c1',
        internalExt: 'ext',
        needAck: true,
        pushServer: 'wss://push.example/ws',
        heartbeatDuration: '10000',
        now: '1700000000000',
        messages: [
          make(P.BaseProtoMessage, {
            method: 'A',
            msgId: '7290000000000000001',
            payload: Buffer.from('one'),
          }),
          make(P.BaseProtoMessage, { method: 'B', msgId: '0', isHistory: true, payload: Buffer.from('two') }),
        ],
      }),
    )
    expect(batch).toMatchObject({
      cursor: 'c1',
      internalExt: 'ext',
      needAck: true,
      pushServer: 'wss://push.example/ws',
      heartbeatDurationMs: 10_000,
      now: 1_700_000_000_000,
    })
    expect(batch.messages.map((m) => [m.method, m.msgId, m.isHistory, m.payload.toString()])).toEqual([
      ['A', '7290000000000000001', false, 'one'],
      ['B', null, true, 'two'],
    ])
  })
})

const option = (displayContent: string, votes: string, optionIdx: number) =>
  make(P.PollOptionInfo, { displayContent, votes, optionIdx })

describe('what goes into data', () => {
  it('a gift: name, combo, receiver', () => {
    const gift = make(P.Gift, { id: '5655', name: 'Rose', combo: true, type: 1, diamondCount: 1 })
    const event = read(
      'WebcastGiftMessage',
      bytes(P.WebcastGiftMessage, {
        common,
        user: fan,
        toUser: other,
        gift,
        giftId: '5655',
        groupId: '99',
        repeatCount: 7,
        comboCount: 7,
        repeatEnd: 1,
      }),
    )
    expect(event).toMatchObject({ amount: 7, value: 1, giftId: '5655', groupId: '99', final: true })
    expect(event.data).toEqual({
      name: 'Rose',
      combo: true,
      type: 1,
      comboCount: 7,
      to: { id: '42', handle: 'guest', nickname: 'Guest' },
    })
  })

  it('a gift that names itself only inside keeps its id, in either order of the fields', () => {
    const inner = bytes(P.WebcastGiftMessage, { gift: make(P.Gift, { id: '5', diamondCount: 9 }) })
    const outer = bytes(P.WebcastGiftMessage, { giftId: '7' })
    expect(read('WebcastGiftMessage', inner).giftId).toBe('5')
    expect(read('WebcastGiftMessage', Buffer.concat([inner, outer]))).toMatchObject({ giftId: '7', value: 9 })
    expect(read('WebcastGiftMessage', Buffer.concat([outer, inner]))).toMatchObject({ giftId: '7', value: 9 })
  })

  it('a chat: only roles that set the sender apart, and emotes', () => {
    const plain = bytes(P.WebcastChatMessage, {
      common,
      user: fan,
      content: 'hi',
      userIdentity: make(P.UserIdentity, { isFollowerOfAnchor: true }),
    })
    const moderator = bytes(P.WebcastChatMessage, {
      content: 'hush',
      userIdentity: make(P.UserIdentity, { isModeratorOfAnchor: true, isSubscriberOfAnchor: true }),
      emotes: ['e1', 'e2'].map((emoteId, index) =>
        make(P.EmojiEmoteWithIndex, { index, emote: make(P.EmoteModel, { emoteId }) }),
      ),
    })
    expect(read('WebcastChatMessage', plain)).toMatchObject({ text: 'hi', handle: 'fan.one', data: null })
    expect(read('WebcastChatMessage', moderator).data).toEqual({
      moderator: true,
      subscriber: true,
      emotes: ['e1', 'e2'],
    })
  })

  it('a battle: hosts and scores', () => {
    const armies = read(
      'WebcastLinkMicArmies',
      bytes(P.WebcastLinkMicArmies, {
        common,
        battleId: '77',
        armies: { 5: make(P.BattleUserArmies, { hostscore: '1883' }) },
      }),
    )
    expect(armies.data).toEqual({ battleId: '77', scores: [{ id: '5', score: 1883 }] })
    const battle = read(
      'WebcastLinkMicBattle',
      bytes(P.WebcastLinkMicBattle, {
        battleId: '77',
        action: 4,
        anchorsInfo: [
          make(P.BattleUserInfoWrapper, {
            key: '5',
            value: make(P.BattleUserInfo, {
              user: make(P.BattleBaseUserInfo, { userId: '5', nickName: 'Host', displayId: 'host' }),
            }),
          }),
        ],
        battleResult: { 5: make(P.BattleResult, { userId: '5', score: '12', result: 1 }) },
      }),
    )
    expect(battle.data).toEqual({
      battleId: '77',
      action: 4,
      hosts: [{ id: '5', handle: 'host', nickname: 'Host' }],
      scores: [{ id: '5', score: 12, result: 1 }],
    })
  })

  it('a poll: its options with votes', () => {
    const poll = read(
      'WebcastPollMessage',
      bytes(P.WebcastPollMessage, {
        messageType: '2',
        pollId: '8',
        pollBasicInfo: make(P.PollBasicInfo, { title: 'Which?' }),
        updateVotesContent: make(P.PollUpdateVotesContent, {
          optionList: [option('yes', '3', 0), option('no', '0', 1)],
        }),
      }),
    )
    expect(poll.text).toBe('Which?')
    expect(poll.data).toEqual({
      phase: 2,
      pollId: '8',
      options: [
        { option: 'yes', votes: 3, index: 0 },
        { option: 'no', votes: 0, index: 1 },
      ],
    })
  })

  it('a deletion: the ids, packed or not', () => {
    const packed = bytes(P.WebcastImDeleteMessage, { deleteMsgIds: ['1', '2'], deleteUserIds: ['3'] })
    expect(read('WebcastImDeleteMessage', packed).data).toEqual({ messages: ['1', '2'], users: ['3'] })
    const loose = Buffer.from([16, 1, 16, 2, 24, 3])
    expect(read('WebcastImDeleteMessage', loose).data).toEqual({ messages: ['1', '2'], users: ['3'] })
  })

  it('viewers: now in total, ever in data', () => {
    const event = read('WebcastRoomUserSeqMessage', bytes(P.WebcastRoomUserSeqMessage, { totalUser: '473' }))
    expect(event).toMatchObject({ kind: 'viewers', total: 0, data: { totalUser: 473 } })
  })
})

describe('control', () => {
  it.each([
    [1, 'paused'],
    [2, 'unpaused'],
    [3, 'ended'],
    [4, 'suspended'],
    [9, null],
  ] as const)('action %i is %s', (action, control) => {
    const event = read(
      'WebcastControlMessage',
      bytes(P.WebcastControlMessage, { common, action: action as P.ControlAction }),
    )
    expect(event.control).toBe(control)
    expect(event.data).toEqual({ action })
  })
})

describe('time and ids', () => {
  it.each([
    ['0', null],
    ['1697608131', 1_697_608_131_000],
    ['1700000000123', 1_700_000_000_123],
    ['17', null],
    ['9223372036854775807', null],
    ['-1', null],
  ] as const)('a creation time of %s is %s', (createTime, expected) => {
    const payload = bytes(P.WebcastChatMessage, { common: make(P.CommonMessageData, { createTime }) })
    expect(read('WebcastChatMessage', payload).sourceAt).toBe(expected)
  })

  it('a message without any id has null, for the archive to name it', () => {
    const payload = bytes(P.WebcastChatMessage, { content: 'x' })
    expect(decodeMessage('WebcastChatMessage', payload, null, false).msgId).toBeNull()
  })

  it('a short number in an unknown type is not taken for its id', () => {
    const payload = bytes(P.WebcastChatMessage, { common: make(P.CommonMessageData, { msgId: '3' }) })
    expect(decodeMessage('WebcastNewThing', payload, null, false).msgId).toBeNull()
    expect(decodeMessage('WebcastChatMessage', payload, null, false).msgId).toBe('3')
  })

  it('a known kind whose payload is broken throws; an unknown one is `other` without header', () => {
    const broken = Buffer.from([10, 200, 1])
    expect(() => read('WebcastChatMessage', broken)).toThrow(WireError)
    expect(read('WebcastNewThing', broken)).toMatchObject({ kind: 'other', msgId: '1', sourceAt: null })
  })
})
