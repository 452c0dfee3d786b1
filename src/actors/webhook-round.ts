// Where a webhook's courier is, in memory: the number it has come to, and what wakes it. Facts that the webhook was
// not asked for move the number on without waking anybody and without a write.

import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import * as Option from 'effect/Option'
import type { WebhookRow } from '../db/webhooks.ts'
import type { JournalEntry } from '../domain/facts.ts'
import { factsOf } from '../domain/webhook.ts'

export class Round {
  cursor = 0
  /** Messages that were put aside. */
  letters = 0
  /** Since the last message that was taken, at least one was not. */
  isFailing = false
  readonly woken = Latch.makeUnsafe(true)
  #names: ReadonlySet<string> = new Set()
  #rooms: ReadonlySet<string> | null = null
  #isResting = false

  begin(row: WebhookRow): void {
    this.cursor = Math.max(this.cursor, row.cursor)
    this.letters = row.letters
    this.isFailing = row.failingSince !== null
    this.#names = new Set(factsOf(row.facts))
    this.#rooms = row.rooms === null ? null : new Set(row.rooms)
  }

  hear({ seq, name, roomId }: JournalEntry): void {
    const isAsked =
      this.#names.has(name) && (this.#rooms === null || (roomId !== null && this.#rooms.has(roomId)))
    if (isAsked) this.woken.openUnsafe()
    else if (this.#isResting && seq === this.cursor + 1) this.cursor = seq
  }

  /** Until something comes, or for so long; true when something came. */
  rest(forMs: number): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      this.#isResting = true
      return Effect.timeoutOption(this.woken.await, forMs)
    }).pipe(
      Effect.map(Option.isSome),
      Effect.ensuring(
        Effect.sync(() => {
          this.#isResting = false
        }),
      ),
    )
  }
}
