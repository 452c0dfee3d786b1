// What the room does: gifts and boxes, battles, polls, pins, goals, ranks, captions, shopping, notices, control.

import {
  common,
  commonWithKey,
  commonWithText,
  countOrNull,
  digitsOrNull,
  displayText,
  idOrNull,
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
  type Read,
} from './decode-parts.ts'
import { chatFields } from './messages-people.ts'
import type { Reader } from './wire.ts'

const text: Read<Draft> = (r, draft) => {
  draft.text = textOrNull(r.string())
}

/** Gift: its id counts where the message itself has none. */
const giftStruct = message<Draft>({
  [int(5)]: (r, draft) => {
    const id = idOrNull(r.int64Text())
    draft.giftId ??= id
  },
  [int(10)]: (r, draft) => note(draft, 'combo', r.bool()),
  [int(11)]: noteEnum('type'),
  [int(12)]: (r, draft) => (draft.value = r.int32()),
  [len(16)]: noteText('name'),
})
const giftFields = {
  [len(1)]: common,
  [int(2)]: (r: Reader, draft: Draft): void => {
    draft.giftId = idOrNull(r.int64Text())
  },
  [int(5)]: (r: Reader, draft: Draft): void => {
    draft.amount = r.int32()
  },
  [int(6)]: noteEnum('comboCount'),
  [len(7)]: user,
  [len(8)]: (r: Reader, draft: Draft): void => note(draft, 'to', person(r)),
  [int(9)]: (r: Reader, draft: Draft): void => {
    draft.final = r.int32() === 1
  },
  [int(11)]: (r: Reader, draft: Draft): void => {
    draft.groupId = idOrNull(r.int64Text())
  },
  [len(15)]: giftStruct,
}
const readGift = payload<Draft>(giftFields)
/** `amount` the streak's count so far, `value` one gift's diamonds. A gift without group is no streak: it stands alone. */
export const gift: Read<Draft> = (r, draft) => {
  draft.amount = 0
  draft.value = 0
  readGift(r, draft)
}

/** A gift box: `value` its diamonds, `amount` how many people share it; the user is who gave it. */
export const envelope = payload<Draft>({
  [len(1)]: commonWithKey,
  [len(2)]: message({
    [len(1)]: noteText('envelopeId'),
    [int(2)]: noteEnum('businessType'),
    [len(4)]: (r, draft) => (draft.nickname = textOrNull(r.string())),
    [int(5)]: (r, draft) => (draft.value = countOrNull(r.int32())),
    [int(6)]: (r, draft) => (draft.amount = countOrNull(r.int32())),
    [int(7)]: noteEnum('opensAt'),
    [len(8)]: (r, draft) => (draft.userId = digitsOrNull(r.string())),
  }),
  [int(3)]: noteEnum('display'),
})

interface Option {
  option: string
  votes: number | null
  index: number
}
const readOption = message<Option>({
  [int(1)]: (r, into) => (into.votes = r.int64Number()),
  [len(2)]: (r, into) => (into.option = r.string()),
  [int(3)]: (r, into) => (into.index = r.int32()),
})
const options = noteEach('options', (r) => {
  const option: Option = { option: '', votes: 0, index: 0 }
  readOption(r, option)
  return option
})
/** `text` is the question, `data.phase` 0 started, 1 ended, 2 votes changed; the user is who runs it. */
export const poll: Read<Draft> = (r, draft) => {
  draft.data = { phase: 0 }
  pollFields(r, draft)
}
const pollFields = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteNumber('phase'),
  [int(3)]: noteId('pollId'),
  [len(4)]: message({
    [int(2)]: noteNumber('endsAt'),
    [len(3)]: options,
    [len(4)]: text,
    [len(5)]: user,
  }),
  [len(5)]: message({ [int(1)]: noteEnum('endType'), [len(2)]: options, [len(3)]: user }),
  [len(6)]: message({ [len(2)]: options, [len(3)]: user }),
  [int(7)]: noteEnum('pollKind'),
  [len(8)]: message({
    [len(3)]: (r, draft) => {
      const title = textOrNull(r.string())
      draft.text ??= title
    },
    [int(5)]: (r, draft) => (draft.amount = countOrNull(r.int64Number())),
  }),
})

