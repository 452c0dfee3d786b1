// How a message is described (a table from field to reader) and what many messages have in them: the common
// header, a person, a displayed text. Field numbers are those of webcast v3; what no table names is skipped.

import type { DecodedMessage } from '../domain/event.ts'
import type { Reader } from './wire.ts'

/** An event being filled in. */
export type Draft = { -readonly [K in keyof DecodedMessage]: DecodedMessage[K] } & {
  data: Record<string, unknown> | null
}

/** Reads one field's value into what is being built. */
export type Read<T> = (r: Reader, into: T) => void

/** A varint field's key in a table: int, enum and bool. */
export const int = (field: number): number => field * 8
/** A length-delimited field's key in a table: string, bytes, embedded message. */
export const len = (field: number): number => field * 8 + 2

/** A whole payload, by its table. */
export const payload = <T>(table: Readonly<Record<number, Read<T>>>): Read<T> => {
  const reads: (Read<T> | undefined)[] = Array.from(
    { length: Math.max(...Object.keys(table).map(Number)) + 1 },
    (_, tag) => table[tag],
  )
  return (r, into) => {
    for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
      const read = tag < reads.length ? reads[tag] : undefined
      if (read === undefined) r.skip(tag)
      else read(r, into)
    }
  }
}

/** An embedded message, by its table. */
export const message = <T>(table: Readonly<Record<number, Read<T>>>): Read<T> => {
  const read = payload(table)
  return (r, into) => {
    const outer = r.enter()
    read(r, into)
    r.leave(outer)
  }
}

export const textOrNull = (text: string): string | null => (text === '' ? null : text)
export const idOrNull = (id: string): string | null => (id === '0' || id === '' ? null : id)
/** Zero and absent are one thing on the wire; this is for fields in which zero says nothing. */
export const countOrNull = (value: number | null): number | null => (value === 0 ? null : value)

/** An id that comes as text is taken only where it is one that a 64-bit column holds. */
export const digitsOrNull = (text: string): string | null =>
  /^[1-9][0-9]{0,18}$/.test(text) && (text.length < 19 || text <= '9223372036854775807') ? text : null

/** Sets one entry of the event's `data`, unless there is nothing to say. */
export const note = (draft: Draft, name: string, value: unknown): void => {
  if (value === null || value === '') return
  if (draft.data === null) draft.data = { [name]: value }
  else draft.data[name] = value
}

/** Readers that put one field straight into `data`. */
export const noteText =
  (name: string): Read<Draft> =>
  (r, draft) =>
    note(draft, name, r.string())
export const noteId =
  (name: string): Read<Draft> =>
  (r, draft) =>
    note(draft, name, idOrNull(r.int64Text()))
export const noteNumber =
  (name: string): Read<Draft> =>
  (r, draft) =>
    note(draft, name, r.int64Number())
export const noteEnum =
  (name: string): Read<Draft> =>
  (r, draft) =>
    note(draft, name, r.int32())
const LIST_MAX = 64
/** A repeated field: each value is added to a list in `data`, up to a limit that no honest message reaches. */
export const noteEach =
  (name: string, value: (r: Reader) => unknown): Read<Draft> =>
  (r, draft) => {
    const item = value(r)
    const list = draft.data?.[name]
    if (!Array.isArray(list)) note(draft, name, [item])
    else if (list.length < LIST_MAX) list.push(item)
  }

/**
 * Milliseconds UTC. Some room messages carry seconds, and some zero; what can be neither seconds nor
 * milliseconds of a year from 2001 to 2286 is not a time.
 */
export const sourceTime = (value: number | null): number | null => {
  if (value === null) return null
  if (value >= 1_000_000_000 && value < 10_000_000_000) return value * 1000
  return value >= 1_000_000_000_000 && value < 10_000_000_000_000 ? value : null
}

/** User. */
export interface Person {
  id: string | null
  handle: string | null
  nickname: string | null
}
const readPersonInto = message<Person>({
  [int(1)]: (r, person) => (person.id = idOrNull(r.int64Text())),
  [len(3)]: (r, person) => (person.nickname = textOrNull(r.string())),
  [len(38)]: (r, person) => (person.handle = textOrNull(r.string())),
})
/** A user who is not the event's own: the receiver of a gift, who pinned. */
export const person = (r: Reader): Person => {
  const found: Person = { id: null, handle: null, nickname: null }
  readPersonInto(r, found)
  return found
}

const readUserFields = message<Draft>({
  [int(1)]: (r, draft) => (draft.userId = idOrNull(r.int64Text())),
  [len(3)]: (r, draft) => (draft.nickname = textOrNull(r.string())),
  [len(38)]: (r, draft) => (draft.handle = textOrNull(r.string())),
})
/** The event's own user; takes the place of one found in a displayed text. */
export const user: Read<Draft> = (r, draft) => {
  draft.userId = null
  draft.nickname = null
  draft.handle = null
  readUserFields(r, draft)
}

/** Text: its key goes into `data`; the first user among its pieces becomes the event's where it has none. */
export const displayText = message<Draft>({
  [len(1)]: noteText('key'),
  [len(4)]: message({
    [len(21)]: message({
      [len(1)]: (r, draft) => {
        if (draft.userId === null) user(r, draft)
        else r.skip(len(1))
      },
    }),
  }),
})

const commonFields = {
  // The message's own id counts where its envelope has none.
  [int(2)]: (r: Reader, draft: Draft) => {
    if (draft.msgId === null) draft.msgId = idOrNull(r.int64Text())
    else r.skip(int(2))
  },
  [int(4)]: (r: Reader, draft: Draft) => {
    draft.sourceAt = sourceTime(r.int64Number())
  },
}
/** CommonMessageData. */
export const common = message<Draft>(commonFields)
/** CommonMessageData with the key of its displayed text. */
export const commonWithKey = message<Draft>({
  ...commonFields,
  [len(8)]: message({ [len(1)]: noteText('key') }),
})
/** CommonMessageData of the kinds that say who and what only in their displayed text. */
export const commonWithText = message<Draft>({ ...commonFields, [len(8)]: displayText })
