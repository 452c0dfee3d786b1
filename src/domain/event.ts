// An event: one message of a broadcast in narrow columns. Which wire message is which kind is decided
// in `tiktok/decode.ts`; what no kind is known for is kept as `other`, with its payload in its frame.

export const EVENT_KINDS = [
  'chat',
  'gift',
  'like',
  'join',
  'viewers',
  'follow',
  'share',
  'social',
  'question',
  'battle',
  'envelope',
  'poll',
  'pin',
  'emote',
  'subscribe',
  'rank',
  'goal',
  'caption',
  'shopping',
  'delete',
  'control',
  'intro',
  'room',
  'other',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** What TikTok's control messages say: 1 paused, 2 unpaused, 3 ended, 4 suspended. */
export type ControlAction = 'paused' | 'unpaused' | 'ended' | 'suspended'

/**
 * One decoded message. Ids are decimal text, times are milliseconds UTC, null is "not in the message".
 * `amount` is the kind's own count (likes in this message, repeat count of a gift), `total` the running
 * total TikTok gives beside it (likes of the room, viewers now), `value` one gift's price in diamonds.
 */
export interface DecodedMessage {
  readonly kind: EventKind
  /** The wire name, e.g. `WebcastChatMessage`. */
  readonly method: string
  /** TikTok's message id, or null where the message has none (0). */
  readonly msgId: string | null
  readonly isHistory: boolean
  readonly sourceAt: number | null
  readonly userId: string | null
  readonly handle: string | null
  readonly nickname: string | null
  readonly text: string | null
  readonly amount: number | null
  readonly total: number | null
  readonly value: number | null
  readonly giftId: string | null
  readonly groupId: string | null
  /** True on the frame that closes a gift streak (repeatEnd). */
  readonly final: boolean
  /** The rest that is worth a column of JSON: small, kind by kind, or null. */
  readonly data: Readonly<Record<string, unknown>> | null
  readonly control: ControlAction | null
}
