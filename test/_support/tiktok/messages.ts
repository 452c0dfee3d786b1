// Webcast messages as TikTok encodes them: one builder a kind, all fields that are not named at their defaults.
// It knows no room and no socket; ids and rooms come in by `Head`.

import * as P from 'tiktok-live-proto/v3'

/** One webcast message. `msgId` is the id on the envelope and in `common`; '0' where TikTok gives none. */
export interface Message {
  readonly method: string
  readonly msgId: string
  readonly payload: Uint8Array
}

export interface Head {
  readonly msgId: string
  readonly roomId: string
  /** Milliseconds UTC. */
  readonly at: number
}

export interface Person {
  readonly id: string
  readonly handle: string
  readonly nickname: string
}

export interface GiftKind {
  readonly id: string
  readonly name: string
  readonly diamonds: number
  /** Combo gifts come as streaks, the others as single frames. */
  readonly combo: boolean
}

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array }
  decode(input: Uint8Array): T
}

const EMPTY = new Uint8Array(0)

/** A full default object with `fields` set: the generated code has no create of its own. */
export const make = <T extends object>(codec: Codec<T>, fields: Partial<T>): T =>
  Object.assign(codec.decode(EMPTY), fields)

export const encode = <T extends object>(codec: Codec<T>, fields: Partial<T>): Uint8Array =>
  codec.encode(make(codec, fields)).finish()

const image = (uri: string) =>
  make(P.ImageModel, { uri, urlList: [`https://p16.example/${uri}.webp`, `https://p19.example/${uri}.webp`] })

export const userOf = (person: Person): P.User =>
  make(P.User, {
    id: person.id,
    idStr: person.id,
    displayId: person.handle,
    nickname: person.nickname,
    secUid: `MS4wLjABAAAA${person.id}`,
    avatarThumb: image(`avatar/${person.id}`),
    followInfo: make(P.FollowInfo, { followingCount: '12', followerCount: '34' }),
  })

const commonOf = (method: string, head: Head, textKey?: string) =>
  make(P.CommonMessageData, {
    method,
    msgId: head.msgId,
    roomId: head.roomId,
    createTime: String(head.at),
    isShowMsg: true,
    ...(textKey === undefined
      ? {}
      : { displayText: make(P.MessageCommonText, { key: textKey, defaultPattern: '{0:user}' }) }),
  })

const message = <T extends object>(
  method: string,
  codec: Codec<T & { common: P.CommonMessageData | undefined }>,
  head: Head,
  fields: Partial<T>,
  textKey?: string,
): Message => {
  const full = Object.assign(codec.decode(EMPTY), fields, { common: commonOf(method, head, textKey) })
  return { method, msgId: head.msgId, payload: codec.encode(full).finish() }
}

export const chat = (head: Head, person: Person, text: string): Message =>
  message('WebcastChatMessage', P.WebcastChatMessage, head, {
    user: userOf(person),
    content: text,
    contentLanguage: 'en',
  })

export interface GiftFrame {
  readonly repeat: number
  readonly group: string
  readonly final: boolean
}

export const gift = (head: Head, person: Person, kind: GiftKind, frame: GiftFrame): Message =>
  message('WebcastGiftMessage', P.WebcastGiftMessage, head, {
    user: userOf(person),
    giftId: kind.id,
    groupId: frame.group,
    repeatCount: frame.repeat,
    comboCount: frame.repeat,
    groupCount: 1,
    repeatEnd: frame.final ? 1 : 0,
    sendType: frame.final ? '0' : '1',
    gift: make(P.Gift, {
      id: kind.id,
      name: kind.name,
      diamondCount: kind.diamonds,
      combo: kind.combo,
      type: kind.combo ? 1 : 2,
      image: image(`gift/${kind.id}`),
    }),
  })

export const like = (head: Head, person: Person, count: number, total: number): Message =>
  message('WebcastLikeMessage', P.WebcastLikeMessage, head, {
    user: userOf(person),
    count,
    total: String(total),
  })

