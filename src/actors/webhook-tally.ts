// Webhooks in numbers, kept in memory for `/metrics`: how many there are in each state, and what was sent since the
// start. It follows the facts, so it asks the database for nothing.

import type { WebhookRow } from '../db/webhooks.ts'
import type { JournalEntry } from '../domain/facts.ts'
import type { Delivery } from '../domain/webhook.ts'
import type { Round } from './webhook-round.ts'
import type { WebhookCounts } from './webhooks.ts'

export class Tally {
  readonly #rounds: ReadonlyMap<string, Round>
  readonly #known = new Set<string>()
  readonly #disabled = new Set<string>()
  readonly #attempts = new Map<string, number>()
  #aside = 0

  constructor(rounds: ReadonlyMap<string, Round>) {
    this.#rounds = rounds
  }

  begin(all: readonly WebhookRow[]): void {
    for (const { id, disabledAt } of all) {
      this.#known.add(id)
      if (disabledAt !== null) this.#disabled.add(id)
    }
  }

  readonly hear = ({ name, body }: JournalEntry): void => {
    if (!name.startsWith('webhook.')) return
    const id = String(body['webhook'])
    if (name === 'webhook.added') this.#known.add(id)
    if (name === 'webhook.removed') this.#known.delete(id)
    if (name === 'webhook.disabled') this.#disabled.add(id)
    if (name === 'webhook.enabled' || name === 'webhook.removed') this.#disabled.delete(id)
  }

  readonly note = (delivery: Delivery): void => {
    const key = delivery.ok ? 'delivered' : delivery.code
    this.#attempts.set(key, (this.#attempts.get(key) ?? 0) + 1)
  }

  readonly noteAside = (): void => {
    this.#aside += 1
  }

  readonly counts = (): WebhookCounts => {
    const states = { ready: 0, retrying: 0, disabled: 0 }
    for (const id of this.#known) {
      if (this.#disabled.has(id)) states.disabled += 1
      else if (this.#rounds.get(id)?.isFailing === true) states.retrying += 1
      else states.ready += 1
    }
    return { states, attempts: Object.fromEntries(this.#attempts), aside: this.#aside }
  }
}
