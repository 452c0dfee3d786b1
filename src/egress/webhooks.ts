// Takes LiveKit's webhooks in: verified, stored once by event id, and only then told to who keeps the egresses.
// Webhooks are hints: what is lost here is seen by the next look, and what comes twice or late changes nothing.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database } from '../db/database.ts'
import { insert } from '../db/webhook-inbox.ts'
import type { EgressView } from '../domain/egress.ts'
import { DbError } from '../domain/errors.ts'
import type { Fact } from '../domain/facts.ts'
import { countWebhook } from './livekit-metrics.ts'
import type { Scrubber } from './scrub.ts'
import type { LiveKitEvent } from './webhook-events.ts'
import { flawOf, type Flaw, type Signer } from './webhook-proof.ts'

/** LiveKit asks again when it has no answer; it is not kept waiting for a disk. */
const STORE_LIMIT = '5 seconds'

export interface WebhookPorts {
  /** Null: nothing can be signed, so everything is rejected. */
  readonly signer: Signer | null
  readonly scrubber: Scrubber
  /** Whose room or egress it is; null when it is none of ours. */
  readonly roomOf: (livekitRoom: string, egressId: string | null) => string | null
  /** Hears each view once, after it is on disk. */
  readonly observe: (view: EgressView) => void
  /** Hears that an egress joined its room or left it: a node that dies says nothing more than that. */
  readonly notice: (egressId: string, isPresent: boolean) => void
}

/**
 * `applied`: stored, and told. `replayed`: it was stored before. `ignored`: genuine, and of no concern; `foreign`
 * says that it is about an egress that is not ours. `rejected`: not genuine.
 */
export type Received =
  | { readonly outcome: 'applied' | 'replayed' }
  | { readonly outcome: 'ignored'; readonly foreign: boolean }
  | { readonly outcome: 'rejected'; readonly flaw: Flaw }

export type ReceiveWebhook = (
  body: Uint8Array,
  authorization: string | undefined,
) => Effect.Effect<Received, DbError, Database>

type Storable = LiveKitEvent & { readonly id: string }

const factOf = (event: Storable, roomId: string, at: number): Fact => ({
  name: 'livekit.event',
  at,
  roomId,
  sessionId: null,
  body: { event: event.event, id: event.id, createdAt: event.createdAt, ...event.kept },
})

/** Stores it with its fact; false when it was there. */
const store = Effect.fnUntraced(function* (event: Storable, roomId: string, at: number, scrubber: Scrubber) {
  const database = yield* Database
  const { applied } = yield* database
    .write({
      statements: [
        insert({
          id: event.id,
          receivedAt: at,
          createdAt: event.createdAt,
          event: scrubber.scrub(event.event),
          roomName: event.roomName === '' ? null : event.roomName,
          egressId: event.egressId,
          updatedAtNs: event.view?.updatedAtNs ?? null,
          body: JSON.stringify(event.kept),
          outcome: event.isKnown ? 'applied' : 'ignored',
        }),
      ],
      guard: 0,
      facts: event.isKnown ? [factOf(event, roomId, at)] : [],
    })
    .pipe(
      Effect.timeoutOrElse({
        duration: STORE_LIMIT,
        orElse: () =>
          Effect.fail(
            new DbError({ kind: 'busy', outcome: 'unknown', message: 'the inbox does not answer' }),
          ),
      }),
    )
  return applied
})

const receive = Effect.fnUntraced(function* (
  { signer, scrubber, roomOf, observe, notice }: WebhookPorts,
  body: Uint8Array,
  authorization: string | undefined,
): Effect.fn.Return<Received, DbError, Database> {
  const at = yield* Clock.currentTimeMillis
  const flaw = signer === null ? 'issuer_wrong' : flawOf(body, authorization, signer, at)
  if (flaw !== null) return { outcome: 'rejected', flaw }
  // With it comes the SDK, which is not loaded for a server that nobody has.
  const { eventOf } = yield* Effect.promise(() => import('./webhook-events.ts'))
  const event = eventOf(body, scrubber.scrub)
  // Without an id it could not be known again, and every replay would be another event.
  if (event === null || event.id === null) return { outcome: 'ignored', foreign: false }
  const roomId = roomOf(event.roomName, event.egressId)
  if (roomId === null) return { outcome: 'ignored', foreign: event.egressId !== null }
  const isNew = yield* store({ ...event, id: event.id }, roomId, at, scrubber)
  if (!isNew) return { outcome: 'replayed' }
  if (!event.isKnown) return { outcome: 'ignored', foreign: false }
  if (event.view !== null) observe(event.view)
  if (event.presence !== null) notice(event.presence.egressId, event.presence.isPresent)
  return { outcome: 'applied' }
})

/** Fails only when it could not be stored: then LiveKit must hear no 200. */
export const receiveWebhooks =
  (ports: WebhookPorts): ReceiveWebhook =>
  (body, authorization) =>
    receive(ports, body, authorization).pipe(
      Effect.tap(({ outcome }) => Effect.sync(() => countWebhook(outcome))),
      Effect.tapError(() => Effect.sync(() => countWebhook('failed'))),
    )
