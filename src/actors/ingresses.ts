// Getting a producer into the LiveKit room that a room is sent from: its ingresses, and tokens to join it. Each
// change is in the audit. Keys and tokens are in the answer that made them, and nowhere else.

import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type * as Redacted from 'effect/Redacted'
import * as Semaphore from 'effect/Semaphore'
import { Database } from '../db/database.ts'
import type { Fact } from '../domain/facts.ts'
import {
  Ingress,
  type IngressView,
  type MadeIngress,
  type NewIngress,
  type Participant,
  type JoinRole,
} from '../egress/ingress.ts'
import type { LiveKitError } from '../egress/livekit.ts'
import { refusalOf, type Commanded, type Refusal, type Request } from './desk.ts'
import { Destinations } from './destinations.ts'
import { makeLedger } from './ledger.ts'
import type { Caller } from './rooms.ts'

/** Ingresses of one LiveKit room. */
export const INGRESSES_MAX = 20

/** The room that is asked for, as the path named it. */
export interface Of {
  readonly id: string
  readonly handle: string
}

/** A token to join, and where. Milliseconds UTC. */
export interface Joining {
  readonly url: string
  readonly token: Redacted.Redacted<string>
  readonly livekitRoom: string
  readonly expiresAt: number
}

export class Ingresses extends Context.Service<
  Ingresses,
  {
    /** One for each identity; a second of the same is a `conflict`. */
    readonly create: (
      room: Of,
      wanted: Omit<NewIngress, 'roomName'>,
      caller: Caller,
    ) => Commanded<MadeIngress>
    readonly list: (room: Of) => Commanded<readonly IngressView[]>
    /** Who is in the LiveKit room now. */
    readonly people: (
      room: Of,
    ) => Commanded<{ readonly livekitRoom: string; readonly people: readonly Participant[] }>
    /** `ingress_unknown` when it is none of this room's LiveKit room. */
    readonly remove: (room: Of, ingressId: string, caller: Caller) => Commanded<void>
    readonly join: (
      room: Of,
      wanted: { readonly identity: string; readonly role: JoinRole; readonly ttlS: number },
      caller: Caller,
    ) => Commanded<Joining>
  }
>()('roomkeeper/actors/Ingresses') {}

const UNCONFIGURED: Refusal = {
  code: 'livekit_unconfigured',
  message: 'No LiveKit server is configured.',
}
const UNKNOWN: Refusal = { code: 'ingress_unknown', message: 'The room has no such ingress.' }
const RETRY_MS = 5_000

const refusalFor = ({ code, mayHaveHappened }: LiveKitError): Refusal => {
  if (code === 'unconfigured') return UNCONFIGURED
  const perhaps = mayHaveHappened ? ' It may have been done all the same: look at the list.' : ''
  return {
    code: 'livekit_unavailable',
    message: `LiveKit answered: ${code}.${perhaps}`,
    retryAfterMs: RETRY_MS,
  }
}

const factOf = (
  name: 'ingress.created' | 'ingress.removed',
  at: number,
  room: Of,
  view: IngressView,
): Fact => ({
  name,
  at,
  roomId: room.id,
  sessionId: null,
  body: { ingressId: view.ingressId, type: view.type, identity: view.identity, livekitRoom: view.roomName },
})

