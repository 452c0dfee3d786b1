// An event as a row: what a column can hold, and what is refused because storing it would alter it.
// The order of a row's elements is read by the statement in `event-rows.ts`.

import type { DecodedMessage } from '../../domain/event.ts'

/** Longest text of an event, and longest JSON of its `data`, in UTF-16 units. */
export const TEXT_MAX = 65_536
/** Names decorate an event: they are cut and mended, never a reason to lose it. */
const NAME_MAX = 256
const METHOD_MAX = 128

export type Rest = readonly [
  amount: number | null,
  total: number | null,
  value: number | null,
  giftId: string | null,
  groupId: string | null,
  final: 0 | 1,
  history: 0 | 1,
  data: string | null,
]

/** `rest` holds what most events do not have; null when it has nothing to say. */
export type EventRow = readonly [
  seq: number,
  msgId: string,
  frameSeq: number,
  idx: number,
  at: number,
  sourceAt: number | null,
  kind: string,
  method: string,
  userId: string | null,
  handle: string | null,
  nickname: string | null,
  text: string | null,
  rest: Rest | null,
]

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
const intOrNull = (value: number | null): number | null =>
  value !== null && Number.isSafeInteger(value) ? value : null

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

const restOf = (event: DecodedMessage): Rest | null => {
  const data = dataOf(event.data)
  const isPlain =
    data === null &&
    event.amount === null &&
    event.total === null &&
    event.value === null &&
    event.giftId === null &&
    event.groupId === null &&
    !event.final &&
    !event.isHistory
  return isPlain
    ? null
    : [
        intOrNull(event.amount),
        intOrNull(event.total),
        intOrNull(event.value),
        idOrNull(event.giftId),
        idOrNull(event.groupId),
        event.final ? 1 : 0,
        event.isHistory ? 1 : 0,
        data,
      ]
}

/** Throws `Unfit` when the event cannot be stored as it is. */
export const eventRow = (
  event: DecodedMessage,
  place: { readonly seq: number; readonly frameSeq: number; readonly idx: number; readonly at: number },
  msgId: string,
): EventRow => [
  place.seq,
  msgId,
  place.frameSeq,
  place.idx,
  place.at,
  intOrNull(event.sourceAt),
  event.kind,
  nameOf(event.method, METHOD_MAX) ?? '',
  idOrNull(event.userId),
  nameOf(event.handle),
  nameOf(event.nickname),
  textOf(event.text),
  restOf(event),
]
