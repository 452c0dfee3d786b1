// Outgoing webhooks as everybody else sees them: what can be asked of them, and how they are shown. Neither an
// address nor a secret comes out again, except a new secret, once.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type * as Redacted from 'effect/Redacted'
import type { LetterRow } from '../db/webhook-letters.ts'
import type { WebhookRow } from '../db/webhooks.ts'
import type { CommandRefused, DbError } from '../domain/errors.ts'
import type { Delivery, WebhookState } from '../domain/webhook.ts'
import type { Caller } from './rooms.ts'

export interface ShownWebhook extends Omit<WebhookRow, 'urlSealed' | 'secretSealed' | 'oldSecretSealed'> {
  readonly state: WebhookState
  /** Facts of the journal that it has not come to yet; of those it asked for some, or none. */
  readonly behind: number
}

/** What is left out stays as it is. */
export interface WebhookChange {
  readonly name?: string | null
  readonly url?: string
  readonly facts?: readonly string[]
  /** Ids of rooms that are there. */
  readonly rooms?: readonly string[] | null
  readonly enabled?: boolean
  /** Leave out what waits. */
  readonly skip?: boolean
}

export type NewWebhook = Required<Pick<WebhookChange, 'name' | 'url' | 'facts' | 'rooms'>>

export interface WithSecret {
  readonly webhook: ShownWebhook
  readonly secret: Redacted.Redacted<string>
}

export interface Tested {
  readonly messageId: string
  readonly delivery: Delivery
  readonly tookMs: number
}

/** How many there are in each state, and what was sent since the start. */
export interface WebhookCounts {
  readonly states: Readonly<Record<WebhookState, number>>
  /** By what the attempts came to: `delivered`, or why not. */
  readonly attempts: Readonly<Record<string, number>>
  readonly aside: number
}

type Asked<A> = Effect.Effect<A, CommandRefused | DbError>

export class Webhooks extends Context.Service<
  Webhooks,
  {
    readonly list: Effect.Effect<readonly ShownWebhook[], DbError>
    readonly find: (id: string) => Effect.Effect<ShownWebhook | null, DbError>
    readonly add: (webhook: NewWebhook, caller: Caller) => Asked<WithSecret>
    readonly change: (id: string, change: WebhookChange, caller: Caller) => Asked<ShownWebhook>
    readonly remove: (id: string, caller: Caller) => Asked<void>
    /** A new secret; the one before signs beside it for a day. */
    readonly rotate: (id: string, caller: Caller) => Asked<WithSecret>
    /** Sends one message now, whatever state it is in, and says what became of it. */
    readonly test: (id: string, caller: Caller) => Asked<Tested>
    readonly letters: (id: string, after: number, limit: number) => Asked<readonly LetterRow[]>
    /** Sends what was put aside once more, all or these; how many there are. */
    readonly redeliver: (id: string, seqs: readonly number[] | null, caller: Caller) => Asked<number>
    readonly counts: () => WebhookCounts
  }
>()('roomkeeper/actors/Webhooks') {}
