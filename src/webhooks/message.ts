// A fact as a receiver gets it: the body, an id that is the same however often it is sent, and the signatures.
// After the specification of Standard Webhooks 1.0; its own library signs. The only import of it.

import { createHash, randomBytes } from 'node:crypto'
import * as Redacted from 'effect/Redacted'
import { Webhook } from 'standardwebhooks'
import type { JournalEntry } from '../domain/facts.ts'

export interface Message {
  readonly id: string
  readonly body: string
}

const SECRET_BYTES = 32

export const newSecret = (): Redacted.Redacted<string> =>
  Redacted.make(`whsec_${randomBytes(SECRET_BYTES).toString('base64')}`, { label: 'webhook secret' })

/**
 * Of the webhook and the fact alone: a message that is sent again after a crash has the id it had before. The fact's
 * content is in it, because a database that was restored gives its numbers out a second time.
 */
const idOf = (webhookId: string, body: string): string =>
  `msg_${createHash('sha256').update(`${webhookId}\n${body}`).digest('base64url').slice(0, 27)}`

export const messageOf = (
  webhookId: string,
  { seq, name, at, roomId, sessionId, body: fact }: JournalEntry,
): Message => {
  const body = JSON.stringify({
    type: name,
    timestamp: new Date(at).toISOString(),
    data: { seq, at, roomId, sessionId, body: fact },
  })
  return { id: idOf(webhookId, body), body }
}

/** What the test button sends; each is another message. */
export const testMessage = (webhookId: string, at: number): Message => ({
  id: `msg_test_${randomBytes(15).toString('base64url')}`,
  body: JSON.stringify({
    type: 'webhook.test',
    timestamp: new Date(at).toISOString(),
    data: { webhook: webhookId, says: 'Facts of Roomkeeper will arrive here like this.' },
  }),
})

/** One signature a secret: while a secret is being replaced, receivers know either. */
export const signedHeaders = (
  { id, body }: Message,
  secrets: readonly Redacted.Redacted<string>[],
  nowMs: number,
): Readonly<Record<string, string>> => {
  const at = new Date(nowMs)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1_000)),
    'webhook-signature': secrets
      .map((secret) => new Webhook(Redacted.value(secret)).sign(id, at, body))
      .join(' '),
  }
}
