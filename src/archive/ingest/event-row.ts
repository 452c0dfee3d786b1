// An event as a row: what a column can hold, and what is refused because storing it would alter it.

import type { DecodedMessage, EventKind } from '../../domain/event.ts'

/** Longest text of an event, and longest JSON of its `data`, in UTF-16 units. */
export const TEXT_MAX = 65_536
/** Names decorate an event: they are cut and mended, never a reason to lose it. */
const NAME_MAX = 256
const METHOD_MAX = 128
/**
 * What sessions add up is cut where nobody's real number lies, so that no message, however absurd, makes a sum a
 * fraction: a gift of a million at a million diamonds each, a hundred million likes or viewers in one message.
 */
const GIFT_MAX = 2 ** 20
const SUMMED_MAX = 2 ** 27
const AMOUNT_MAX: Partial<Record<EventKind, number>> = { gift: GIFT_MAX, like: SUMMED_MAX }
const TOTAL_MAX: Partial<Record<EventKind, number>> = { viewers: SUMMED_MAX }
const VALUE_MAX: Partial<Record<EventKind, number>> = { gift: GIFT_MAX }

export interface EventRow {
  readonly seq: number
  readonly msgId: string
  readonly frameSeq: number
  readonly idx: number
  readonly at: number
  readonly sourceAt: number | null
  readonly kind: EventKind
  readonly method: string
  readonly userId: string | null
  readonly handle: string | null
  readonly nickname: string | null
  readonly text: string | null
  readonly amount: number | null
  readonly total: number | null
  readonly value: number | null
  readonly giftId: string | null
  readonly groupId: string | null
  readonly final: boolean
  readonly history: boolean
  readonly data: string | null
}

/** Why a message is not stored as an event. The text is free of what the message says. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

const INT64_MAX = '9223372036854775807'

export const isInt64 = (text: string): boolean =>
  text.length < 19
    ? /^-?[0-9]{1,18}$/.test(text)
    : text.length === 19
      ? /^[0-9]{19}$/.test(text)
        ? text <= INT64_MAX
        : /^-[0-9]{18}$/.test(text)
      : text.length === 20 && /^-[0-9]{19}$/.test(text) && text.slice(1) <= '9223372036854775808'

const idOrNull = (id: string | null): string | null => (id !== null && isInt64(id) ? id : null)
const intOrNull = (value: number | null, max = Number.MAX_SAFE_INTEGER): number | null =>
  value !== null && Number.isSafeInteger(value) ? Math.min(value, max) : null

/** SQLite ends some texts at a NUL, and half a surrogate pair is no character. */
const isWhole = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000')

const nameOf = (text: string | null, max = NAME_MAX): string | null => {
  if (text === null) return null
  const short = text.length > max ? text.slice(0, max) : text
  return isWhole(short) ? short : short.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

const textOf = (text: string | null): string | null => {
  if (text === null) return null
  if (text.length > TEXT_MAX) throw new Unfit('the text is too long')
  if (!isWhole(text)) throw new Unfit('the text is not well formed')
  return text
}

const dataOf = (data: DecodedMessage['data']): string | null => {
  if (data === null) return null
  let json: string | undefined
  try {
    json = JSON.stringify(data)
  } catch {
    throw new Unfit('the data is not JSON')
  }
  if (json === undefined) return null
  if (json.length > TEXT_MAX) throw new Unfit('the data is too long')
  return json
}

/** Throws `Unfit` when the event cannot be stored as it is. */
export const eventRow = (
  event: DecodedMessage,
  place: { readonly seq: number; readonly frameSeq: number; readonly idx: number; readonly at: number },
  msgId: string,
): EventRow => ({
  seq: place.seq,
  msgId,
  frameSeq: place.frameSeq,
  idx: place.idx,
  at: place.at,
  sourceAt: intOrNull(event.sourceAt),
  kind: event.kind,
  method: nameOf(event.method, METHOD_MAX) ?? '',
  userId: idOrNull(event.userId),
  handle: nameOf(event.handle),
  nickname: nameOf(event.nickname),
  text: textOf(event.text),
  amount: intOrNull(event.amount, AMOUNT_MAX[event.kind]),
  total: intOrNull(event.total, TOTAL_MAX[event.kind]),
  value: intOrNull(event.value, VALUE_MAX[event.kind]),
  giftId: idOrNull(event.giftId),
  groupId: idOrNull(event.groupId),
  final: event.final,
  history: event.isHistory,
  data: dataOf(event.data),
})
