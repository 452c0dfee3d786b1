// Outgoing webhooks as the API writes them. They say what `actors/webhooks.ts` gives; a secret is in one answer only.

import * as Schema from 'effect/Schema'
import type { ShownWebhook } from '../actors/webhooks.ts'
import { LETTER_STATES, type LetterRow } from '../db/webhook-letters.ts'
import { FACTS } from '../domain/facts.ts'
import {
  DELIVERY_FAILURES,
  DELIVERY_FAILURE_CODES,
  DISABLED_REASONS,
  WEBHOOK_LIMITS,
  WEBHOOK_STATES,
  type DeliveryFailure,
} from '../domain/webhook.ts'

const Failure = Schema.Struct({
  code: Schema.Literals(DELIVERY_FAILURE_CODES),
  says: Schema.String,
})

const moment = (description: string) => Schema.NullOr(Schema.Int).annotate({ description })

const fields = {
  id: Schema.String,
  name: Schema.NullOr(Schema.String),
  url: Schema.String.annotate({
    description: 'where it leads; what comes after the host is often a secret, so only its end is shown',
  }),
  facts: Schema.Array(Schema.String),
  rooms: Schema.NullOr(Schema.Array(Schema.String)),
  state: Schema.Literals(WEBHOOK_STATES),
  disabledReason: Schema.NullOr(Schema.Literals(DISABLED_REASONS)),
  disabledAt: moment('since when'),
  cursor: Schema.Int.annotate({ description: 'the number of the fact up to which nothing is left to do' }),
  behind: Schema.Int.annotate({ description: 'facts after that one, whether it was asked for them or not' }),
  attempts: Schema.Int.annotate({ description: 'that failed, of the message that is tried now' }),
  nextAt: moment('when it is tried again'),
  failingSince: moment('since when nothing was taken'),
  lastAttemptAt: moment('when the last message was sent'),
  lastStatus: Schema.NullOr(Schema.Int).annotate({ description: 'of its answer' }),
  lastError: Schema.NullOr(Failure),
  lastDeliveredAt: moment('when the last one was taken'),
  delivered: Schema.Int.annotate({ description: 'messages that were taken' }),
  deadLetters: Schema.Int.annotate({ description: 'messages that were put aside' }),
  secretAt: Schema.Int.annotate({ description: 'when its secret was made' }),
  oldSecretUntil: moment('until when the secret before signs beside it'),
  createdAt: Schema.Int,
  updatedAt: Schema.Int,
} as const

export const WebhookShape = Schema.Struct(fields).annotate({ identifier: 'Webhook' })
export const WebhookList = Schema.Struct({ items: Schema.Array(WebhookShape), next: Schema.Null })
export const WebhookWithSecret = Schema.Struct({
  ...fields,
  secret: Schema.String.annotate({ description: 'whsec_…; it is shown here and never again' }),
})

const Url = Schema.String.annotate({
  description: 'https, in the public internet; or a host that WEBHOOK_PRIVATE_HOSTS lists',
})
const Facts = Schema.Array(Schema.String).annotate({
  description: `names of facts, \`owner.*\` or \`*\`: ${FACTS.join(', ')}`,
})
const Rooms = Schema.NullOr(Schema.Array(Schema.String)).annotate({
  description: 'only facts of these rooms, by id or handle; null: every fact, those of no room too',
})
const Name = Schema.NullOr(Schema.String).annotate({
  description: `what people call it, up to ${WEBHOOK_LIMITS.nameCharacters} characters`,
})

export const NewWebhookBody = Schema.Struct({
  url: Url,
  facts: Facts,
  rooms: Schema.optionalKey(Rooms),
  name: Schema.optionalKey(Name),
})
export const WebhookPatch = Schema.Struct({
  url: Schema.optionalKey(Url),
  facts: Schema.optionalKey(Facts),
  rooms: Schema.optionalKey(Rooms),
  name: Schema.optionalKey(Name),
  enabled: Schema.optionalKey(Schema.Boolean).annotate({ description: 'true: it goes on where it was' }),
  skip: Schema.optionalKey(Schema.Boolean).annotate({ description: 'true: what waits is left out' }),
})

export const TestReport = Schema.Struct({
  delivered: Schema.Boolean,
  messageId: Schema.String,
  status: Schema.NullOr(Schema.Int).annotate({ description: 'of the answer, when there was one' }),
  code: Schema.NullOr(Schema.Literals(DELIVERY_FAILURE_CODES)),
  says: Schema.NullOr(Schema.String).annotate({ description: 'what went wrong, in words' }),
  tookMs: Schema.Int,
})

export const Letter = Schema.Struct({
  seq: Schema.Int.annotate({ description: 'the number of the fact; for `forgotten` the last of several' }),
  at: Schema.NullOr(Schema.Int),
  name: Schema.NullOr(Schema.String),
  state: Schema.Literals(LETTER_STATES).annotate({
    description: 'again: it is about to be sent once more; forgotten: the journal no longer had it',
  }),
  attempts: Schema.Int,
  status: Schema.NullOr(Schema.Int),
  error: Schema.NullOr(Failure),
  updatedAt: Schema.Int,
})
export const LetterPage = Schema.Struct({ items: Schema.Array(Letter), next: Schema.NullOr(Schema.String) })

export const Redelivery = Schema.Struct({
  seqs: Schema.optionalKey(Schema.Array(Schema.Int)).annotate({
    description: 'only these facts; everything that was put aside when absent',
  }),
})
export const Redelivering = Schema.Struct({ redelivering: Schema.Int })

const failureOf = (code: DeliveryFailure | null) =>
  code === null ? null : { code, says: DELIVERY_FAILURES[code] }

export const webhookView = (webhook: ShownWebhook): typeof WebhookShape.Type => {
  const { urlShown: url, letters: deadLetters, lastError, ...rest } = webhook
  return { ...rest, url, deadLetters, lastError: failureOf(lastError) }
}

export const letterView = (letter: LetterRow): typeof Letter.Type => {
  const { fact, error, ...rest } = letter
  const isKnown = letter.state !== 'forgotten'
  return {
    ...rest,
    at: isKnown ? fact.at : null,
    name: isKnown ? fact.name : null,
    error: failureOf(error),
  }
}