export const join = (head: Head, person: Person, memberCount: number): Message =>
  message('WebcastMemberMessage', P.WebcastMemberMessage, head, {
    user: userOf(person),
    memberCount,
    action: P.MemberMessageAction.MEMBER_MESSAGE_ACTION_JOINED,
    userId: person.id,
  })

export const follow = (head: Head, person: Person, followCount: number): Message =>
  message(
    'WebcastSocialMessage',
    P.WebcastSocialMessage,
    head,
    { user: userOf(person), action: '1', followCount: String(followCount) },
    'pm_main_follow_message_viewer_2',
  )

export const share = (head: Head, person: Person): Message =>
  message(
    'WebcastSocialMessage',
    P.WebcastSocialMessage,
    head,
    { user: userOf(person), action: '3', shareType: '1', shareCount: 1 },
    'pm_mt_guidance_share',
  )

export const viewers = (head: Head, now: number, cumulative: number): Message =>
  message('WebcastRoomUserSeqMessage', P.WebcastRoomUserSeqMessage, head, {
    total: String(now),
    totalUser: String(cumulative),
    popularity: String(now),
  })

export const control = (head: Head, action: number): Message =>
  message('WebcastControlMessage', P.WebcastControlMessage, head, { action })

export const question = (head: Head, person: Person, text: string): Message =>
  message('WebcastQuestionNewMessage', P.WebcastQuestionNewMessage, head, {
    data: make(P.Question, {
      questionId: head.msgId,
      content: text,
      createTime: String(head.at),
      user: userOf(person),
    }),
  })

export const battle = (head: Head, battleId: string): Message =>
  message('WebcastLinkMicBattle', P.WebcastLinkMicBattle, head, {
    battleId,
    action: P.LinkMicBattleBattleAction.OPEN,
    battleSettings: make(P.BattleSetting, { battleId, startTimeMs: String(head.at), duration: 300 }),
  })

export const envelope = (head: Head, person: Person, diamonds: number, people: number): Message =>
  message('WebcastEnvelopeMessage', P.WebcastEnvelopeMessage, head, {
    envelopeInfo: make(P.MessageRedEnvelopInfo, {
      envelopeId: head.msgId,
      sendUserId: person.id,
      sendUserName: person.nickname,
      diamondCount: diamonds,
      peopleCount: people,
      roomId: head.roomId,
    }),
  })

export const poll = (head: Head, title: string, options: readonly string[]): Message =>
  message('WebcastPollMessage', P.WebcastPollMessage, head, {
    pollId: head.msgId,
    startContent: make(P.PollStartContent, {
      title,
      startTime: String(head.at),
      optionList: options.map((displayContent, index) =>
        make(P.PollOptionInfo, { displayContent, optionIdx: index + 1 }),
      ),
    }),
  })

export const pin = (head: Head, person: Person, text: string): Message =>
  message('WebcastRoomPinMessage', P.WebcastRoomPinMessage, head, {
    method: 'WebcastChatMessage',
    chatMessage: make(P.WebcastChatMessage, { user: userOf(person), content: text }),
    pinTime: String(head.at),
    action: P.PinMessageActionType.PIN,
  })

export const emote = (head: Head, person: Person, emoteId: string): Message =>
  message('WebcastEmoteChatMessage', P.WebcastEmoteChatMessage, head, {
    user: userOf(person),
    emoteList: [make(P.EmoteModel, { emoteId })],
  })

export const intro = (head: Head, person: Person, text: string): Message =>
  message('WebcastLiveIntroMessage', P.WebcastLiveIntroMessage, head, {
    id: head.msgId,
    content: text,
    user: userOf(person),
  })

export const remove = (head: Head, msgIds: readonly string[]): Message =>
  message('WebcastImDeleteMessage', P.WebcastImDeleteMessage, head, { deleteMsgIds: [...msgIds] })
