// What stands in for the captures where they are not there: the stand-in's own messages, in about the same mix.
// They are smaller than TikTok's, so only the ratios say something.

import { GIFT_KINDS } from '../test/_support/tiktok/gifts.ts'
import { messageIds, person } from '../test/_support/tiktok/ids.ts'
import * as make from '../test/_support/tiktok/messages.ts'
import type { Head, Message } from '../test/_support/tiktok/messages.ts'

const KINDS: readonly ((head: Head, n: number) => Message)[] = [
  (head, n) => make.chat(head, person(n), `hello number ${n}, where are you from?`),
  (head, n) => make.join(head, person(n), n),
  (head, n) => make.like(head, person(n), 1 + (n % 15), n * 7),
  (head, n) => make.viewers(head, 50 + (n % 100), n),
  (head, n) => make.follow(head, person(n), n),
  (head, n) => {
    const kind = GIFT_KINDS[n % GIFT_KINDS.length]!
    return make.gift(head, person(n % 20), kind, {
      repeat: n,
      group: String(1 + (n % 20)),
      final: n % 9 === 0,
    })
  },
]

export const syntheticMessages = (): readonly Message[] => {
  const nextId = messageIds()
  return Array.from({ length: 1_900 }, (_, n) =>
    KINDS[n % KINDS.length]!({ msgId: nextId(), roomId: '7', at: 1_700_000_000_000 + n * 40 }, n),
  )
}
