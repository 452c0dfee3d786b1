// What the product keeps of a broadcast, held against what the stand-in knows it sent: message by message,
// by the hash of the bytes that `…/events/{id}/payload` answers with.

import { hash } from 'node:crypto'
import type { EventView, House } from './product-house.ts'
import type { TruthFilter } from './tiktok/truth.ts'

const AT_ONCE = 16

/** The SHA-256 of the bytes of every event, asked for over HTTP. */
export const payloadHashes = async (
  house: House,
  sessionId: string,
  events: readonly EventView[],
): Promise<ReadonlyMap<string, string>> => {
  const hashes = new Map<string, string>()
  const queue = [...events]
  const worker = async (): Promise<void> => {
    for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
      const answer = await house.product.ask(`/api/sessions/${sessionId}/events/${event.id}/payload`)
      if (answer.headers.get('x-message-method') !== event.method) {
        throw new Error(`${event.id} is a ${event.method}, its payload says otherwise`)
      }
      hashes.set(event.id, hash('sha256', new Uint8Array(await answer.arrayBuffer()), 'hex'))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return hashes
}

export interface Compared {
  /** Different messages that reached a wire. */
  readonly sent: number
  readonly stored: number
  /** `method msgId` of what was sent and is not there with its own bytes. */
  readonly missing: readonly string[]
  /** `method msgId` of what is there more often than it was sent, or was never sent. */
  readonly surplus: readonly string[]
}

/** Compares bytes with bytes; ids only name what differs. */
export const compare = async (
  house: House,
  sessionIds: readonly string[],
  filter: TruthFilter,
): Promise<Compared> => {
  const left = new Map<string, string[]>()
  const surplus: string[] = []
  let stored = 0
  const sent = house.tiktok.truth.delivered(filter)
  for (const { sha256, method, msgId } of sent) {
    left.set(sha256, [...(left.get(sha256) ?? []), `${method} ${msgId}`])
  }
  for (const sessionId of sessionIds) {
    const events = await house.events(sessionId)
    const hashes = await payloadHashes(house, sessionId, events)
    stored += events.length
    for (const event of events) {
      const found = left.get(hashes.get(event.id) ?? '')?.pop()
      if (found === undefined) surplus.push(`${event.method} ${event.msgId}`)
    }
  }
  return { sent: sent.length, stored, missing: [...left.values()].flat(), surplus }
}
