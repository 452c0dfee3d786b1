// Frames of the webcast socket and the sign server's first batch: messages in, bytes out, and what a client sends back.

import { constants, gzipSync } from 'node:zlib'
import * as P from 'tiktok-live-proto/v3'
import { encode, make, type Message } from './messages.ts'

export interface FrameOptions {
  /** Default true, as TikTok does. */
  readonly gzip?: boolean
  /** zlib level 1 to 9; default 6. */
  readonly level?: number
  /** Default true: the client is asked to acknowledge the frame. */
  readonly needAck?: boolean
  readonly internalExt?: string
  readonly cursor?: string
  readonly logId?: string
  /** The messages are marked as history. */
  readonly history?: boolean
}

/** A frame ready for any number of sockets. */
export interface Frame {
  readonly bytes: Buffer
  readonly logId: string
  readonly internalExt: string
  readonly messages: readonly Message[]
}

let logIds = 7_300_000_000_000_000_000n

const envelopes = (messages: readonly Message[], history: boolean) =>
  messages.map((message) =>
    make(P.BaseProtoMessage, {
      method: message.method,
      msgId: message.msgId,
      payload: Buffer.from(message.payload.buffer, message.payload.byteOffset, message.payload.byteLength),
      isHistory: history,
    }),
  )

const defaultExt = (logId: string, at: number) =>
  `fetch_time:${at}|start_time:0|ack_ids:,,|flag:0|seq:1|next_cursor:${at}_${logId}|wss_info:0-${at}-0-0`

/** A push frame around bytes that need not be valid: the way to damaged ones. */
export const wrap = (payload: Uint8Array, logId: string, gzipped: boolean, payloadType = 'msg'): Buffer =>
  Buffer.from(
    encode(P.WebcastPushFrame, {
      seqId: '1',
      logId,
      service: '8888',
      method: '8',
      payloadEncoding: 'pb',
      payloadType,
      headers: gzipped ? [make(P.PushHeader, { key: 'compress_type', value: 'gzip' })] : [],
      payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    }),
  )

export const nextLogId = (): string => String((logIds += 1n))

/** Builds one frame. Pre-build with it what has to be sent fast. */
export const buildFrame = (messages: readonly Message[], options: FrameOptions = {}): Frame => {
  const now = Date.now()
  const logId = options.logId ?? nextLogId()
  const internalExt = options.internalExt ?? defaultExt(logId, now)
  const result = encode(P.ProtoMessageFetchResult, {
    messages: envelopes(messages, options.history ?? false),
    cursor: options.cursor ?? `${now}_${logId}_1_1_0_0`,
    now: String(now),
    internalExt,
    needAck: options.needAck ?? true,
    fetchType: 2,
    heartbeatDuration: '10000',
  })
  const gzip = options.gzip ?? true
  const payload = gzip
    ? gzipSync(result, { level: options.level ?? constants.Z_DEFAULT_COMPRESSION })
    : result
  return { bytes: wrap(payload, logId, gzip), logId, internalExt, messages }
}

/** The sign server's answer to a connect: the first batch and where the socket is. */
export const buildFetch = (
  messages: readonly { readonly message: Message; readonly history: boolean }[],
  fields: { readonly cursor: string; readonly pushServer: string; readonly internalExt: string },
): Uint8Array =>
  encode(P.ProtoMessageFetchResult, {
    ...fields,
    messages: messages.flatMap(({ message, history }) => envelopes([message], history)),
    now: String(Date.now()),
    fetchType: 1,
    isFirst: true,
    heartbeatDuration: '10000',
    routeParams: { wrss: 'stand-in-route', imprp: 'stand-in-imprp' },
  })

export const enterAnswer = (): Buffer => wrap(Buffer.alloc(0), '0', false, 'im_enter_room_resp')
export const heartbeatAnswer = (): Buffer => wrap(Buffer.alloc(0), '0', false, 'hb')

export type ClientFrame =
  | { readonly type: 'ack'; readonly logId: string; readonly internalExt: string }
  | { readonly type: 'heartbeat'; readonly roomId: string; readonly seq: number }
  | { readonly type: 'enter'; readonly roomId: string }
  | { readonly type: 'other'; readonly payloadType: string }

/** What a client sent. Throws on bytes that are no push frame. */
export const readClientFrame = (bytes: Uint8Array): ClientFrame => {
  const frame = P.WebcastPushFrame.decode(bytes)
  switch (frame.payloadType) {
    case 'ack':
      return { type: 'ack', logId: frame.logId, internalExt: Buffer.from(frame.payload).toString('utf8') }
    case 'hb': {
      const beat = P.HeartBeatMessage.decode(frame.payload)
      return { type: 'heartbeat', roomId: beat.roomId, seq: Number(beat.sendPacketSeqId) }
    }
    case 'im_enter_room':
      return { type: 'enter', roomId: P.WebcastImEnterRoomMessage.decode(frame.payload).roomId }
    default:
      return { type: 'other', payloadType: frame.payloadType }
  }
}