// What is pinned has a header of its own, which is not the event's.
const pinnedChat = message<Draft>({ [len(2)]: chatFields[len(2)]!, [len(3)]: text })
const pinnedBySecond = message<Draft>({ [len(2)]: user })
const pinnedGift = message<Draft>({ [len(7)]: user, [len(15)]: message({ [len(16)]: noteText('gift') }) })
/** `text` and user are those of the pinned message, `data.by` who pinned it. */
export const pin = payload<Draft>({
  [len(1)]: common,
  [len(2)]: pinnedChat,
  [len(3)]: pinnedBySecond,
  [len(4)]: pinnedGift,
  [len(5)]: pinnedBySecond,
  [len(6)]: message({ [len(5)]: user }),
  [len(30)]: noteText('pinned'),
  [int(31)]: noteNumber('pinnedAt'),
  [len(32)]: (r, draft) => note(draft, 'by', person(r)),
  [int(33)]: noteEnum('action'),
  [int(35)]: noteId('pinMsgId'),
})
/** A subscription goal, pinned. */
export const subscriptionPin = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteEnum('action'),
  [len(3)]: message({
    [int(5)]: noteEnum('cardType'),
    [int(6)]: noteId('cardId'),
    [len(8)]: message({ [len(3)]: message({ [len(2)]: text }) }),
  }),
  [int(4)]: (r, draft) => (draft.userId = idOrNull(r.int64Text())),
})

interface SubGoal {
  id: string | null
  name: string | null
  progress: number | null
  target: number | null
}
const readSubGoal = message<SubGoal>({
  [int(2)]: (r, into) => (into.id = idOrNull(r.int64Text())),
  [int(3)]: (r, into) => (into.progress = r.int64Number()),
  [int(4)]: (r, into) => (into.target = r.int64Number()),
  [len(5)]: message({ [len(1)]: (r, into) => (into.name = textOrNull(r.string())) }),
})
/** `text` describes the goal; the user is who brought it forward, by `amount`. */
export const goal = payload<Draft>({
  [len(1)]: common,
  [len(3)]: message({
    [int(1)]: noteId('goalId'),
    [int(2)]: noteEnum('type'),
    [int(3)]: noteEnum('status'),
    [len(4)]: noteEach('goals', (r) => {
      const found: SubGoal = { id: null, name: null, progress: 0, target: 0 }
      readSubGoal(r, found)
      return found
    }),
    [len(5)]: text,
  }),
  [int(4)]: (r, draft) => (draft.userId = idOrNull(r.int64Text())),
  [len(6)]: (r, draft) => (draft.handle = textOrNull(r.string())),
  [int(9)]: (r, draft) => (draft.amount = countOrNull(r.int64Number())),
  [int(10)]: (r, draft) => note(draft, 'score', countOrNull(r.int64Number())),
})

/** `text` is what was said; several languages are lines. */
export const caption = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteNumber('saidAt'),
  [int(3)]: noteNumber('durationMs'),
  [len(4)]: message({
    [len(1)]: noteEach('langs', (r) => r.string()),
    [len(2)]: (r, draft) => {
      const line = r.string()
      draft.text = draft.text === null ? textOrNull(line) : `${draft.text}\n${line}`
    },
  }),
  [int(7)]: (r, draft) => note(draft, 'definite', r.bool()),
})

export const shopping = payload<Draft>({
  [len(1)]: common,
  [int(2)]: noteEnum('action'),
  [int(3)]: (r, draft) => (draft.amount = r.int32()),
  [len(4)]: message({ [len(1)]: text, [len(2)]: noteText('price'), [int(6)]: noteId('productId') }),
})

/** Words of TikTok's own in the room. */
export const roomMessage = payload<Draft>({
  [len(1)]: commonWithText,
  [len(2)]: text,
  [int(4)]: noteEnum('source'),
  [len(6)]: noteText('scene'),
})
export const roomNotice = payload<Draft>({
  [len(1)]: commonWithText,
  [int(3)]: noteNumber('type'),
  [len(4)]: text,
  [len(5)]: user,
  [len(9)]: noteText('source'),
})
export const system = payload<Draft>({ [len(1)]: commonWithText, [len(2)]: text })
export const notice = payload<Draft>({
  [len(1)]: commonWithText,
  [len(2)]: text,
  [int(3)]: noteEnum('type'),
  [len(5)]: displayText,
})

const CONTROLS = [null, 'paused', 'unpaused', 'ended', 'suspended'] as const
/** The room's own state; an action that is not known stays visible in `data`. */
export const control = payload<Draft>({
  [len(1)]: common,
  [int(2)]: (r, draft) => {
    const action = r.int32()
    note(draft, 'action', action)
    draft.control = CONTROLS[action] ?? null
  },
  [len(3)]: text,
})
