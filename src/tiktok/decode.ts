// From bytes to events, reading only what is kept: the WebSocket's frame, the batch inside it, and one
// message at a time. Pure. It neither unpacks gzip nor decides what is new.

import type { DecodedMessage, EventKind } from '../domain/event.ts'
import { common, int, len, message, idOrNull, payload, type Draft, type Read } from './decode-parts.ts'
import * as contest from './messages-contest.ts'
import * as people from './messages-people.ts'
import * as room from './messages-room.ts'
import { Reader, WireError } from './wire.ts'

/** A WebSocket frame (WebcastPushFrame). `payload` is a view into the given bytes. */
export interface PushFrame {
  readonly seqId: string | null
  /** What an acknowledgement names; null where TikTok gave none. */
  readonly logId: string | null
  /** `msg` for messages, also `hb`, `ack`, `im_enter_room_resp` and the like. */
  readonly payloadType: string
  readonly payloadEncoding: string
  readonly payload: Buffer
  /** The payload begins like gzip: what the header says is not what the library goes by either. */
  readonly gzip: boolean
}

/** One message of a batch, before its payload is read. */
export interface Enveloped {
  readonly method: string
  /** Null where the envelope has none (0). */
  readonly msgId: string | null
  readonly isHistory: boolean
  /** A view into the batch. */
  readonly payload: Buffer
}

/** A batch (ProtoMessageFetchResult): what is in a frame once unpacked, and what a sign server answers. */
export interface FetchResult {
  readonly cursor: string
  readonly internalExt: string
  readonly needAck: boolean
  readonly pushServer: string
  readonly heartbeatDurationMs: number | null
  /** TikTok's clock when it made the batch. */
  readonly now: number | null
  readonly messages: readonly Enveloped[]
}

const EMPTY = Buffer.alloc(0)

type Open<T> = { -readonly [K in keyof T]: T[K] }

const pushFrame = payload<Open<PushFrame>>({
  [int(1)]: (r, frame) => (frame.seqId = idOrNull(r.int64Text())),
  [int(2)]: (r, frame) => (frame.logId = idOrNull(r.int64Text())),
  [len(6)]: (r, frame) => (frame.payloadEncoding = r.string()),
  [len(7)]: (r, frame) => (frame.payloadType = r.string()),
  [len(8)]: (r, frame) => (frame.payload = r.view()),
})

/** Reads a WebSocket frame. Throws WireError. */
export const readPushFrame = (bytes: Uint8Array): PushFrame => {
  const frame: Open<PushFrame> = {
    seqId: null,
    logId: null,
    payloadType: '',
    payloadEncoding: '',
    payload: EMPTY,
    gzip: false,
  }
  pushFrame(new Reader(bytes), frame)
  const body = frame.payload
  frame.gzip = body.length > 2 && body[0] === 0x1f && body[1] === 0x8b && body[2] === 8
  return frame
}

/** Whether a WebSocket frame is for messages: an answer to a heartbeat is not. What cannot be read may be. */
export const isForMessages = (bytes: Uint8Array): boolean => {
  try {
    return readPushFrame(bytes).payloadType === 'msg'
  } catch {
    return true
  }
}

const enveloped = message<Open<Enveloped>>({
  [len(1)]: (r, into) => (into.method = r.string()),
  [len(2)]: (r, into) => (into.payload = r.view()),
  [int(3)]: (r, into) => (into.msgId = idOrNull(r.int64Text())),
  [int(6)]: (r, into) => (into.isHistory = r.bool()),
})
const fetchResult = payload<Open<FetchResult> & { messages: Enveloped[] }>({
  [len(1)]: (r, result) => {
    const next: Open<Enveloped> = { method: '', msgId: null, isHistory: false, payload: EMPTY }
    enveloped(r, next)
    result.messages.push(next)
  },
  [len(2)]: (r, result) => (result.cursor = r.string()),
  [int(4)]: (r, result) => (result.now = r.int64Number()),
  [len(5)]: (r, result) => (result.internalExt = r.string()),
  [int(8)]: (r, result) => (result.heartbeatDurationMs = r.int64Number()),
  [int(9)]: (r, result) => (result.needAck = r.bool()),
  [len(10)]: (r, result) => (result.pushServer = r.string()),
})

