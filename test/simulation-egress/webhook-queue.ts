// LiveKit's webhooks on their way: in order for one egress when all is well; lost, doubled, late, out of order or
// held back when the test says so. What was sent is remembered, so that it can be sent again.

import type { EgressView } from '../../src/domain/egress.ts'
import type { Agenda } from './agenda.ts'

/** `held` keeps them until they are released; `wild` loses, doubles and delays by chance. */
export type WebhookMood = 'ok' | 'lost' | 'doubled' | 'late' | 'wild' | 'held'

export interface Webhook {
  readonly event: string
  readonly view: EgressView
  /** Of its participant in the room: whether it is there. Null: it is about the egress itself. */
  readonly isPresent: boolean | null
}

const DELIVERY_MS = 8
const LATE_MS = 4_000

export class WebhookQueue {
  mood: WebhookMood = 'ok'
  readonly met: Record<WebhookMood, number> = { ok: 0, lost: 0, doubled: 0, late: 0, wild: 0, held: 0 }
  /** Everything that LiveKit ever sent, in its order. */
  readonly sent: Webhook[] = []
  readonly held: Webhook[] = []
  readonly #agenda: Agenda
  readonly #random: () => number
  /** Where they go; null while no process listens. */
  receiver: ((webhook: Webhook) => void) | null = null

  constructor(agenda: Agenda, random: () => number) {
    this.#agenda = agenda
    this.#random = random
  }

  readonly tell = (event: string, view: EgressView, isPresent: boolean | null = null): void => {
    const webhook = { event, view, isPresent }
    this.met[this.mood] += 1
    this.sent.push(webhook)
    switch (this.mood) {
      case 'ok':
        return this.#deliver(webhook, DELIVERY_MS)
      case 'lost':
        return
      case 'doubled':
        this.#deliver(webhook, DELIVERY_MS)
        return this.#deliver(webhook, DELIVERY_MS * 40)
      case 'late':
        return this.#deliver(webhook, LATE_MS)
      case 'held':
        this.held.push(webhook)
        return
      case 'wild':
        // Each as often by itself as it takes for no order to be special.
        for (const share of [0.7, 0.3, 0.1]) {
          if (this.#random() < share) this.#deliver(webhook, DELIVERY_MS + this.#random() * 2 * LATE_MS)
        }
    }
  }

  /** These, in this order, now. */
  release(webhooks: readonly Webhook[]): void {
    for (const webhook of webhooks) this.receiver?.(webhook)
  }

  #deliver(webhook: Webhook, ms: number): void {
    this.#agenda.after(ms, () => this.receiver?.(webhook))
  }
}
