// What viewers do: chat, like, join, follow, share, ask, subscribe, send emotes; and how many they are.

import {
  common,
  commonWithKey,
  commonWithText,
  countOrNull,
  displayText,
  int,
  len,
  message,
  note,
  noteEach,
  noteEnum,
  noteId,
  noteNumber,
  noteText,
  payload,
  person,
  textOrNull,
  user,
  type Draft,
} from './decode-parts.ts'
import type { Reader } from './wire.ts'

/** UserIdentity: what the sender is to the creator; only what is not everybody. */
const role =
  (name: string) =>
  (r: Reader, draft: Draft): void => {
    if (r.bool()) note(draft, name, true)
  }
const identity = message<Draft>({
  [int(2)]: role('subscriber'),
  [int(5)]: role('moderator'),
  [int(6)]: role('host'),
})

const emoteId = (r: Reader): string => {
  const found = { id: '' }
  emote(r, found)
  return found.id
}
const emote = message<{ id: string }>({
  [len(1)]: (r, found) => (found.id = r.string()),
})
const indexedEmoteId = (r: Reader): string => {
  const found = { id: '' }
  indexedEmote(r, found)
  return found.id
}
const indexedEmote = message<{ id: string }>({ [len(2)]: emote })

/** WebcastChatMessage, also as it is pinned. */
export const chatFields = {
  [len(1)]: common,
  [len(2)]: user,
  [len(3)]: (r: Reader, draft: Draft): void => {
    draft.text = textOrNull(r.string())
  },
  [len(12)]: (r: Reader, draft: Draft): void => note(draft, 'to', person(r)),
  [len(13)]: noteEach('emotes', indexedEmoteId),
  [len(18)]: identity,
}
export const chat = payload<Draft>(chatFields)

export const emoteChat = payload<Draft>({
  [len(1)]: common,
  [len(2)]: user,
  [len(3)]: noteEach('emotes', emoteId),
  [len(5)]: identity,
})

const likeFields = payload<Draft>({
  [len(1)]: common,
  [int(2)]: (r, draft) => (draft.amount = r.int32()),
  [int(3)]: (r, draft) => (draft.total = r.int64Number()),
  [len(5)]: user,
})
/** `amount` likes in this message, `total` of the room. */
export const like = (r: Reader, draft: Draft): void => {
  draft.amount = 0
  draft.total = 0
  likeFields(r, draft)
}

const JOINED = 1
const SUBSCRIBED = 3
/** `total` viewers as this message counts them. */
export const member = payload<Draft>({
  [len(1)]: common,
  [len(2)]: user,
  [int(3)]: (r, draft) => (draft.total = countOrNull(r.int32())),
  [int(10)]: (r, draft) => {
    const action = r.int32()
    if (action > JOINED) note(draft, 'action', action)
    if (action === SUBSCRIBED) draft.kind = 'subscribe'
  },
})

const viewersFields = payload<Draft>({
  [len(1)]: common,
  [int(3)]: (r, draft) => (draft.total = r.int64Number()),
  [int(7)]: noteNumber('totalUser'),
  [int(8)]: (r, draft) => note(draft, 'anonymous', countOrNull(r.int64Number())),
})
/** `total` viewers now; `totalUser` is everybody who has been there. */
export const viewers = (r: Reader, draft: Draft): void => {
  draft.total = 0
  viewersFields(r, draft)
}

const FOLLOWED = 1
const SHARED = 3
const socialFields = payload<Draft>({
  [len(1)]: commonWithKey,
  [len(2)]: user,
  [int(4)]: noteEnum('action'),
  [int(6)]: (r, draft) => (draft.total = countOrNull(r.int64Number())),
  [int(8)]: (r, draft) => (draft.amount = countOrNull(r.int32())),
})
/** A follow or a share by its action, else by its text's key. `total` followers, `amount` shares, where given. */
export const social = (r: Reader, draft: Draft): void => {
  socialFields(r, draft)
  const { action, key } = draft.data ?? {}
  const words = typeof key === 'string' ? key : ''
  if (action === FOLLOWED || (action !== SHARED && words.includes('follow'))) draft.kind = 'follow'
  else if (action === SHARED || words.includes('share')) draft.kind = 'share'
}

export const question = payload<Draft>({
  [len(1)]: common,
  [len(2)]: message({
    [int(1)]: noteId('questionId'),
    [len(2)]: (r, draft) => (draft.text = textOrNull(r.string())),
    [int(3)]: noteEnum('answerStatus'),
    [len(5)]: user,
  }),
})

/** `amount` months. */
export const subscription = payload<Draft>({
  [len(1)]: commonWithText,
  [len(2)]: user,
  [int(4)]: (r, draft) => (draft.amount = countOrNull(r.int64Number())),
  [int(5)]: noteEnum('subscribeType'),
  [int(8)]: noteEnum('status'),
  [int(11)]: noteEnum('giftSource'),
})

const graded = message<Draft>({
  [int(1)]: noteEnum('grade'),
  [len(4)]: user,
})
const BARRAGE_SUBSCRIBE = 4
const BARRAGE_SUBSCRIBE_GIFT = 7
const barrageFields = payload<Draft>({
  [len(1)]: commonWithText,
  [int(3)]: noteEnum('type'),
  [len(5)]: displayText,
  [int(10)]: noteId('galleryGiftId'),
  [len(11)]: noteText('scene'),
  [len(24)]: displayText,
  [len(50)]: user,
  [len(100)]: graded,
  [len(101)]: graded,
  [len(102)]: message({ [int(1)]: (r, draft) => (draft.amount = countOrNull(r.int64Number())) }),
})
/** A banner over the video. It is a subscription where it announces one or a super fan, else the room's. */
export const barrage = (r: Reader, draft: Draft): void => {
  barrageFields(r, draft)
  const { type, key } = draft.data ?? {}
  if (
    type === BARRAGE_SUBSCRIBE ||
    type === BARRAGE_SUBSCRIBE_GIFT ||
    (typeof key === 'string' && key.startsWith('ttlive_superfan'))
  )
    draft.kind = 'subscribe'
}

/** `text` tells about the creator, who is the user. */
export const intro = payload<Draft>({
  [len(1)]: common,
  [len(4)]: (r, draft) => (draft.text = textOrNull(r.string())),
  [len(5)]: user,
  [len(8)]: noteText('lang'),
})

export const deletion = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteEach('messages', (r) => r.int64Text()),
  [len(2)]: (r, draft) => packedIds(r, draft, 'messages'),
  [int(3)]: noteEach('users', (r) => r.int64Text()),
  [len(3)]: (r, draft) => packedIds(r, draft, 'users'),
})
const packedIds = (r: Reader, draft: Draft, name: string): void => {
  const add = noteEach(name, (inner) => inner.int64Text())
  const outer = r.enter()
  while (r.more()) add(r, draft)
  r.leave(outer)
}
