// No two destinations on air share an address and key: platforms take one publisher, and two would throw each other
// out for ever. Destinations of one room cannot be set so; those of two rooms, or with the server's own key, can.

import { createHash } from 'node:crypto'
import * as Redacted from 'effect/Redacted'
import type { Destination } from '../domain/destination.ts'
import { streamUrlOf } from '../domain/destination-rules.ts'
import type { LiveWorld } from './live-world.ts'
import type { Sender } from './outbound.ts'

/** What stands for address and key in memory; null without a key. */
export const addressOf = (destination: Destination): string | null => {
  const streamUrl = streamUrlOf(destination)
  return streamUrl === null ? null : createHash('sha256').update(Redacted.value(streamUrl)).digest('base64')
}

/** It is sent to, or soon is, or nobody knows: until its end is known. */
const isUsed = ({ claiming, outbound, state }: Sender): boolean =>
  claiming || outbound.unsettled || (state !== 'idle' && state !== 'stopped' && state !== 'failed')

/** Another destination that has this address now. */
export const otherUser = (world: LiveWorld, sender: Sender, address: string | null): Sender | null => {
  if (address === null) return null
  for (const { senders } of world.outbounds.values()) {
    for (const other of senders.values()) {
      if (other !== sender && other.address === address && isUsed(other)) return other
    }
  }
  return null
}