/** Reads a batch that is not packed any more. Throws WireError. */
export const readFetchResult = (bytes: Uint8Array): FetchResult => {
  const result = {
    cursor: '',
    internalExt: '',
    needAck: false,
    pushServer: '',
    heartbeatDurationMs: null,
    now: null,
    messages: [],
  }
  fetchResult(new Reader(bytes), result)
  return result
}

const KINDS: ReadonlyMap<string, readonly [EventKind, Read<Draft>]> = new Map<
  string,
  readonly [EventKind, Read<Draft>]
>([
  ['WebcastChatMessage', ['chat', people.chat]],
  ['WebcastGiftMessage', ['gift', room.gift]],
  ['WebcastLikeMessage', ['like', people.like]],
  ['WebcastMemberMessage', ['join', people.member]],
  ['WebcastRoomUserSeqMessage', ['viewers', people.viewers]],
  ['WebcastSocialMessage', ['social', people.social]],
  ['WebcastQuestionNewMessage', ['question', people.question]],
  ['WebcastLinkMicBattle', ['battle', contest.battle]],
  ['WebcastLinkMicArmies', ['battle', contest.battleScore]],
  ['WebcastLinkmicBattleTaskMessage', ['battle', contest.battleTask]],
  ['WebcastLinkMicBattlePunishFinish', ['battle', contest.battlePunishment]],
  ['WebcastLinkMicBattleItemCard', ['battle', contest.battleCard]],
  ['WebcastEnvelopeMessage', ['envelope', room.envelope]],
  ['WebcastPollMessage', ['poll', room.poll]],
  ['WebcastRoomPinMessage', ['pin', room.pin]],
  ['WebcastSubPinEventMessage', ['pin', room.subscriptionPin]],
  ['WebcastEmoteChatMessage', ['emote', people.emoteChat]],
  ['WebcastSubNotifyMessage', ['subscribe', people.subscription]],
  ['WebcastRankUpdateMessage', ['rank', contest.rankUpdate]],
  ['WebcastRankTextMessage', ['rank', contest.rankText]],
  ['WebcastHourlyRankRewardMessage', ['rank', contest.rankReward]],
  ['WebcastGoalUpdateMessage', ['goal', room.goal]],
  ['WebcastCaptionMessage', ['caption', room.caption]],
  ['WebcastOecLiveShoppingMessage', ['shopping', room.shopping]],
  ['WebcastImDeleteMessage', ['delete', people.deletion]],
  ['WebcastControlMessage', ['control', room.control]],
  ['WebcastLiveIntroMessage', ['intro', people.intro]],
  ['WebcastRoomMessage', ['room', room.roomMessage]],
  // The greeting at the start of a connection; the library has no schema under this name and drops it.
  ['RoomMessage', ['room', room.roomMessage]],
  ['WebcastRoomNotifyMessage', ['room', room.roomNotice]],
  ['WebcastSystemMessage', ['room', room.system]],
  ['WebcastNoticeMessage', ['room', room.notice]],
  ['WebcastBarrageMessage', ['room', people.barrage]],
])

const ID_DIGITS = 16
const commonOnly = payload<Draft>({ [len(1)]: common })

const draftOf = (kind: EventKind, method: string, msgId: string | null, isHistory: boolean): Draft => ({
  kind,
  method,
  msgId,
  isHistory,
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
  data: null,
  control: null,
})

/**
 * Reads one message. A kind that is known throws WireError where its payload is broken; an unknown one never
 * throws: it is `other`, with the id and the time of its header if it has one like all others.
 */
export const decodeMessage = (
  method: string,
  bytes: Uint8Array,
  msgId: string | null,
  isHistory: boolean,
): DecodedMessage => {
  const known = KINDS.get(method)
  const draft = draftOf(known?.[0] ?? 'other', method, msgId, isHistory)
  if (known !== undefined) {
    known[1](new Reader(bytes), draft)
    return draft
  }
  try {
    commonOnly(new Reader(bytes), draft)
    // The first field of an unknown type need not be a header; a short number in it is no message id, and
    // one that is always the same would make all later messages duplicates.
    if (msgId === null && draft.msgId !== null && draft.msgId.length < ID_DIGITS) draft.msgId = null
    return draft
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return draftOf('other', method, msgId, isHistory)
  }
}
