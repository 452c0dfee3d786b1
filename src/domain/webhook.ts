// An outgoing webhook: an endpoint of somebody else's that is sent the facts an operator chose. Its words and its
// limits. Where one may lead is `webhook-url.ts`, what an attempt leads to `webhook-rules.ts`.

import { FACTS, type FactName } from './facts.ts'

export const WEBHOOK_LIMITS = {
  endpoints: 50,
  facts: 100,
  rooms: 500,
  nameCharacters: 80,
  urlCharacters: 2_048,
  /** Messages that were put aside, of one webhook. */
  letters: 1_000,
} as const

export const WEBHOOK_STATES = ['ready', 'retrying', 'disabled'] as const
export type WebhookState = (typeof WEBHOOK_STATES)[number]

/**
 * `gone`: the receiver answered 410. `failing`: it took nothing for days. `letters_full`: too much was put aside.
 * `secret_unreadable`: its secret was sealed with a key that is not there any more.
 */
export const DISABLED_REASONS = ['operator', 'gone', 'failing', 'letters_full', 'secret_unreadable'] as const
export type DisabledReason = (typeof DISABLED_REASONS)[number]

/** Why a message was not taken, in words. */
export const DELIVERY_FAILURES = {
  host_private: 'The name leads to an address that is not in the public internet.',
  name_unresolved: 'The name of the host cannot be resolved.',
  unreachable: 'The host does not accept a connection.',
  certificate: 'The certificate of the host is not one that can be trusted.',
  broken_off: 'The connection ended before there was an answer.',
  timeout: 'There was no answer in time.',
  redirected: 'The answer was a redirect, and redirects are not followed.',
  gone: 'The receiver says that it is gone for good.',
  refused: 'The receiver refused the message.',
  limited: 'The receiver asks to be sent less.',
  failing: 'The receiver has an error of its own.',
  unexpected: 'The answer was not one to a message.',
  secret_unreadable: 'Its secret cannot be opened with the keys that are there.',
} as const satisfies Readonly<Record<string, string>>
export type DeliveryFailure = keyof typeof DELIVERY_FAILURES
export const DELIVERY_FAILURE_CODES = Object.keys(DELIVERY_FAILURES) as readonly DeliveryFailure[]

/** What one attempt came to. `status` is the answer's, when there was one. */
export type Delivery =
  | { readonly ok: true; readonly status: number }
  | {
      readonly ok: false
      readonly code: DeliveryFailure
      readonly status: number | null
      /** What the receiver asked for. */
      readonly retryAfterMs: number | null
    }

/** `*`, `egress.*`, or the name of a fact. */
export const isFactPattern = (text: string): boolean =>
  text === '*' || FACTS.some((name) => name === text || `${name.split('.')[0]}.*` === text)

/** The names of facts that these patterns mean, in the order of `FACTS`. */
export const factsOf = (patterns: readonly string[]): readonly FactName[] =>
  FACTS.filter((name) =>
    patterns.some((pattern) => pattern === '*' || pattern === name || pattern === `${name.split('.')[0]}.*`),
  )