const make = Effect.gen(function* () {
  const database = yield* Database
  const destinations = yield* Destinations
  const ingress = yield* Ingress
  const ledger = makeLedger(database)
  // What is asked before a change must still hold when it is made.
  const turn = yield* Semaphore.make(1)
  const roomName = ({ id, handle }: Of) => destinations.livekitRoom(id, handle)
  const asked = (caller: Caller, action: string, room: Of, target: string | null): Request => ({
    caller,
    action,
    roomId: room.id,
    target,
  })
  /** What LiveKit refuses is refused here, and the audit hears of it. */
  const audited = <A>(request: Request, effect: Effect.Effect<A, LiveKitError>) =>
    effect.pipe(Effect.catch((error) => ledger.refuse(request, refusalFor(error))))

  const create = Effect.fnUntraced(function* (
    room: Of,
    wanted: Omit<NewIngress, 'roomName'>,
    caller: Caller,
  ) {
    const request = asked(caller, 'ingress.create', room, null)
    const name = yield* roomName(room)
    const all = yield* audited(request, ingress.list(name))
    if (all.some(({ identity }) => identity === wanted.identity)) {
      const message = 'There is an ingress for this identity; remove it first.'
      return yield* ledger.refuse(request, { code: 'conflict', message, field: '/identity' })
    }
    if (all.length >= INGRESSES_MAX) {
      const message = `A LiveKit room can have ${INGRESSES_MAX} ingresses; remove one first.`
      return yield* ledger.refuse(request, { code: 'conflict', message })
    }
    const made = yield* audited(request, ingress.create({ ...wanted, roomName: name }))
    const facts = [factOf('ingress.created', yield* Clock.currentTimeMillis, room, made)]
    yield* (
      ledger
        .commit({ ...request, target: made.ingressId }, { statements: [], facts })
        // Nobody would ever see its key, and nothing would say that it is there.
        .pipe(Effect.tapError(() => Effect.ignore(ingress.remove(made.ingressId))))
    )
    return made
  })

  const remove = Effect.fnUntraced(function* (room: Of, ingressId: string, caller: Caller) {
    const request = asked(caller, 'ingress.remove', room, ingressId)
    const found = yield* audited(request, ingress.find(ingressId))
    if (found === null || found.roomName !== (yield* roomName(room))) {
      return yield* ledger.refuse(request, UNKNOWN)
    }
    const gone = Effect.catchIf(
      ingress.remove(ingressId),
      ({ code }) => code === 'not_found',
      () => Effect.void,
    )
    yield* audited(request, gone)
    const facts = [factOf('ingress.removed', yield* Clock.currentTimeMillis, room, found)]
    yield* ledger.commit(request, { statements: [], facts })
  })

  const join: Ingresses['Service']['join'] = Effect.fnUntraced(function* (
    room,
    { identity, role, ttlS },
    caller,
  ) {
    const request = asked(caller, 'livekit.join', room, null)
    const url = ingress.joinUrl
    if (url === null) return yield* ledger.refuse(request, UNCONFIGURED)
    const livekitRoom = yield* roomName(room)
    const at = yield* Clock.currentTimeMillis
    const token = yield* audited(request, ingress.mint({ roomName: livekitRoom, identity, role, ttlS }))
    const detail = JSON.stringify({ identity, role, ttl_s: ttlS, livekit_room: livekitRoom })
    // The token is worth nothing until it is given out, which is after its row is on disk.
    yield* ledger.commit(request, { statements: [] }, detail)
    return { url, token, livekitRoom, expiresAt: at + ttlS * 1_000 }
  })

  return Ingresses.of({
    people: (room) =>
      Effect.flatMap(roomName(room), (livekitRoom) =>
        Effect.map(ingress.people(livekitRoom), (people) => ({ livekitRoom, people })),
      ).pipe(Effect.catchTag('LiveKitError', (error) => Effect.fail(refusalOf(refusalFor(error))))),
    create: (room, wanted, caller) => turn.withPermits(1)(create(room, wanted, caller)),
    list: (room) =>
      Effect.flatMap(roomName(room), ingress.list).pipe(
        Effect.catchTag('LiveKitError', (error) => Effect.fail(refusalOf(refusalFor(error)))),
      ),
    remove: (room, ingressId, caller) => turn.withPermits(1)(remove(room, ingressId, caller)),
    join,
  })
})

export const ingressesLive: Layer.Layer<Ingresses, never, Database | Destinations | Ingress> = Layer.effect(
  Ingresses,
  make,
)
