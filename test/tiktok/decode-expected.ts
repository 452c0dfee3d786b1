// What the columns of an event must be, by the full decoder (tiktok-live-proto/v3): the measure that the
// narrow one is held against. It shares no field numbers with it.

import { BinaryReader } from '@bufbuild/protobuf/wire'
import * as P from 'tiktok-live-proto/v3'
import type { DecodedMessage } from '../../src/domain/event.ts'

type Columns = Omit<DecodedMessage, 'method' | 'msgId' | 'isHistory' | 'data'>

interface Someone {
  readonly id: string
  readonly displayId: string
  readonly nickname: string
}
interface Head {
  readonly createTime: string
  readonly displayText?: P.MessageCommonText | undefined
}

const text = (value: string | undefined): string | null =>
  value === undefined || value === '' ? null : value
const id = (value: string | undefined): string | null => (value === '0' ? null : text(value))
/** An id that comes as text: null where a 64-bit column cannot hold it (one of the replaced ids is that large). */
const columnId = (value: string | undefined): string | null =>
  id(value) === null || BigInt(value!) >= 2n ** 63n ? null : value!
const some = (value: string | number | undefined): number | null => {
  const number = Number(value ?? 0)
  return number === 0 || !Number.isSafeInteger(number) ? null : number
}
const who = (user: Someone | undefined) => ({
  userId: id(user?.id),
  handle: text(user?.displayId),
  nickname: text(user?.nickname),
})
const inText = (message: P.MessageCommonText | undefined): Someone | undefined =>
  message?.pieces.find((piece) => piece.userValue?.user !== undefined)?.userValue?.user

/** Seconds and milliseconds both occur. */
const time = (common: Head | undefined): number | null => {
  const value = Number(common?.createTime ?? 0)
  if (value > 1e9 && value < 1e10) return value * 1000
  return value > 1e12 && value < 1e13 ? value : null
}

const nothing: Columns = {
  kind: 'other',
  sourceAt: null,
  userId: null,
  handle: null,
  nickname: null,
  text: null,
  amount: null,
  total: null,
  value: null,
  giftId: null,
  groupId: null,
  final: false,
  control: null,
}
const of = (
  kind: DecodedMessage['kind'],
  common: Head | undefined,
  user: Someone | undefined,
  rest: Partial<Columns> = {},
): Columns => ({ ...nothing, kind, sourceAt: time(common), ...who(user), ...rest })

const person = (known: string): Partial<Columns> => ({ userId: id(known) })

/**
 * In some captured gifts the replaced bytes of `priority.queueSizes` end in the middle of a number. The full
 * decoder then reads past the packed field and misses what follows, so it is given the gift without it.
 */
const GIFT_PRIORITY = 14
const without = (payload: Uint8Array, field: number): Uint8Array => {
  const reader = new BinaryReader(payload)
  const kept: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const start = reader.pos
    const [at, type] = reader.tag()
    reader.skip(type)
    if (at !== field) kept.push(payload.subarray(start, reader.pos))
  }
  return Buffer.concat(kept)
}

const roomMessage = (b: Uint8Array): Columns => {
  const m = P.WebcastRoomMessage.decode(b)
  return of('room', m.common, inText(m.common?.displayText), { text: text(m.content) })
}

