// Where commands are taken: one at a time for a room, each on disk with its audit row before anything acts,
// each refusal in the audit too. What a command means is in `actors/commands.ts` and `actors/registry.ts`.

import * as Effect from 'effect/Effect'
import type { AuditEntry, Committed, Transaction } from '../db/database.ts'
import { CommandRefused, type DbError } from '../domain/errors.ts'
import type { Fact, FactName } from '../domain/facts.ts'
import { sessionId } from '../domain/session.ts'
import type { Resident } from './resident.ts'
import type { Caller } from './rooms.ts'
import type { Supervisor } from './supervisor.ts'
import type { World } from './world.ts'
import { writeOnce } from './writing.ts'

export type Commanded<A> = Effect.Effect<A, CommandRefused | DbError>

export interface Refusal {
  readonly code: CommandRefused['code']
  readonly message: string
  readonly retryAfterMs?: number
  readonly field?: string
}

/** One request: who asks for what of which room. */
export interface Request {
  readonly caller: Caller
  readonly action: string
  readonly roomId: string | null
  readonly target: string | null
}

export interface Desk {
  readonly world: World
  readonly supervisor: Supervisor
  /** Commands are refused from now on. */
  readonly close: () => void
  /** Carries out a command for a room that is here, after the one before it. */
  readonly forRoom: <A>(
    request: Request & { readonly roomId: string },
    carryOut: (resident: Resident) => Commanded<A>,
  ) => Commanded<A>
  readonly unlessClosed: <A>(request: Request, carryOut: Commanded<A>) => Commanded<A>
  /** Refused, and the audit hears of it. */
  readonly refuse: (request: Request, refusal: Refusal) => Commanded<never>
  readonly write: (change: Transaction) => Effect.Effect<Committed, DbError>
  /** The change, its facts and its audit row, durable together and once; its results may be unknown (`writing.ts`). */
  readonly commit: (
    request: Request,
    change: Transaction,
    detail?: string | null,
  ) => Effect.Effect<Committed, DbError>
  /** The command had been carried out before; only the audit hears of it. */
  readonly noop: (request: Request) => Effect.Effect<void, DbError>
  readonly fact: (resident: Resident | null, name: FactName, body: Readonly<Record<string, unknown>>) => Fact
}

export const refusalOf = ({ code, message, retryAfterMs, field }: Refusal): CommandRefused =>
  new CommandRefused({
    code,
    message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(field !== undefined && { field }),
  })

export const makeDesk = (world: World, supervisor: Supervisor): Desk => {
  let closed = false

  const audit = (
    { caller, action, roomId, target }: Request,
    outcome: AuditEntry['outcome'],
    code: string | null,
    detail: string | null,
  ): AuditEntry => ({
    at: world.now(),
    actor: caller.actor,
    ip: caller.ip,
    action,
    roomId,
    target,
    outcome,
    code,
    detail,
  })

  const write = (transaction: Transaction): Effect.Effect<Committed, DbError> =>
    writeOnce(world.database, transaction)

  const refuse: Desk['refuse'] = (request, refusal) =>
    Effect.andThen(
      write({ statements: [], audit: audit(request, 'refused', refusal.code, null) }),
      Effect.fail(refusalOf(refusal)),
    )

  const unlessClosed: Desk['unlessClosed'] = (request, carryOut) =>
    Effect.suspend(() =>
      closed ? refuse(request, { code: 'busy', message: 'The server is being stopped.' }) : carryOut,
    )

  return {
    world,
    supervisor,
    close: () => {
      closed = true
    },
    unlessClosed,
    forRoom: (request, carryOut) =>
      Effect.suspend(() => {
        const resident = supervisor.residents.get(request.roomId)
        if (resident === undefined) {
          return refuse(request, { code: 'room_unknown', message: 'There is no such room.' })
        }
        const inTurn = unlessClosed(
          request,
          Effect.suspend(() =>
            resident.gone
              ? refuse(request, { code: 'room_unknown', message: 'There is no such room.' })
              : carryOut(resident),
          ),
        )
        return resident.commands.withPermits(1)(inTurn)
      }),
    refuse,
    write,
    commit: (request, change, detail = null) =>
      write({ ...change, audit: audit(request, 'done', null, detail) }),
    noop: (request) => Effect.asVoid(write({ statements: [], audit: audit(request, 'noop', null, null) })),
    fact: (resident, name, body) => ({
      name,
      at: world.now(),
      roomId: resident?.room.id ?? null,
      sessionId: resident?.recording?.opened === true ? sessionId(resident.recording.session.no) : null,
      body,
    }),
  }
}
