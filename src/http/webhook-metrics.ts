// Outgoing webhooks in numbers. No address and no name is a label.

import type { Webhooks } from '../actors/webhooks.ts'
import { DELIVERY_FAILURE_CODES, WEBHOOK_STATES } from '../domain/webhook.ts'
import { counter, gauge, one, type Family, type Sample } from './metric-families.ts'

export const webhookFamilies = (webhooks: Webhooks['Service']): readonly Family[] => {
  const { states, attempts, aside } = webhooks.counts()
  return [
    gauge(
      'webhooks',
      'Outgoing webhooks by state.',
      WEBHOOK_STATES.map((state): Sample => [{ state }, states[state]]),
    ),
    counter(
      'webhook_attempts_total',
      'Messages that were sent, by what came of it.',
      ['delivered', ...DELIVERY_FAILURE_CODES].map((outcome): Sample => [
        { outcome },
        attempts[outcome] ?? 0,
      ]),
    ),
    counter('webhook_letters_total', 'Messages that were put aside.', one(aside)),
  ]
}