/** One projection a method; a method without one is expected as `other`. */
export const EXPECTED: Readonly<Record<string, (payload: Uint8Array) => Columns>> = {
  WebcastChatMessage: (b) => {
    const m = P.WebcastChatMessage.decode(b)
    return of('chat', m.common, m.user, { text: text(m.content) })
  },
  WebcastGiftMessage: (b) => {
    const m = P.WebcastGiftMessage.decode(without(b, GIFT_PRIORITY))
    return of('gift', m.common, m.user, {
      amount: m.repeatCount,
      value: m.gift?.diamondCount ?? 0,
      giftId: id(m.giftId) ?? id(m.gift?.id),
      groupId: id(m.groupId),
      final: m.repeatEnd === 1,
    })
  },
  WebcastLikeMessage: (b) => {
    const m = P.WebcastLikeMessage.decode(b)
    return of('like', m.common, m.user, { amount: m.count, total: Number(m.total) })
  },
  WebcastMemberMessage: (b) => {
    const m = P.WebcastMemberMessage.decode(b)
    const kind = m.action === P.MemberMessageAction.MEMBER_MESSAGE_ACTION_SUBSCRIBED ? 'subscribe' : 'join'
    return of(kind, m.common, m.user, { total: some(m.memberCount) })
  },
  WebcastRoomUserSeqMessage: (b) => {
    const m = P.WebcastRoomUserSeqMessage.decode(b)
    return of('viewers', m.common, undefined, { total: Number(m.total) })
  },
  WebcastSocialMessage: (b) => {
    const m = P.WebcastSocialMessage.decode(b)
    const key = m.common?.displayText?.key ?? ''
    const action = Number(m.action)
    const kind =
      action === 1
        ? 'follow'
        : action === 3
          ? 'share'
          : key.includes('follow')
            ? 'follow'
            : key.includes('share')
              ? 'share'
              : 'social'
    return of(kind, m.common, m.user, { total: some(m.followCount), amount: some(m.shareCount) })
  },
  WebcastQuestionNewMessage: (b) => {
    const m = P.WebcastQuestionNewMessage.decode(b)
    return of('question', m.common, m.data?.user, { text: text(m.data?.content) })
  },
  WebcastLinkMicBattle: (b) => {
    const m = P.WebcastLinkMicBattle.decode(b)
    return of('battle', m.common, undefined, person(m.actionByUserId))
  },
  WebcastLinkMicArmies: (b) => {
    const m = P.WebcastLinkMicArmies.decode(b)
    return of('battle', m.common, undefined, person(m.fromUserId))
  },
  WebcastLinkmicBattleTaskMessage: (b) =>
    of('battle', P.WebcastLinkmicBattleTaskMessage.decode(b).common, undefined),
  WebcastLinkMicBattlePunishFinish: (b) => {
    const m = P.WebcastLinkMicBattlePunishFinish.decode(b)
    return of('battle', m.common, undefined, person(m.opUid))
  },
  WebcastLinkMicBattleItemCard: (b) =>
    of('battle', P.WebcastLinkMicBattleItemCard.decode(b).common, undefined),
  WebcastEnvelopeMessage: (b) => {
    const m = P.WebcastEnvelopeMessage.decode(b)
    const box = m.envelopeInfo
    return of('envelope', m.common, undefined, {
      userId: columnId(box?.sendUserId),
      nickname: text(box?.sendUserName),
      value: some(box?.diamondCount),
      amount: some(box?.peopleCount),
    })
  },
  WebcastPollMessage: (b) => {
    const m = P.WebcastPollMessage.decode(b)
    const operator = m.startContent?.operator ?? m.endContent?.operator ?? m.updateVotesContent?.operator
    return of('poll', m.common, operator, {
      text: text(m.startContent?.title) ?? text(m.pollBasicInfo?.title),
      amount: some(m.pollBasicInfo?.userCnt),
    })
  },
  WebcastRoomPinMessage: (b) => {
    const m = P.WebcastRoomPinMessage.decode(b)
    const pinned = m.chatMessage ?? m.socialMessage ?? m.giftMessage ?? m.memberMessage ?? m.likeMessage
    return of('pin', m.common, pinned?.user, { text: text(m.chatMessage?.content) })
  },
  WebcastSubPinEventMessage: (b) => {
    const m = P.WebcastSubPinEventMessage.decode(b)
    return of('pin', m.common, undefined, {
      ...person(m.operatorUserId),
      text: text(m.card?.goalPinCard?.desc?.content),
    })
  },
  WebcastEmoteChatMessage: (b) => {
    const m = P.WebcastEmoteChatMessage.decode(b)
    return of('emote', m.common, m.user)
  },
  WebcastSubNotifyMessage: (b) => {
    const m = P.WebcastSubNotifyMessage.decode(b)
    return of('subscribe', m.common, m.user, { amount: some(m.subMonth) })
  },
  WebcastRankUpdateMessage: (b) => of('rank', P.WebcastRankUpdateMessage.decode(b).common, undefined),
  WebcastRankTextMessage: (b) => {
    const m = P.WebcastRankTextMessage.decode(b)
    const user = inText(m.common?.displayText)
    return of('rank', m.common, user, {
      userId: id(user?.id) ?? id(m.curUserId),
      total: m.ownerIdxAfterUpdate === '0' ? null : Number(m.ownerIdxAfterUpdate),
    })
  },
  WebcastHourlyRankRewardMessage: (b) => {
    const m = P.WebcastHourlyRankRewardMessage.decode(b)
    return of('rank', m.common, inText(m.common?.displayText))
  },
  WebcastGoalUpdateMessage: (b) => {
    const m = P.WebcastGoalUpdateMessage.decode(b)
    return of('goal', m.common, undefined, {
      userId: id(m.contributorId),
      handle: text(m.contributorDisplayId),
      text: text(m.goal?.description),
      amount: some(m.contributeCount),
    })
  },
  WebcastCaptionMessage: (b) => {
    const m = P.WebcastCaptionMessage.decode(b)
    return of('caption', m.common, undefined, { text: text(m.content.map((c) => c.content).join('\n')) })
  },
  WebcastOecLiveShoppingMessage: (b) => {
    const m = P.WebcastOecLiveShoppingMessage.decode(b)
    return of('shopping', m.common, undefined, {
      text: text(m.popProduct?.title),
      amount: some(m.liveProductNumber),
    })
  },
  WebcastImDeleteMessage: (b) => of('delete', P.WebcastImDeleteMessage.decode(b).common, undefined),
  WebcastControlMessage: (b) => {
    const m = P.WebcastControlMessage.decode(b)
    const control: readonly Columns['control'][] = [null, 'paused', 'unpaused', 'ended', 'suspended']
    return of('control', m.common, undefined, { control: control[m.action] ?? null, text: text(m.tips) })
  },
  WebcastLiveIntroMessage: (b) => {
    const m = P.WebcastLiveIntroMessage.decode(b)
    return of('intro', m.common, m.user, { text: text(m.content) })
  },
  WebcastRoomMessage: (b) => roomMessage(b),
  RoomMessage: (b) => roomMessage(b),
  WebcastRoomNotifyMessage: (b) => {
    const m = P.WebcastRoomNotifyMessage.decode(b)
    return of('room', m.common, m.user ?? inText(m.common?.displayText), { text: text(m.content) })
  },
  WebcastSystemMessage: (b) => {
    const m = P.WebcastSystemMessage.decode(b)
    return of('room', m.common, inText(m.common?.displayText), { text: text(m.message) })
  },
  WebcastNoticeMessage: (b) => {
    const m = P.WebcastNoticeMessage.decode(b)
    return of('room', m.common, inText(m.common?.displayText), { text: text(m.content) })
  },
  WebcastBarrageMessage: (b) => {
    const m = P.WebcastBarrageMessage.decode(b)
    const key = m.common?.displayText?.key ?? m.content?.key ?? ''
    const kind =
      key.startsWith('ttlive_superfan') || m.msgType === 4 || m.msgType === 7 ? 'subscribe' : 'room'
    const user =
      m.user ??
      m.userGradeParam?.user ??
      m.fansLevelParam?.user ??
      inText(m.content) ??
      inText(m.common?.displayText)
    return of(kind, m.common, user, { amount: some(m.subscribeGiftParam?.giftSubCount) })
  },
}

/** All codecs of `tiktok-live-proto/v3` by name. */
const codecs: Readonly<Record<string, unknown>> = { ...P }
export const hasSchema = (method: string): boolean => method in codecs
/** Encodes `fields`, as far as the type has them. */
export const encodeAny = (method: string, fields: Readonly<Record<string, unknown>>): Uint8Array => {
  const codec = codecs[method] as typeof P.WebcastChatMessage
  const whole: Record<string, unknown> = { ...codec.decode(new Uint8Array(0)) }
  for (const [name, value] of Object.entries(fields)) {
    if (!(name in whole)) continue
    // Some names are a text in one type and a message, which is undefined at first, in another.
    const fits = whole[name] === undefined ? typeof value === 'object' : typeof whole[name] === typeof value
    if (fits) whole[name] = value
  }
  return codec.encode(whole as unknown as P.WebcastChatMessage).finish()
}
